// The connection against a pretended WebSocket: coming back from where it stopped, holes, calls that get no answer.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Disconnected, MeshProblem } from './problem.ts';
import { type Link, MeshSocket } from './socket.ts';
import type { Item } from './types.ts';

class Pretended {
  static readonly CONNECTING = 0;
  static all: Pretended[] = [];
  readyState = 1;
  sent: Record<string, unknown>[] = [];
  onopen?: () => void;
  onmessage?: (event: { data: string }) => void;
  onclose?: (event: { code: number }) => void;
  constructor(readonly url: string) {
    Pretended.all.push(this);
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  close(code = 1000): void {
    this.onclose?.({ code });
  }
  says(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
  get last(): Record<string, unknown> {
    return this.sent.at(-1)!;
  }
}

const latest = () => Pretended.all.at(-1)!;
const settle = () => vi.advanceTimersByTimeAsync(0);
const person = { id: 'a', handle: 'ada', kind: 'human', trust: 'owner' };
const item = (seq: number) => ({ seq, at: '', type: 'x', data: {} });

let links: Link[];
let seen: number[];
let fresh: boolean[];
let gaps: number;
let socket: MeshSocket;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('WebSocket', Pretended);
  Pretended.all = [];
  links = [];
  seen = [];
  fresh = [];
  gaps = 0;
  socket = new MeshSocket('ws://node/ws', {
    link: (state) => links.push(state),
    ready: (_hello, anew) => fresh.push(anew),
    items: (items: Item[]) => seen.push(...items.map((one) => one.seq)),
    ephemeral: () => {},
    head: () => {},
    gap: () => gaps++,
  });
  socket.start();
});
afterEach(() => {
  socket.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function greet(head: number): Promise<void> {
  latest().onopen?.();
  latest().says({ hello: { session: 's1', participant: person, head, resumed: false } });
  await settle();
  latest().says({ id: latest().last.id, ok: { head } });
  await settle();
}

test('says hello, subscribes from now, and is live', async () => {
  await greet(10);
  expect(latest().sent[0]).toEqual({ hello: { client: { name: 'web', channel: 'browser' } } });
  expect(latest().last).toMatchObject({ subscribe: { after: null } });
  expect(links).toEqual(['connecting', 'live']);
  expect(fresh).toEqual([true]);
});

test('comes back with its session and from its place; what it has is not taken twice', async () => {
  await greet(10);
  latest().says({ prev: 10, seq: 12, push: [item(11), item(12)] });
  latest().close(1006);
  await vi.advanceTimersByTimeAsync(1000);
  expect(Pretended.all).toHaveLength(2);
  await greet(14);
  expect(latest().sent[0]).toMatchObject({ hello: { session: 's1' } });
  expect(latest().sent[1]).toMatchObject({ subscribe: { after: 12 } });
  latest().says({ prev: 12, seq: 14, push: [item(12), item(14)] });
  expect(seen).toEqual([11, 12, 14]);
  expect(fresh).toEqual([true, false]);
});

test('a hole is read again from the last known place', async () => {
  await greet(10);
  latest().says({ prev: 12, seq: 13, push: [item(13)] });
  expect(gaps).toBe(1);
  expect(seen).toEqual([]);
  expect(latest().last).toMatchObject({ subscribe: { after: 10 } });
});

test('a call is answered, refused, or ends with the connection', async () => {
  await greet(10);
  const good = socket.call('status.get');
  latest().says({ id: latest().last.id, ok: 7 });
  expect(await good).toBe(7);
  const bad = socket.call('secret.list');
  latest().says({ id: latest().last.id, problem: { title: 'no', status: 403, code: 'forbidden' } });
  await expect(bad).rejects.toBeInstanceOf(MeshProblem);
  const lost = socket.call('room.list');
  latest().close(1006);
  await expect(lost).rejects.toBeInstanceOf(Disconnected);
  await expect(socket.call('room.list')).rejects.toBeInstanceOf(Disconnected);
});

test('a credential that ended is not tried again', async () => {
  await greet(10);
  latest().close(4401);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(Pretended.all).toHaveLength(1);
  expect(links.at(-1)).toBe('signed-out');
});

test('a session that is gone is begun anew, from the same place', async () => {
  await greet(10);
  latest().close(1006);
  await vi.advanceTimersByTimeAsync(1000);
  latest().onopen?.();
  latest().says({ problem: { title: 'gone', status: 404, code: 'not_found' } });
  latest().close(4404);
  await vi.advanceTimersByTimeAsync(2000);
  latest().onopen?.();
  expect(latest().sent[0]).toEqual({ hello: { client: { name: 'web', channel: 'browser' } } });
});

test('a log that does not know the place is read from now, and the page is told', async () => {
  await greet(10);
  latest().close(1006);
  await vi.advanceTimersByTimeAsync(1000);
  latest().onopen?.();
  latest().says({ hello: { session: 's2', participant: person, head: 3, resumed: false } });
  await settle();
  latest().says({ id: latest().last.id, problem: { title: 'beyond', status: 422, code: 'invalid' } });
  await settle();
  expect(latest().last).toMatchObject({ subscribe: { after: null } });
  latest().says({ id: latest().last.id, ok: { head: 3 } });
  await settle();
  expect(fresh).toEqual([true, true]);
});
