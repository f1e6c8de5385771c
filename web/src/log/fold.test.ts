import { expect, test } from 'vitest';
import type { LogEntry } from '../api/types.ts';
import { counted, fold } from './fold.ts';

const line = (seq: number, type: string, actor: string, room?: string): LogEntry =>
  ({ seq, type, by: { a: actor }, at: '2026-01-01T00:00:00Z', facts: room ? { room } : {} }) as unknown as LogEntry;
const shape = (entries: LogEntry[]) => fold(entries).map((run) => run.map((one) => one.seq));

test('coming and going is one row whoever it is, and nothing is left out', () => {
  const all = [
    line(9, 'session.opened', 'ada'),
    line(8, 'session.closed', 'ben'),
    line(7, 'session.opened', 'ben'),
    line(6, 'message.posted', 'ada', 'r1'),
    line(5, 'session.opened', 'ada'),
  ];
  expect(shape(all)).toEqual([[9, 8, 7], [6], [5]]);
  expect(counted(fold(all)[0]!)).toEqual([
    { type: 'session.opened', count: 2 },
    { type: 'session.closed', count: 1 },
  ]);
});

test('the same of one actor in one room is folded from three on; another actor, room or type parts it', () => {
  const said = (seq: number, actor = 'ada', room = 'r1') => line(seq, 'message.posted', actor, room);
  expect(shape([said(3), said(2), said(1)])).toEqual([[3, 2, 1]]);
  expect(shape([said(2), said(1)])).toEqual([[2], [1]]);
  expect(shape([said(4), said(3, 'ben'), said(2), said(1, 'ada', 'r2')])).toEqual([[4], [3], [2], [1]]);
});
