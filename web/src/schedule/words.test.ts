import { describe, expect, test } from 'vitest';
import type { Schedule, ScheduleDone } from '../api/types.ts';
import { came, local, morning, pace, standing } from './words.ts';

const schedule = (more: Partial<Schedule>) =>
  ({ state: 'active', paused: null, zone: 'Europe/Berlin', when: { kind: 'once', at: '' }, ...more }) as Schedule;
const run = (more: Partial<ScheduleDone>) =>
  ({ due: '2026-11-30T09:00:00Z', at: '2026-11-30T09:00:01Z', outcome: 'done', ...more }) as ScheduleDone;

describe('schedules in words', () => {
  test('how they stand, and when', () => {
    expect(standing(schedule({}))).toBe('live');
    expect(standing(schedule({ paused: 'refused', state: 'paused' }))).toContain('refused');
    expect(pace(schedule({ when: { kind: 'cron', cron: '0 9 * * MON' } }))).toBe('0 9 * * MON (Europe/Berlin)');
  });

  test('what came of a time, and how late', () => {
    expect(came(run({}))).toBe('said');
    expect(came(run({ late: true, at: '2026-11-30T12:00:00Z' }))).toMatch(/^said, 3 .* late$/);
    expect(came(run({ tasks: ['a', 'b'] }))).toBe('2 tasks created');
    expect(came(run({ outcome: 'refused', why: 'you may not speak' }))).toBe('refused: you may not speak');
  });

  test('tomorrow is on this browser’s clock', () => {
    const at = morning(new Date(2026, 11, 31, 23, 59), 1, 9);
    expect(local(at)).toBe('2027-01-01T09:00');
  });
});
