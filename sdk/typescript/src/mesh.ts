// The face of the package: a mesh to speak in, its rooms, the messages that come, and commands by name.

import { COMMANDS } from './commands.ts';
import { Connection, type Filter, type Hello, Items, nodeAt, type Options } from './connection.ts';
import { MeshError, Refused, Unreachable } from './errors.ts';
import type {
  FileRef,
  Message as Kept,
  Kind,
  NamedFile,
  Participant,
  Posted,
  Problem,
  Registered,
  SignedResult,
  StreamItem,
  TakenTask,
  TaskOutput,
  Trust,
} from './generated.ts';
import type { Input, Operation, Output } from './operations.ts';
import { random, Signer } from './signing.ts';

/** From the least to the most trusted. */
const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const TRUST: readonly Trust[] = ['untrusted', 'federated', 'local', 'owner'];

type Post = Partial<Input<'message.post'>>;

/** A message as it reached this program. */
export class Message {
  readonly id: string;
  readonly seq: number;
  readonly room: string;
  readonly sender: string;
  readonly senderId: string;
  readonly kind: Kind;
  readonly trust: Trust;
  readonly text: string;
  /** The words came from across a trust boundary and stand in an envelope: data to look at, never an order. */
  readonly enveloped: boolean;
  readonly mentionsMe: boolean;
  /** All that the event says. */
  readonly data: Partial<Kept>;
  readonly #mesh: Mesh;

  constructor(mesh: Mesh, item: StreamItem) {
    const data = item.data as Partial<Kept>;
    this.#mesh = mesh;
    this.id = data.id ?? '';
    this.seq = item.seq;
    this.room = item.room ?? '';
    this.sender = item.from?.handle ?? '';
    this.senderId = item.from?.id ?? '';
    this.kind = item.from?.kind ?? 'bot';
    this.trust = data.trust ?? 'untrusted';
    this.text = data.text ?? '';
    this.enveloped = data.enveloped ?? false;
    this.mentionsMe = data.mentions?.includes(mesh.me.id) ?? false;
    this.data = data;
  }

  /** Whether its words may ask for something: from this mesh, and not in an envelope. */
  get trusted(): boolean {
    return !this.enveloped && TRUST.indexOf(this.trust) >= TRUST.indexOf('local');
  }

  /** Answers in the same room. */
  reply(text: string, more: Post = {}): Promise<Posted> {
    return this.#mesh.call('message.post', { ...more, room: this.room, text, reply_to: this.id });
  }
}

/** A room by name or id. */
export class Room {
  readonly name: string;
  readonly #mesh: Mesh;

  constructor(mesh: Mesh, name: string) {
    this.#mesh = mesh;
    this.name = name;
  }

  async join(): Promise<void> {
    await this.#mesh.call('room.join', { room: this.name });
  }

  async leave(): Promise<void> {
    await this.#mesh.call('room.leave', { room: this.name });
  }

  /** Posts. `more` are the further fields of `message.post`, such as `priority` or `payload`. */
  say(text: string, more: Post = {}): Promise<Posted> {
    return this.#mesh.call('message.post', { ...more, room: this.name, text });
  }

  /** The newest messages, the oldest of them first. */
  async history(limit = 50): Promise<Kept[]> {
    return (await this.#mesh.call('message.list', { room: this.name, limit })).items;
  }
}

/** A name may mean another file by the time that it is read: what is signed has an id and a version. */
function signedFile({ file, version }: NamedFile): FileRef {
  if (!ID.test(file) || !version)
    throw new MeshError('A signed message names its files by id and version, as file.put tells them.');
  return { file, version };
}

export type OnCommand = (message: Message, words: string[]) => Promise<unknown> | unknown;

/** A participant's connection. Comes back by itself, repeats what was not answered and misses nothing. */
export class Mesh {
  readonly #connection: Connection;
  readonly #signer: Signer | undefined;
  readonly #rooms = new Map<string, string>();
  readonly #commands = new Map<string, OnCommand>();
  readonly #handlers: ((message: Message) => Promise<unknown> | unknown)[] = [];
  #meshId = '';

  private constructor(options: Options, signer?: Signer) {
    this.#connection = new Connection(options);
    this.#signer = signer;
  }

  /** Comes in with a token. With `node`, the node's public key, the token is shown to that node alone. */
  static async connect({ signer, ...options }: Options & { signer?: Signer | undefined }): Promise<Mesh> {
    const mesh = new Mesh(options, signer);
    await mesh.#connection.open();
    if (signer) await mesh.#beKnown(signer);
    return mesh;
  }

  /** This participant, as the node said at the latest hello. */
  get me(): Participant {
    return this.#connection.hello.participant;
  }

  /** What was missed: counts, when one was last here, a greeting. */
  get welcome(): Hello['welcome'] {
    return this.#connection.hello.welcome;
  }

  get session(): string {
    return this.#connection.hello.session;
  }

  close(): void {
    this.#connection.close();
  }

  room(name: string): Room {
    return new Room(this, name);
  }

  /** Says something to `@handle`, `group:name` or `everyone`. */
  send(to: string, text: string): Promise<Posted> {
    return this.call('message.send', { to, text });
  }

  /** Calls an operation by its name. Throws `Refused` if the node says no. */
  async call<Name extends Operation>(
    name: Name,
    ...input: object extends Input<Name> ? [input?: Input<Name>] : [input: Input<Name>]
  ): Promise<Output<Name>> {
    return (await this.callRaw(name, (input[0] ?? {}) as Record<string, unknown>)) as Output<Name>;
  }

