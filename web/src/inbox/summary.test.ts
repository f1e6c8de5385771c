// What happened meanwhile, and since when.
import { expect, test } from 'vitest';
import type { Item } from '../api/types.ts';
import { summaryOf } from './summary.ts';
import { lastSeen } from './visit.ts';

let seq = 0;
const item = (type: string, from: string, data: object, room?: string) =>
  ({ seq: ++seq, at: '2026-11-30T10:00:00Z', type, data, from: { id: from }, room }) as unknown as Item;

test('others are counted by room, and what was done in the end is no failure', () => {
  const items = [
    item('message.posted', 'ada', {}, 'r1'),
    item('message.posted', 'bob', {}, 'r2'),
    item('message.posted', 'ada', {}, 'r2'),
    item('message.posted', 'me', {}, 'r3'),
    item('task.attempt_failed', 'ada', { task: 't1' }),
    item('task.finished', 'ada', { task: 't1' }),
    item('task.attempt_failed', 'ada', { task: 't2' }),
    item('task.attempt_failed', 'ada', { task: 't2' }),
    item('participant.registered', 'ada', { participant: 'newt' }),
  ];
  expect(summaryOf(items, 'me')).toEqual({
    rooms: [
      { room: 'r2', count: 2 },
      { room: 'r1', count: 1 },
    ],
    done: 1,
    failed: 1,
    joined: ['newt'],
  });
});

test('a reload is the same visit; who comes back later sees what happened since', () => {
  const before = { seq: 3, at: 0 };
  const kept = { seq: 9, at: 1_000_000, before };
  expect(lastSeen(null, 5)).toBeNull();
  expect(lastSeen(kept, 1_000_000 + 60_000)).toEqual(before);
  expect(lastSeen(kept, 1_000_000 + 31 * 60_000)).toEqual({ seq: 9, at: 1_000_000 });
});
