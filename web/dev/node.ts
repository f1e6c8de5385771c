// The simulated node on the wire: sign-in, the page's files, and the WebSocket with calls and pushes.
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Item } from '../src/api/types.ts';
import { calls } from './calls.ts';
import { Refusal, State } from './state.ts';

export { seedDevNode } from './seed.ts';

/** What the real node sends with the page. */
export const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; " +
  "worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
  '.png': 'image/png',
  '.webmanifest': 'application/manifest+json',
};

interface Client {
  me: string;
  /** The last seq this subscriber could see; null before it subscribes. */
  prev: number | null;
}

export class DevNode {
  readonly state = new State();
  readonly owner = this.state.register('owner', 'human', 'owner');
  readonly #sockets = new WebSocketServer({ noServer: true });
  readonly #clients = new Map<WebSocket, Client>();
  readonly #cookies = new Map<string, string>();
  readonly #codes = new Map<string, string>();
  #server: Server | undefined;
  #url = '';

  constructor() {
    this.state.onItem = (item) => this.#fanOut(item);
    this.state.onEphemeral = (event, except) => {
      for (const [socket, client] of this.#clients) {
        if (client.me !== except && client.prev !== null) socket.send(JSON.stringify({ ephemeral: event }));
      }
    };
  }

  /** A path that signs a participant in, once. */
  oneTimeLink(participant = this.owner.id): string {
    const code = randomBytes(16).toString('hex');
    this.#codes.set(code, participant);
    return `${this.#url}/login?code=${code}`;
  }

  /** Serves the built page and the node on a free port. */
  async listen(dist: string, port = 0): Promise<string> {
    const server = createServer((request, response) => {
      if (!this.handle(request, response)) serveFile(dist, request, response);
    });
    server.on('upgrade', (request, socket, head) => this.upgrade(request, socket, head));
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    this.#server = server;
    this.#url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return this.#url;
  }

  async close(): Promise<void> {
    this.cut();
    this.#server?.closeAllConnections();
    await new Promise((resolve) => (this.#server ? this.#server.close(resolve) : resolve(null)));
  }

  /** Does what a client of this participant would call. */
  act(participant: string, call: string, input: Record<string, unknown>): void {
    calls[call]?.(this.state, participant, input);
  }

  /** Ends all connections, as a restart would. */
  cut(): void {
    for (const socket of this.#clients.keys()) socket.terminate();
  }

  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const url = new URL(request.url ?? '/', 'http://node');
    if (url.pathname === '/login') this.#login(url.searchParams.get('code') ?? '', response);
    else if (url.pathname === '/api/me') this.#json(response, this.#page(request) ? 200 : 401, {});
    else if (url.pathname === '/api/login') this.#password(request, response);
    else if (url.pathname === '/api/logout') {
      response.setHeader('set-cookie', 'mesh_session=; Path=/; Max-Age=0');
      this.#json(response, 200, {});
    } else return false;
    return true;
  }

  #json(response: ServerResponse, status: number, body: object): void {
    response.writeHead(status, { 'content-type': status < 400 ? 'application/json' : 'application/problem+json' });
    response.end(JSON.stringify(body));
  }

  /** Sets the cookie and gives what the page keeps beside it. */
  #grant(response: ServerResponse, participant: string): string {
    const cookie = randomBytes(16).toString('hex');
    this.#cookies.set(cookie, participant);
    response.setHeader('set-cookie', `mesh_session=${cookie}; Path=/; HttpOnly; SameSite=Strict`);
    return `key-of-${cookie}`;
  }

