// The socket and what keeps it: says hello, carries calls, checks the stream for gaps, comes back and repeats.

import { open, type Socket } from '#socket';
import { Closed, MeshError, PASSING, Refused, Stranger, Unreachable } from './errors.ts';
import type { ClientInfo, Participant, Problem, StreamItem, Welcome } from './generated.ts';
import { proven, random } from './signing.ts';

/** After this long without a frame the node is asked something: a WebSocket of a browser shows no pings. */
const SILENCE_MS = 30_000;
/** How long the answer may take before the connection counts as dead. */
const ANSWER_MS = 20_000;
const PROBE = JSON.stringify({ id: 0, call: 'me.get', input: {} });
const CONNECT_MS = 10_000;
const FIRST_WAIT_MS = 100;
const LAST_WAIT_MS = 10_000;

export interface Options {
  url: string;
  token: string;
  /** The node's public key. With it, nothing is shown to whoever does not prove to be that node. */
  node?: string | undefined;
  client?: ClientInfo | undefined;
  session?: string | undefined;
}

export interface Hello {
  session: string;
  participant: Participant;
  head: number;
  resumed: boolean;
  welcome: Welcome;
}

export interface Filter {
  /** Everything later than this place in the log; from now on if absent. */
  after?: number | undefined;
  /** Only these rooms: ids or names. */
  rooms?: string[] | undefined;
  /** Only these types of events. */
  types?: string[] | undefined;
}

interface Frame {
  hello?: Hello;
  id?: number;
  ok?: unknown;
  problem?: Problem;
  push?: StreamItem[];
  prev?: number;
  tail?: number;
  ephemeral?: unknown;
}

interface Waiting {
  resolve(value: unknown): void;
  reject(why: Error): void;
}

/** Asks whoever listens at the address to prove that it is the node with this key. Nothing is sent but a challenge. */
export const nodeKey = async (url: string): Promise<string> => (await nodeAt(url)).key;

/** The node that listens there, proved, and its mesh. */
export async function nodeAt(url: string): Promise<{ key: string; mesh: string }> {
  const challenge = random(32);
  let answer: Response;
  try {
    answer = await fetch(`${url}/api/health`, {
      headers: { 'mesh-challenge': challenge },
      redirect: 'error',
      signal: AbortSignal.timeout(CONNECT_MS),
    });
  } catch (why) {
    throw new Unreachable(`cannot reach the node at ${url}: ${cause(why)}`);
  }
  const key = await proven(challenge, answer.headers.get('mesh-proof') ?? '');
  if (key === undefined) throw new Stranger(`what listens at ${url} does not prove that it is a node; nothing was sent to it`);
  const { mesh } = (await answer.json().catch(() => ({}))) as { mesh?: string };
  if (mesh === undefined) throw new Stranger(`what listens at ${url} does not name a mesh; nothing was sent to it`);
  return { key, mesh };
}

const cause = (why: unknown): string =>
  why instanceof Error ? (why.cause instanceof Error ? why.cause.message : why.message) : String(why);

/** The stream: events that this participant may see, each once and in the order of the log. */
export class Items implements AsyncIterable<StreamItem> {
  readonly filter: Filter;
  /** The place of the last event that was taken in. */
  position: number | undefined;
  id = 0;
  readonly #waiting: StreamItem[] = [];
  #wake: (() => void) | undefined;
  #over = false;

  constructor(filter: Filter) {
    this.filter = filter;
    this.position = filter.after;
  }

  give(item: StreamItem): void {
    this.#waiting.push(item);
    this.#wake?.();
  }

  end(): void {
    this.#over = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<StreamItem> {
    for (;;) {
      const item = this.#waiting.shift();
      if (item !== undefined) yield item;
      else if (this.#over) return;
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    }
  }
}

/** One session of one participant, however often the socket breaks. */
export class Connection {
  readonly #options: Options;
  readonly #pending = new Map<number, Waiting & { frame: string }>();
  #hello: Hello | undefined;
  #socket: Socket | undefined;
  #nextId = 1;
  #items: (Items & { begun?: Waiting }) | undefined;
  #over: Error | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;
  /** Is told what passes by and is not kept: typing, presence, live output. */
  onEphemeral: ((what: unknown) => void) | undefined;

  constructor(options: Options) {
    this.#options = { ...options, url: options.url.replace(/\/+$/, '') };
  }

  get hello(): Hello {
    if (this.#hello === undefined) throw new Closed('the client is not connected yet');
    return this.#hello;
  }

  /** Connects once. Throws if the node cannot be reached, is another one, or refuses. */
  async open(): Promise<void> {
    this.#serve(await this.#connect());
  }

  /** Ends the socket. What was not answered is not repeated any more. */
  close(): void {
    this.#end(new Closed('the client was closed'));
    this.#socket?.close();
  }

  call(name: string, input: object): Promise<unknown> {
    if (this.#over) return Promise.reject(this.#over);
    const id = this.#nextId++;
    const frame = JSON.stringify({ id, call: name, input });
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { frame, resolve, reject });
      this.#send(frame);
    });
  }

