// Work stands between the messages it happened between.
import { expect, test } from 'vitest';
import type { ApprovalView, Person, TaskView } from '../api/types.ts';
import { deedsOf, entriesOf, folded, madeAt, weave } from './entries.ts';

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

const person = (handle: string): Person => ({ id: handle, handle, kind: 'agent', trust: 'local' });
const by = (handle: string, id: string, minute: number, more: Partial<TaskView> = {}): TaskView => ({
  ...task(id, `2026-11-21T10:${minute}:00.000Z`),
  creator: person(handle),
  ...more,
});

test('what one author did between two messages is one row, where the first of it stood', () => {
  const list = folded(entriesOf([by('rex', 'a', 10), by('ada', 'b', 11), by('rex', 'c', 12), by('rex', 'd', 13)], []));
  expect(list.map((one) => one.key)).toEqual(['a created and more', 'b created']);
  expect(list[0]).toMatchObject({ type: 'fold', who: { handle: 'rex' } });
  expect(list[0]!.type === 'fold' && deedsOf(list[0]!)).toBe('created 3 tasks');
});

test('what a worker did is its own; what failed and what is asked is never folded away', () => {
  const done = {
    state: 'done',
    ended_at: '2026-11-21T10:40:00.000Z',
    result: { worker: person('rex') },
  } as unknown as Partial<TaskView>;
  const failed = { state: 'failed', ended_at: '2026-11-21T10:41:00.000Z' } as const;
  const asked = { id: '019aa5a2-8c00-7000-8000-000000000000', room: 'r', until: '' } as unknown as ApprovalView;
  const list = folded(entriesOf([by('rex', 'a', 10, done), by('ada', 'b', 11, failed)], [asked]));
  const kinds = list.map((one) => (one.type === 'fold' ? `${one.who?.handle} ${deedsOf(one)}` : one.type));
  expect(kinds.toSorted()).toEqual(['asked', 'created', 'ended', 'rex created 1 task and did 1']);
});