  #login(code: string, response: ServerResponse): void {
    const participant = this.#codes.get(code);
    this.#codes.delete(code);
    const key = participant && this.#grant(response, participant);
    response.writeHead(303, { location: key ? `/#page-key=${key}` : '/' });
    response.end();
  }

  #password(request: IncomingMessage, response: ServerResponse): void {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const { username, password } = JSON.parse(body) as { username: string; password: string };
      if (username === 'owner' && password === 'correct horse battery') {
        return this.#json(response, 200, { page_key: this.#grant(response, this.owner.id) });
      }
      const refusal = new Refusal(
        401,
        'wrong_credentials',
        'User name or password is wrong.',
        'Check both and try again.',
      );
      this.#json(response, 401, refusal.problem);
    });
  }

  #who(request: IncomingMessage): string | undefined {
    const cookie = /mesh_session=(\w+)/.exec(request.headers.cookie ?? '')?.[1];
    return cookie ? this.#cookies.get(cookie) : undefined;
  }

  /** Whose page asks: its cookie with its key. */
  #page(request: IncomingMessage): string | undefined {
    const cookie = /mesh_session=(\w+)/.exec(request.headers.cookie ?? '')?.[1];
    return request.headers['mesh-page-key'] === `key-of-${cookie}` ? this.#who(request) : undefined;
  }

  upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    const me = this.#who(request);
    if (!me || new URL(request.url ?? '/', 'http://node').pathname !== '/ws') {
      stream.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n');
      return;
    }
    this.#sockets.handleUpgrade(request, stream, head, (socket) => this.#serve(socket, me));
  }

  #serve(socket: WebSocket, me: string): void {
    this.#clients.set(socket, { me, prev: null });
    socket.on('message', (data) => this.#frame(socket, JSON.parse(String(data))));
    socket.on('close', () => {
      this.#clients.delete(socket);
      if (![...this.#clients.values()].some((client) => client.me === me)) this.state.present(me, 'offline');
    });
  }

  #frame(socket: WebSocket, frame: Record<string, unknown>): void {
    const client = this.#clients.get(socket);
    if (!client) return;
    if ('hello' in frame) {
      this.state.present(client.me, 'idle');
      const participant = this.state.person(client.me);
      socket.send(
        JSON.stringify({
          hello: { session: 'simulated', participant, head: this.state.head, resumed: false, welcome: {} },
        }),
      );
    } else if ('subscribe' in frame) {
      this.#subscribe(socket, client, frame.id as number, (frame.subscribe as { after: number | null }).after);
    } else {
      this.#call(socket, client.me, frame as { id: number; call: string; input: Record<string, unknown> });
    }
  }

  #subscribe(socket: WebSocket, client: Client, id: number, after: number | null): void {
    const head = this.state.head;
    socket.send(JSON.stringify({ id, ok: { head } }));
    client.prev = after ?? head;
    if (after === null) return;
    const missed = this.state.items.filter((item) => item.seq > after && this.state.sees(client.me, item));
    if (missed.length > 0) this.#push(socket, client, missed);
  }

  #call(socket: WebSocket, me: string, frame: { id: number; call: string; input: Record<string, unknown> }) {
    const key = frame.input.idempotency_key as string | undefined;
    const known = key && this.state.keys.get(`${me} ${key}`);
    let answer: object;
    try {
      const call = calls[frame.call];
      if (!call) throw new Refusal(404, 'unknown_operation', `There is no operation '${frame.call}'.`);
      const ok = known || (call(this.state, me, frame.input) as object);
      if (key) this.state.keys.set(`${me} ${key}`, ok);
      answer = { id: frame.id, ok };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      answer = { id: frame.id, problem: error.problem };
    }
    socket.send(JSON.stringify(answer));
  }

  #fanOut(item: Item): void {
    for (const [socket, client] of this.#clients) {
      if (client.prev === null || !this.state.sees(client.me, item)) continue;
      this.#push(socket, client, [item]);
    }
  }

  #push(socket: WebSocket, client: Client, items: Item[]): void {
    const seq = items.at(-1)!.seq;
    socket.send(JSON.stringify({ prev: client.prev, seq, push: items }));
    client.prev = seq;
  }
}

function serveFile(dist: string, request: IncomingMessage, response: ServerResponse): void {
  const path = normalize(new URL(request.url ?? '/', 'http://node').pathname);
  const file = join(dist, path);
  const found = path !== '/' && extname(path) !== '' && existsSync(file) ? file : join(dist, 'index.html');
  response.writeHead(200, {
    'content-type': TYPES[extname(found)] ?? 'application/octet-stream',
    'content-security-policy': CSP,
  });
  response.end(readFileSync(found));
}
