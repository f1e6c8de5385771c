import { describe, expect, test } from 'vitest';
import type { Moment, Room, TaskThen } from '../api/types.ts';
import { dataThen, printedThen, workThen } from './then.ts';

const AT = '2026-11-21T12:00:00.000Z';
const person = (id: string) => ({ id, handle: id, kind: 'agent' as const, trust: 'local' as const });
const room = (id: string, created_at: string, member = true) =>
  ({ id, name: id, kind: 'room', access: 'open', archived: false, member, created_at }) as unknown as Room;
const task = (id: string, more: Partial<TaskThen>) =>
  ({
    id,
    room: 'a',
    title: id,
    state: 'queued',
    since: 1,
    priority: 5,
    urgency: 'low',
    seq: 1,
    created_at: AT,
    ...more,
  }) as TaskThen;
const moment = (more: Partial<Moment>): Moment => ({
  seq: 50,
  at: AT,
  people: ['rex', 'ana', 'zed'].map(person),
  here: ['rex'],
  rooms: [],
  states: [],
  tasks: [],
  approvals: [],
  messages: [],
  steps: [],
  cut: { tasks: 0, members: 0 },
  ...more,
});

describe('who stood where', () => {
  const rooms = [
    room('a', '2026-11-20T00:00:00.000Z'),
    room('b', '2026-11-22T00:00:00.000Z'),
    room('c', '2026-11-20T00:00:00.000Z', false),
    room('d', '2026-11-23T00:00:00.000Z', false),
  ];
  const then = dataThen(
    moment({
      rooms: [{ id: 'a', name: 'a', members: ['rex', 'zed'] }],
      tasks: [task('t', { state: 'running', worker: 'rex', fence: 7 })],
    }),
    rooms,
    (one) => one.id,
    'ana',
  );

  test('rooms that were not there yet are left out', () => {
    expect(then.rooms.map((one) => one.id)).toEqual(['a', 'c']);
  });

  test('who was away and in no room is not shown, and who had a task was busy', () => {
    expect(then.bodies.map(({ id, room, state }) => [id, room, state])).toEqual([
      ['rex', 'a', 'busy'],
      ['zed', 'a', 'offline'],
    ]);
  });
});

describe('work', () => {
  test('is what it was: who has it, what waits for it, what had ended a short time before', () => {
    const work = workThen(
      moment({
        tasks: [
          task('run', { state: 'running', worker: 'rex', fence: 7 }),
          task('waits', { state: 'waiting', needs: ['run'], worker: 'ana' }),
          task('new', { state: 'done', worker: 'ana', ended_at: '2026-11-21T11:55:00.000Z' }),
          task('old', { state: 'done', ended_at: '2026-11-21T11:40:00.000Z' }),
          task('off', { state: 'cancelled', ended_at: AT }),
        ],
      }),
      () => 3,
    );
    expect(work.tasks.map(({ id, form, worker, next }) => [id, form, worker, next])).toEqual([
      ['run', 'running', 'rex', ['waits']],
      ['waits', 'waits', null, []],
      ['new', 'done', 'ana', []],
    ]);
    expect(work.loaded).toBe(true);
  });

  test('a screen has what its attempt had printed by then', () => {
    const piece = (seq: number, fence: number, kind: 'progress' | 'result' = 'progress') => ({
      seq,
      fence,
      kind,
      at: AT,
    });
    const all = [piece(1, 7), piece(2, 7, 'result'), piece(3, 9), piece(4, 9), piece(60, 9)];
    expect(printedThen(all, 9, 50).map((one) => one.seq)).toEqual([3, 4]);
  });
});
