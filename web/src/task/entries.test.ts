// Work stands between the messages it happened between.
import { expect, test } from 'vitest';
import type { ApprovalView, TaskView } from '../api/types.ts';
import { entriesOf, madeAt, weave } from './entries.ts';

const task = (id: string, created_at: string, ended_at?: string): TaskView => ({
  id,
  created_at,
  ...(ended_at && { ended_at }),
  state: ended_at ? 'done' : 'queued',
  room: 'r',
  priority: 5,
  urgency: 'low',
  seq: 1,
  tries: 0,
});
const messages = [
  { id: 'm1', at: '2026-11-21T10:00:00.000Z' },
  { id: 'm2', at: '2026-11-21T11:00:00.000Z' },
];
const tasks = [
  task('early', '2026-11-21T09:00:00.000Z', '2026-11-21T10:30:00.000Z'),
  task('late', '2026-11-21T12:00:00.000Z'),
];
const keys = (beginning: boolean, end: boolean) =>
  Object.fromEntries(
    [...weave(entriesOf(tasks, []), messages, beginning, end)].map(([id, list]) => [id, list.map((one) => one.key)]),
  );

test('before, between and behind', () => {
  expect(keys(true, true)).toEqual({ m1: ['early created'], m2: ['early ended'], '': ['late created'] });
});

test('what belongs to messages that are not shown is not shown', () => {
  expect(keys(false, false)).toEqual({ m2: ['early ended'] });
});

test('a question stands where it was asked', () => {
  const id = '019aa5a2-8c00-7000-8000-000000000000';
  expect(madeAt(id)).toBe(new Date(0x019aa5a28c00).toISOString());
  const [entry] = entriesOf([], [{ id, room: 'r', until: '' } as unknown as ApprovalView]);
  expect(entry).toMatchObject({ type: 'asked', at: madeAt(id) });
});
