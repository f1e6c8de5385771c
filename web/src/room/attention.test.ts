// What of the unread asks for a reader, and in which order rooms stand.
import { beforeEach, expect, test, vi } from 'vitest';
import type { Room } from '../api/types.ts';
import { attention } from './attention.svelte.ts';

const room = (id: string, last_seq: number, unread = 5, unread_mentions = 2): Room =>
  ({ id, name: id, kind: 'room', member: true, unread, unread_mentions, last_seq }) as unknown as Room;
let kept: Map<string, string>;

beforeEach(() => {
  kept = new Map();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  });
  attention.start('ada');
});

test('all, mentions and nothing', () => {
  const bay = room('bay', 1);
  expect([attention.unread(bay), attention.mentions(bay)]).toEqual([5, 2]);
  attention.wish('bay', { level: 'mentions' });
  expect([attention.unread(bay), attention.mentions(bay)]).toEqual([2, 2]);
  attention.wish('bay', { level: 'nothing' });
  expect([attention.unread(bay), attention.mentions(bay)]).toEqual([0, 0]);
  expect(attention.unread({ ...room('pier', 1), member: false })).toBe(0);
});

test('wishes are kept for each person, and what is as always is not', () => {
  attention.wish('bay', { level: 'nothing' });
  attention.wish('bay', { favourite: true });
  attention.start('bob');
  expect([attention.level('bay'), attention.favourite('bay')]).toEqual(['all', false]);
  attention.start('ada');
  expect([attention.level('bay'), attention.favourite('bay')]).toEqual(['nothing', true]);
  attention.wish('bay', { level: 'all', favourite: false });
  expect(kept.get('mesh.attention.ada')).toBe('{"rooms":{},"order":"name"}');
  kept.set('mesh.attention.ada', 'no JSON');
  attention.start('ada');
  expect(attention.level('bay')).toBe('all');
});

test('by name or by activity, with what is muted last', () => {
  const all = [room('a', 1), room('b', 9), room('c', 5)];
  const ids = () => attention.sorted(all).map((one) => one.id);
  attention.wish('b', { level: 'nothing' });
  expect(ids()).toEqual(['a', 'c', 'b']);
  attention.sortBy('activity');
  expect(ids()).toEqual(['c', 'a', 'b']);
  attention.start('ada');
  expect(attention.order).toBe('activity');
});