  /** One subscription per connection: a new one takes the former's place. */
  async subscribe(items: Items): Promise<void> {
    if (this.#over) throw this.#over;
    this.#items?.end();
    items.id = this.#nextId++;
    this.#items = items;
    const begun = new Promise((resolve, reject) => {
      (items as Items & { begun?: Waiting }).begun = { resolve, reject };
    });
    this.#send(subscription(items));
    await begun;
  }

  #send(frame: string): void {
    // What cannot be sent now is sent after the reconnect.
    if (this.#socket?.readyState === 1) this.#socket.send(frame);
  }

  async #connect(): Promise<Socket> {
    const { url, token, node, client = { name: 'themesh-typescript' }, session } = this.#options;
    if (node !== undefined && (await nodeKey(url)) !== node.toLowerCase()) {
      throw new Stranger(`what listens at ${url} is a node with another key; nothing was sent to it`);
    }
    const socket = open(`${url.replace(/^http/, 'ws')}/ws`);
    const frame = await new Promise<Frame>((resolve, reject) => {
      const failed = (): void => {
        socket.close();
        reject(new Unreachable(`cannot reach the node at ${url}`));
      };
      const late = setTimeout(failed, CONNECT_MS);
      socket.onopen = () => socket.send(JSON.stringify({ hello: { token, client, ...(session && { session }) } }));
      socket.onerror = failed;
      socket.onclose = failed;
      socket.onmessage = (message) => {
        clearTimeout(late);
        resolve(JSON.parse(String(message.data)) as Frame);
      };
    });
    if (frame.problem || frame.hello === undefined) {
      socket.close();
      throw frame.problem ? new Refused(frame.problem) : new MeshError('the node did not say hello');
    }
    this.#hello = frame.hello;
    this.#options.session = frame.hello.session;
    return socket;
  }

  /** The subscription from where it was, then calls without an answer, then whatever comes. */
  #serve(socket: Socket): void {
    if (this.#over) {
      socket.close();
      return;
    }
    this.#socket = socket;
    const broken = (): void => {
      clearTimeout(this.#silence);
      if (this.#socket !== socket) return;
      this.#socket = undefined;
      socket.close();
      if (this.#over === undefined) void this.#reconnect();
    };
    const heard = (): void => {
      clearTimeout(this.#silence);
      this.#silence = setTimeout(() => {
        this.#send(PROBE);
        this.#silence = setTimeout(broken, ANSWER_MS);
      }, SILENCE_MS);
    };
    socket.onclose = broken;
    socket.onerror = broken;
    socket.onmessage = (message) => {
      heard();
      if (!this.#take(JSON.parse(String(message.data)) as Frame)) broken();
    };
    heard();
    if (this.#items) this.#send(subscription(this.#items));
    for (const { frame } of this.#pending.values()) this.#send(frame);
  }

  async #reconnect(): Promise<void> {
    for (let wait = FIRST_WAIT_MS; this.#over === undefined; wait = Math.min(wait * 2, LAST_WAIT_MS)) {
      // Spread, so that the clients of a restarted node do not all come at once.
      await new Promise((resolve) => setTimeout(resolve, wait * (0.5 + Math.random() / 2)));
      try {
        return this.#serve(await this.#connect());
      } catch (why) {
        const passing = why instanceof Unreachable || (why instanceof Refused && PASSING.has(why.code));
        if (!passing) return this.#end(why as Error);
      }
    }
  }

  /** False if something is missing: only a new subscription from our place brings it. */
  #take(frame: Frame): boolean {
    if (frame.ephemeral !== undefined) this.onEphemeral?.(frame.ephemeral);
    else if (frame.push) return this.#push(frame.prev ?? 0, frame.push);
    else if (frame.tail !== undefined) {
      if (this.#items) this.#items.position = Math.max(this.#items.position ?? 0, frame.tail);
    } else if (frame.id !== undefined) this.#answer(frame.id, frame);
    else if (frame.problem && !PASSING.has(frame.problem.code)) this.#end(new Refused(frame.problem));
    return true;
  }

  #answer(id: number, frame: Frame): void {
    const items = this.#items;
    if (items?.id === id) {
      if (frame.problem) this.#items = undefined;
      else items.position ??= (frame.ok as { head: number }).head;
    }
    const waiting = this.#pending.get(id) ?? (items?.id === id ? items.begun : undefined);
    this.#pending.delete(id);
    if (frame.problem) waiting?.reject(new Refused(frame.problem));
    else waiting?.resolve(frame.ok);
  }

  #push(prev: number, pushed: StreamItem[]): boolean {
    const items = this.#items;
    if (items === undefined) return true;
    items.position ??= prev;
    if (prev > items.position) return false;
    for (const item of pushed) {
      if (item.seq <= items.position) continue;
      items.position = item.seq;
      items.give(item);
    }
    return true;
  }

  #end(why: Error): void {
    this.#over ??= why;
    clearTimeout(this.#silence);
    for (const waiting of this.#pending.values()) waiting.reject(this.#over);
    this.#pending.clear();
    this.#items?.begun?.reject(this.#over);
    this.#items?.end();
    this.#items = undefined;
  }
}

function subscription(items: Items): string {
  const { rooms, types } = items.filter;
  return JSON.stringify({ id: items.id, subscribe: { after: items.position, rooms, types } });
}
