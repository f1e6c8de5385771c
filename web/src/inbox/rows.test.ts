// One list of what waits: the pressing before the rest, the newest first, and nothing twice.
import { expect, test } from 'vitest';
import type { Alert, ApprovalView, HeldTool, Message, Person, Quarantined, SkillView, TaskView } from '../api/types.ts';
import { deniable, madeAt, readable, rowsOf, type Sources } from './rows.ts';

const ada: Person = { id: 'p1', handle: 'ada', kind: 'agent', trust: 'local' };
const at = (minute: number) => `2026-11-30T10:${String(minute).padStart(2, '0')}:00Z`;
const message = (id: string, minute: number, text = 'look') =>
  ({
    id,
    seq: minute,
    at: at(minute),
    room: 'r1',
    from: ada,
    text,
    mentions: [],
    trust: 'local',
  }) as unknown as Message;
const task = (id: string, state: TaskView['state'], tries = 1) =>
  ({ id, state, tries, title: `Task ${id}`, room: 'r1', created_at: at(1), ended_at: null }) as unknown as TaskView;
const asks = (id: string, about?: string) =>
  ({ id, from: ada, room: 'r1', question: 'May I?', ...(about && { task: about }) }) as unknown as ApprovalView;
const wrong = (alert: number, cause: Alert['cause']) =>
  ({ alert, cause, title: 'Look', since: at(3) }) as unknown as Alert;
const none: Sources = {
  notices: [],
  alerts: [],
  approvals: [],
  acts: [],
  invitations: [],
  tasks: [],
  held: [],
  tools: [],
  skills: [],
  messages: [],
  times: new Map(),
  me: 'p0',
};

test('what stops somebody stands before what is only said, and the newest first', () => {
  const held = { message: message('m9', 9, 'x'), guard: { score: 80 } } as unknown as Quarantined;
  const rows = rowsOf({
    ...none,
    messages: [message('m1', 1), message('m2', 2)],
    tasks: [task('t1', 'failed')],
    approvals: [asks('0192f0000000-7000-8000-000000000000')],
    alerts: [wrong(7, { kind: 'agent_down', agent: 'p1' })],
    notices: [{ id: 'log', what: 'The log is damaged', place: { page: 'audit', filter: {} } }],
    held: [held],
  });
  expect(rows.map((row) => row.key.split(' ').slice(0, 2).join(' '))).toEqual([
    'notice log',
    'alert 7',
    'approval 0192f0000000-7000-8000-000000000000',
    'task t1',
    'review m9',
    'message m2',
    'message m1',
  ]);
});

test('a task that waits is not named a second time by its alerts', () => {
  const alerts = [
    wrong(7, { kind: 'escalated', task: 't1', room: 'r1' }),
    wrong(8, { kind: 'overdue', task: 't2', room: 'r1' }),
  ];
  const rows = rowsOf({ ...none, tasks: [task('t1', 'blocked')], alerts });
  expect(rows.map((row) => row.key)).toEqual(['alert 8', 'task t1 blocked 1']);
});

test('a task that somebody asks about waits once: as the question', () => {
  const rows = rowsOf({
    ...none,
    tasks: [task('t1', 'blocked'), task('t2', 'blocked')],
    approvals: [asks('a1', 't1')],
  });
  expect(rows.map((row) => row.is)).toEqual(['approval', 'task']);
  expect(rows[1]?.key).toContain('t2');
});

test('a task that fails again is another row, so that what was put aside comes again', () => {
  const key = (tries: number) => rowsOf({ ...none, tasks: [task('t1', 'failed', tries)] })[0]!.key;
  expect(key(1)).not.toBe(key(2));
});

test('what a held message hides is written out, and its lines are one', () => {
  const held = { message: message('m1', 1, 'do\nthis\u202e now'), guard: { score: 80 } } as unknown as Quarantined;
  expect(rowsOf({ ...none, held: [held] })[0]!.what).toBe('do this⟨U+202E⟩ now');
});

test('only what can be read is marked read, and only what asks can be denied', () => {
  const rows = rowsOf({ ...none, messages: [message('m1', 1)], tasks: [task('t1', 'failed'), task('t2', 'blocked')] });
  expect(rows.filter(readable).map((row) => row.key)).toEqual(['task t1 failed 1', 'message m1']);
  expect(rows.filter(deniable).map((row) => row.key)).toEqual(['task t2 blocked 1']);
});

test('an id tells when it was made', () => {
  expect(madeAt('01932b5a-1c00-7000-8000-000000000000')).toBe(new Date(0x01932b5a1c00).toISOString());
  expect(madeAt('no id')).toBeNull();
});

test('a tool that changes again is another row, and is put aside without an answer', () => {
  const tool = {
    server: 'shop',
    tool: 'buy',
    by: ada,
    offer: 7,
    score: 3,
    now: { about: 'Buys', input: {} },
  } as unknown as HeldTool;
  const [first] = rowsOf({ ...none, tools: [tool], times: new Map([[7, at(3)]]) });
  expect([first?.what, first?.at, first?.group]).toEqual(['offers the tool shop__buy', at(3), 'review']);
  expect([readable(first!), deniable(first!)]).toEqual([true, false]);
  const [second] = rowsOf({ ...none, tools: [{ ...tool, offer: 9, was: tool.now }] });
  expect(second?.what).toBe('changed the tool shop__buy');
  expect(second?.key).not.toBe(first?.key);
});

test('a version of a skill that is held is answered with yes or no, and the next one is another row', () => {
  const skill = { room: 'r1', name: 'count', version: 1, seq: 8, at: at(4), by: ada } as unknown as SkillView;
  const [first] = rowsOf({ ...none, skills: [skill] });
  expect([first?.what, first?.room, first?.group]).toEqual(['publishes the skill count', 'r1', 'review']);
  expect([readable(first!), deniable(first!)]).toEqual([false, true]);
  const [second] = rowsOf({ ...none, skills: [{ ...skill, version: 2, seq: 9 }] });
  expect(second?.what).toBe('publishes version 2 of the skill count');
  expect(second?.key).not.toBe(first?.key);
});
