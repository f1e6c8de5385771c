// The one WebSocket: says hello, carries calls and pushes, and comes back by itself from where it stopped.

import { backoffMs } from './backoff.ts';
import type { Call } from './call.ts';
import { Disconnected, MeshProblem } from './problem.ts';
import { Place } from './resume.ts';
import type { Ephemeral, Hello, Item, Problem } from './types.ts';

export type Link = 'connecting' | 'live' | 'offline' | 'signed-out';

export interface SocketEvents {
  /** The state of the connection changed; `retryAt` is when the next attempt begins (milliseconds, clock of this machine). */
  link(state: Link, retryAt: number | null): void;
  /** The hello was answered. `fresh` is false when the stream continues where it stopped. */
  ready(hello: Hello, fresh: boolean): void;
  items(items: Item[]): void;
  ephemeral(event: Ephemeral): void;
  /** The head of the log as far as this reader knows. */
  head(seq: number): void;
  /** The stream had a hole and is being read again from the last known place. */
  gap(): void;
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** Close codes after which trying again with the same cookie cannot help. */
const SIGNED_OUT_CODES = new Set([4401, 4403]);

export class MeshSocket {
  readonly #url: string;
  readonly #events: SocketEvents;
  readonly #pageKey: () => string | undefined;
  readonly #place = new Place();
  readonly #waiting = new Map<number, Waiting>();
  #socket: WebSocket | null = null;
  #next = 1;
  #attempt = 0;
  #session: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #live = false;
  #stopped = true;

  /** `pageKey` gives what is shown beside the cookie. */
  constructor(url: string, events: SocketEvents, pageKey: () => string | undefined = () => undefined) {
    this.#pageKey = pageKey;
    this.#url = url;
    this.#events = events;
  }

  /** The place in the log up to which everything was taken in. */
  get place(): number | null {
    return this.#place.seq;
  }

  start(): void {
    this.#stopped = false;
    this.#connect();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#socket?.close(1000);
    this.#drop();
  }

  /** Tries at once, for example because the browser says that the network is back. */
  hurry(): void {
    if (this.#stopped || this.#live || this.#socket?.readyState === WebSocket.CONNECTING) return;
    clearTimeout(this.#timer);
    this.#connect();
  }

  /** Calls an operation. Rejects with MeshProblem when refused and Disconnected when no answer can come any more. */
  readonly call: Call = (name, ...[input]) => {
    if (!this.#live) return Promise.reject(new Disconnected());
    return this.#ask({ call: name, input: input ?? {} });
  };

  #ask<T>(frame: object): Promise<T> {
    const id = this.#next++;
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.#send({ id, ...frame });
    });
  }

  #send(frame: object): void {
    this.#socket?.send(JSON.stringify(frame));
  }

  #connect(): void {
    this.#events.link('connecting', null);
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    socket.onopen = () => {
      const key = this.#pageKey();
      const hello = {
        client: { name: 'web', channel: 'browser' },
        ...(key && { page_key: key }),
        ...(this.#session && { session: this.#session }),
      };
      this.#send({ hello });
    };
    socket.onmessage = (event) => {
      if (socket === this.#socket) this.#receive(JSON.parse(String(event.data)));
    };
    socket.onclose = (event) => {
      if (socket === this.#socket) this.#closed(event.code);
    };
  }

  #closed(code: number): void {
    this.#drop();
    if (this.#stopped) return;
    if (SIGNED_OUT_CODES.has(code)) {
      this.#stopped = true;
      this.#events.link('signed-out', null);
      return;
    }
    const wait = backoffMs(++this.#attempt, Math.random());
    this.#events.link('offline', Date.now() + wait);
    this.#timer = setTimeout(() => this.#connect(), wait);
  }

  #drop(): void {
    this.#live = false;
    this.#socket = null;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const one of waiting) one.reject(new Disconnected());
  }

  #receive(frame: Record<string, unknown>): void {
    if ('id' in frame) this.#answered(frame);
    else if ('push' in frame) this.#pushed(frame as { prev: number; seq: number; push: Item[] });
    else if ('ephemeral' in frame) this.#events.ephemeral(frame.ephemeral as Ephemeral);
    else if ('tail' in frame) this.#tail(frame.tail as number);
    else if ('hello' in frame) void this.#welcomed(frame.hello as Hello);
    else if ('problem' in frame) this.#refused(frame.problem as Problem);
  }

  #answered(frame: Record<string, unknown>): void {
    const waiting = this.#waiting.get(frame.id as number);
    if (!waiting) return;
    this.#waiting.delete(frame.id as number);
    if ('problem' in frame) waiting.reject(new MeshProblem(frame.problem as Problem));
    else waiting.resolve(frame.ok);
  }

  async #welcomed(hello: Hello): Promise<void> {
    let fresh = this.#place.seq === null;
    this.#session = hello.session;
    try {
      fresh = (await this.#follow()) || fresh;
    } catch {
      // A closed socket is handled where it closes.
      this.#socket?.close();
      return;
    }
    this.#attempt = 0;
    this.#live = true;
    this.#events.link('live', null);
    this.#events.head(hello.head);
    this.#events.ready(hello, fresh);
  }

  /** Continues the stream where it stopped. True if it had to begin anew: this node's log does not know our place. */
  async #follow(): Promise<boolean> {
    try {
      await this.#subscribe();
      return false;
    } catch (error) {
      if (!(error instanceof MeshProblem) || this.#place.seq === null) throw error;
      this.#place.forget();
      await this.#subscribe();
      return true;
    }
  }

  async #subscribe(): Promise<void> {
    const answer = await this.#ask<{ head: number }>({ subscribe: { after: this.#place.seq } });
    this.#place.begin(answer.head);
    this.#events.head(answer.head);
  }

  #pushed(frame: { prev: number; seq: number; push: Item[] }): void {
    const before = this.#place.seq;
    const step = this.#place.take(frame.prev, frame.seq);
    if (step === 'gap') {
      this.#events.gap();
      this.#subscribe().catch(() => this.#socket?.close());
      return;
    }
    if (step === 'seen') return;
    this.#events.items(before === null ? frame.push : frame.push.filter((item) => item.seq > before));
    this.#events.head(frame.seq);
  }

  #tail(seq: number): void {
    this.#place.tail(seq);
    this.#events.head(seq);
  }

  #refused(problem: Problem): void {
    if (problem.status === 401 || problem.status === 403) {
      const socket = this.#socket;
      this.#stopped = true;
      this.#drop();
      socket?.close();
      this.#events.link('signed-out', null);
      return;
    }
    // Said before we were let in, it is about the session we wanted to go on with; the next attempt begins a new one.
    if (!this.#live) this.#session = undefined;
  }
}