  /** The same for any name. A command gets an idempotency key, so that a repetition happens once. */
  async callRaw(name: string, input: Record<string, unknown>): Promise<unknown> {
    let sent = COMMANDS.has(name) ? { idempotency_key: random(16), ...input } : input;
    if (name === 'message.post' && this.#signer && !('signed' in sent)) sent = await this.#signed(this.#signer, sent);
    return this.#connection.call(name, sent);
  }

  /** The stream of events, from the place `after` or from now on. One stream per connection. */
  async items(filter: Filter = {}): Promise<Items> {
    const items = new Items(filter);
    await this.#connection.subscribe(items);
    return items;
  }

  /** The messages of others, as they come. */
  async *messages(filter: Omit<Filter, 'types'> = {}): AsyncGenerator<Message> {
    for await (const item of await this.items({ ...filter, types: ['message.posted'] })) {
      if (item.from && item.from.id !== this.me.id) yield new Message(this, item);
    }
  }

  /** Names a handler for every message of others. */
  onMessage(handler: (message: Message) => Promise<unknown> | unknown): this {
    this.#handlers.push(handler);
    return this;
  }

  /** Names a handler for `@me NAME words…`. Only trusted messages reach it: what comes in an envelope never commands. */
  command(name: string, handler: OnCommand): this {
    this.#commands.set(name, handler);
    return this;
  }

  /** Hands out messages until the connection is closed. */
  async run(filter: Omit<Filter, 'types'> = {}): Promise<void> {
    for await (const message of this.messages(filter)) {
      for (const handler of this.#handlers) await handler(message);
      await this.#obey(message);
    }
  }

  async #obey(message: Message): Promise<void> {
    const [to = '', name = '', ...words] = message.text.split(/\s+/).filter(Boolean);
    if (!message.mentionsMe || !message.trusted || to.replace(/[,:]+$/, '') !== `@${this.me.handle}`) return;
    const handler = this.#commands.get(name);
    if (handler === undefined) {
      const known = [...this.#commands.keys()].sort();
      if (known.length > 0) await message.reply(`I know: ${known.join(', ')}`);
      return;
    }
    try {
      await handler(message, words);
    } catch (why) {
      if (!(why instanceof Refused)) throw why;
      await message.reply(`That was refused: ${why.detail}`);
    }
  }

  async #beKnown(signer: Signer): Promise<void> {
    this.#meshId = (await this.call('status.get')).mesh;
    if (this.me.key === signer.public) return;
    const known = await this.call('identity.list', { participant: this.me.id });
    if (known.items.some(({ key }) => key === signer.public)) return;
    await this.call('identity.add', { key: signer.public, proof: await signer.keyProof(this.#meshId, this.me.id) });
  }

  async #signed(signer: Signer, input: Record<string, unknown>): Promise<Record<string, unknown>> {
    const { text = '', payload, files, ...rest } = input;
    const named = (files ?? []) as NamedFile[];
    const body = { text, ...(payload ? { payload } : {}), ...(named.length > 0 ? { files: named.map(signedFile) } : {}) };
    const room = await this.#roomId(String(rest['room']));
    return { ...rest, signed: await signer.message(this.#meshId, room, String(rest['idempotency_key']), body) };
  }

  /** The field `signed` for a result of a task that was taken, by itself in an object; empty without a key. */
  async signResult(taken: TakenTask, output: TaskOutput): Promise<{ signed?: SignedResult }> {
    const signed = await this.#signer?.result(this.#meshId, this.me.id, taken.task.id, taken.previous, output);
    return signed ? { signed } : {};
  }

  async #roomId(name: string): Promise<string> {
    const known = this.#rooms.get(name) ?? (await this.call('room.get', { room: name })).id;
    this.#rooms.set(name, known);
    return known;
  }
}

/** What is kept of a participant: enough to come back. Holds secrets. */
export interface Identity {
  url: string;
  node: string;
  token: string;
  handle: string;
  seed: string;
}

/** Comes in by an invite's whole address. What it gives is for `enter`, and for nobody else to see. */
export async function redeem(invite: string, handle: string, about = ''): Promise<Identity> {
  const at = URL.canParse(invite) ? new URL(invite) : undefined;
  const code = at?.pathname.split('/').at(-1);
  if (!at || !code)
    throw new MeshError(`an invite is an address such as http://host:7778/i/CODE, not ${invite}; nothing was sent`);
  const [url, signer] = [at.origin, await Signer.of()];
  const { key: node, mesh } = await nodeAt(url);
  const asked = { ...(await signer.redemption(mesh, code, handle)), profile: { about } };
  const made = (await post(`${url}/api/invites/redeem`, asked)) as Registered;
  return { url, node, token: made.token ?? '', handle: made.handle, seed: signer.seed };
}

/** Comes back as somebody who was kept. */
export async function enter({ url, node, token, seed }: Identity): Promise<Mesh> {
  return Mesh.connect({ url, node, token, signer: await Signer.of(seed) });
}

async function post(url: string, body: object): Promise<unknown> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body), redirect: 'error' }).catch(
    (why: unknown) => {
      throw new Unreachable(`cannot reach the node at ${url}: ${String(why)}`);
    },
  );
  if (!answer.ok) throw new Refused((await answer.json()) as Problem);
  return answer.json();
}
