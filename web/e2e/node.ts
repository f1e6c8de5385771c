// The node that the journeys run against: the real binary when MESH_BIN names it, else the simulated one.
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { DevNode } from '../dev/node.ts';
import type { ParticipantKind, PresenceState, Priority } from '../src/api/types.ts';

export const DIST = resolve(import.meta.dirname, '../dist');

/** Somebody else on the mesh, acting without a browser. */
export interface Actor {
  readonly handle: string;
  join(room: string): Promise<void>;
  post(
    room: string,
    text: string,
    more?: { reply_to?: string; priority?: Priority },
  ): Promise<{ id: string; seq: number }>;
  send(to: string, text: string): Promise<void>;
  edit(message: string, text: string): Promise<void>;
  remove(message: string): Promise<void>;
  present(state: PresenceState): Promise<void>;
  /** Proves that it has taken a message in. */
  ack(seq: number): Promise<void>;
  /** Asks the node over REST for what has no name here. Only a real node answers. */
  ask<T = unknown>(method: string, path: string, body?: object): Promise<T>;
}

export interface TestNode {
  readonly url: string;
  /** The folder of a real node; the simulated one has none. */
  readonly home: string;
  /** A link that signs the owner in, once. */
  link(): Promise<string>;
  owner: Actor;
  room(name: string, topic?: string): Promise<void>;
  actor(handle: string, kind: ParticipantKind): Promise<Actor>;
  /** Goes away without a word, and comes back at the same address. */
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

export const startNode = (): Promise<TestNode> =>
  process.env.MESH_BIN ? startReal(process.env.MESH_BIN) : startSimulated();

async function startSimulated(): Promise<TestNode> {
  const node = new DevNode();
  const { state } = node;
  let url = await node.listen(DIST);
  const port = Number(new URL(url).port);
  const actor = (id: string): Actor => ({
    handle: state.person(id).handle,
    join: async (room) => void state.move(id, state.room(room, id), id, true),
    post: async (room, text, more) => state.post(id, state.room(room, id), text, more),
    send: async (to, text) => node.act(id, 'message.send', { to, text }),
    edit: async (message, text) => node.act(id, 'message.edit', { message, text }),
    remove: async (message) => node.act(id, 'message.delete', { message }),
    present: async (presence) => state.present(id, presence),
    ack: async (seq) => node.act(id, 'inbox.ack', { seqs: [seq] }),
    ask: () => Promise.reject(new Error('the simulated node has no REST')),
  });
  return {
    home: '',
    get url() {
      return url;
    },
    link: async () => node.oneTimeLink(),
    owner: actor(node.owner.id),
    room: async (name, topic = '') => void state.createRoom(node.owner.id, { name, topic }),
    actor: async (handle, kind) => actor(state.register(handle, kind).id),
    stop: () => node.close(),
    start: async () => {
      url = await node.listen(DIST, port);
    },
    close: () => node.close(),
  };
}

/** The real node; `demo` names a folder that three survey programs look at, `more` what else `mesh up` is told. */
export async function startReal(binary: string, demo?: string, more: readonly string[] = []): Promise<TestNode> {
  const home = mkdtempSync(join(tmpdir(), 'mesh-e2e-'));
  let child: ChildProcess;
  let url = '';

  async function up(listen: string): Promise<void> {
    child = spawn(
      binary,
      [
        '--home',
        home,
        'up',
        '--listen',
        listen,
        '--json',
        ...more,
        ...(demo ? ['--with', `'${join(dirname(binary), 'mesh-survey')}' '${demo}'`] : []),
      ],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    let errors = '';
    child.stderr!.on('data', (chunk) => {
      errors += chunk;
    });
    const lines = createInterface({ input: child.stdout! });
    // The first line comes when the node takes requests; a node that dies closes its output instead.
    const first = await new Promise<string>((resolve, reject) => {
      lines.once('line', resolve);
      child.once('exit', (code) => reject(new Error(`the node ended with ${code}: ${errors}`)));
    });
    url = (JSON.parse(first) as { url: string }).url.replace(/\/$/, '');
  }

  async function down(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    // The demo's programs are children of the node, which ends them when it is asked to end.
    child.kill(demo ? 'SIGTERM' : 'SIGKILL');
    await ended;
  }

  async function request<T>(token: string, method: string, path: string, body?: object): Promise<T> {
    const response = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text) as T;
  }

  const actor = (handle: string, token: string): Actor => ({
    handle,
    join: (room) => request(token, 'POST', `/api/rooms/${room}/join`, {}),
    post: (room, text, more = {}) => request(token, 'POST', `/api/rooms/${room}/messages`, { text, ...more }),
    send: (to, text) => request(token, 'POST', '/api/messages', { to: `@${to}`, text }),
    edit: (message, text) => request(token, 'PATCH', `/api/messages/${message}`, { text }),
    remove: (message) => request(token, 'DELETE', `/api/messages/${message}`),
    present: (state) => request(token, 'POST', `/api/agents/${handle}/heartbeat`, { state }),
    ack: (seq) => request(token, 'POST', '/api/inbox/ack', { seqs: [seq] }),
    ask: (method, path, body) => request(token, method, path, body),
  });

  await up('127.0.0.1:0');
  const ownerToken = readFileSync(join(home, 'owner.token'), 'utf8').trim();
  const { participant } = await request<{ participant: { handle: string } }>(ownerToken, 'GET', '/api/me');
  return {
    home,
    get url() {
      return url;
    },
    link: async () => url + (await request<{ path: string }>(ownerToken, 'POST', '/api/login/links', {})).path,
    owner: actor(participant.handle, ownerToken),
    room: (name, topic = '') => request(ownerToken, 'POST', '/api/rooms', { name, ...(topic && { topic }) }),
    actor: async (handle, kind) => {
      if (kind === 'human') {
        // People are not registered: they come by an invite.
        const invite = await request<{ code: string }>(ownerToken, 'POST', '/api/invites', { kind });
        const { publicKey, privateKey } = generateKeyPairSync('ed25519');
        const key = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('hex');
        const { mesh } = await request<{ mesh: string }>(ownerToken, 'GET', '/api/status');
        const code = createHash('sha256').update(invite.code).digest('hex');
        const nonce = randomBytes(16).toString('hex');
        const stated = ['mesh-redeem/1', mesh, code, handle, key, nonce].join('\n');
        const proof = sign(null, Buffer.from(stated), privateKey).toString('hex');
        const came = await request<{ token: string }>(ownerToken, 'POST', '/api/invites/redeem', {
          code: invite.code,
          handle,
          key,
          nonce,
          proof,
        });
        return actor(handle, came.token);
      }
      const made = await request<{ token: string }>(ownerToken, 'POST', `/api/agents/${handle}/register`, { kind });
      return actor(handle, made.token);
    },
    stop: down,
    start: () => up(new URL(url).host),
    close: async () => {
      await down();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
