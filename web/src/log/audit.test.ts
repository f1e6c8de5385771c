// The audit's filter in the address and in the call.
import { expect, test } from 'vitest';
import { actorOf, filterOf, inputOf, jsonLine, lowest, queryOf } from './audit.ts';

test('a deep link keeps the filter', () => {
  const filter = filterOf(
    new URLSearchParams('actor=rex&type=room.*,note.refused&room=workshop&since=2026-11-21T06:00:00Z'),
  );
  expect(filter).toEqual({
    actor: 'rex',
    types: ['room.*', 'note.refused'],
    room: 'workshop',
    since: '2026-11-21T06:00:00.000Z',
  });
  expect(filterOf(queryOf(filter))).toEqual(filter);
  expect(filterOf(new URLSearchParams('type=,&since=yesterday&actor='))).toEqual({});
});
test('the call pages backwards, and names come without their signs', () => {
  expect(inputOf({ actor: '@rex', room: '#workshop', types: [] }, 50, 12)).toEqual({
    newest: true,
    limit: 50,
    before: 12,
    actor: 'rex',
    room: 'workshop',
  });
});
test('who did it', () => {
  expect(actorOf({ a: { credential: ['p1', 'c1'] } })).toEqual({ id: 'p1', by: 'credential' });
  expect(actorOf({ a: { owner: 'p2' } })).toEqual({ id: 'p2', by: 'owner' });
  expect(actorOf({ a: 'node' })).toEqual({ by: 'the node' });
  expect(actorOf({ a: { invite: 'i' } })).toEqual({ by: 'an invite' });
});
test('lines and pages', () => {
  const entry = { seq: 3, at: 'x', type: 'room.created', by: {}, facts: {} };
  expect(jsonLine(entry)).toBe('{"seq":3,"at":"x","type":"room.created","by":{},"facts":{}}\n');
  expect(lowest([{ ...entry, seq: 9 }, entry])).toBe(3);
  expect(lowest([])).toBeUndefined();
});
