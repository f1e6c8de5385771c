import { describe, expect, test } from 'vitest';
import type { Clock } from '../api/types.ts';
import { shows, simulated, state } from './words.ts';

const clock: Clock = {
  room: 'r',
  now: '2026-12-24T08:00:00.000Z',
  real: '2026-11-30T10:00:00.000Z',
  rate: 60,
  since: 3,
};

describe('a simulation clock', () => {
  test('goes on from the answer, as fast as it runs', () => {
    expect(simulated(shows(clock, 1_000, 61_000))).toBe('2026-12-24 09:00');
    expect(simulated(shows(clock, 61_000, 1_000))).toBe('2026-12-24 08:00');
    expect(state(clock)).toBe('runs ×60');
  });

  test('stands where it stands, and says why', () => {
    const stands: Clock = { ...clock, paused: 'alone' };
    expect(simulated(shows(stands, 0, 9_000_000))).toBe('2026-12-24 08:00');
    expect(state(stands)).toContain('nobody who hears it');
  });
});
