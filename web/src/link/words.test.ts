// What is said of a link.
import { describe, expect, test } from 'vitest';
import type { Link } from '../api/types.ts';
import {
  behind,
  offered,
  reachable,
  readCode,
  refusal,
  sharesWords,
  standing,
  way,
  wayWords,
  writeCode,
} from './words.ts';

const NOW = Date.parse('2026-11-30T12:00:00Z');
export const link = (more: Partial<Link> = {}): Link => ({
  id: '0193a2b4-5c6d-7e8f-9a0b-1c2d3e4f5a6b',
  name: 'north',
  key: 'ab'.repeat(32),
  compare: '00000 00001 00002 00003 00004 00005',
  words: 'acorn acorn acorn actor',
  participant: { id: 'p', handle: 'north', kind: 'bridge', trust: 'untrusted' },
  address: 'https://north.example.org',
  state: 'open',
  paused: null,
  taken: 40,
  acknowledged: 90,
  trouble: null,
  again_at: null,
  dead: 0,
  under_way: 0,
  waits: 0,
  shared: [],
  offered: [],
  ...more,
});

describe('how a link stands', () => {
  test('open, away and paused are told apart, with why', () => {
    expect(standing(link(), NOW)).toBe('both speak');
    expect(standing(link({ under_way: 3 }), NOW)).toBe('both speak; 3 under way to it');
    const away = link({ state: 'away', heard_at: '2026-11-30T11:55:00Z', trouble: 'connection refused' });
    expect(standing(away, NOW)).toBe('not reached, last heard 5 min ago: connection refused');
    expect(standing(link({ state: 'away' }), NOW)).toBe('not reached, not heard since this node was started');
    expect(standing(link({ state: 'paused', paused: 'full' }), NOW)).toMatch(/^paused: it refused too much/);
  });

  test('while both speak nothing lies; else the most that could is told', () => {
    const open = link({ untold: 12, unheard: 7 });
    expect(behind(open)).toEqual({ theirs: 'nothing', ours: 'nothing' });
    const away = link({ state: 'away', untold: 12, unheard: 1 });
    expect(behind(away)).toEqual({ theirs: 'at most 12 entries', ours: 'at most 1 entry' });
    expect(behind(link({ state: 'away' }))).toEqual({ theirs: 'not met yet', ours: 'not met yet' });
  });

  test('where it is met', () => {
    expect(way(link({ address: 'interchange+https://x.example.org' }))).toEqual({
      kind: 'interchange',
      at: 'https://x.example.org',
    });
    expect(wayWords(link({ address: null }))).toBe('it calls this mesh');
    expect(wayWords(link())).toBe('called at https://north.example.org');
  });

  test('what is shared', () => {
    expect(sharesWords(link())).toBe('nothing shared');
    const rooms = link({
      shared: [{ room: 'a', name: 'workshop', followed: true }],
      offered: [
        { there: 'b', name: 'ideas', open: true, room: 'c' },
        { there: 'd', name: 'other', open: true, room: null },
      ],
    });
    expect(sharesWords(rooms)).toBe('1 room of ours, 1 room of theirs');
    expect(rooms.offered.map(offered)).toEqual(['followed here', 'offered']);
  });

  test('a refusal is told by its code, also by one that is not known', () => {
    expect(refusal('capability_denied', 'data')).toBe('its rules do not allow it, by a rule of the kind data');
    expect(refusal('brand_new')).toBe('brand new');
  });
});

describe('codes of meshes', () => {
  const key = '8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c';
  test('a key is found in whatever was sent', () => {
    for (const text of [key, `  ${key.toUpperCase()}\n`, `our key: ${key}.`])
      expect(readCode(text)).toEqual({ key, address: '' });
    for (const address of ['https://north.example.org', 'interchange+http://127.0.0.1:7790'])
      for (const text of [writeCode({ key, address }), `mesh link add x --key ${key} --address ${address}`])
        expect(readCode(text)).toEqual({ key, address });
  });
  test('what is no key is none', () => {
    for (const text of ['', 'hello', key.slice(1), `${key}0`, `https://north.example.org`])
      expect(readCode(text)).toBeNull();
  });
  test('nobody reaches this machine by its own name', () => {
    expect(['http://127.0.0.1:7777', 'http://localhost:1', 'http://[::1]:5', 'nonsense'].some(reachable)).toBe(false);
    expect(['https://mesh.example.org', 'http://192.168.1.4:7777'].every(reachable)).toBe(true);
  });
});
