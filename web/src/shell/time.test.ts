// Times for people.
import { expect, test } from 'vitest';
import { ago, dayName, readable, span } from './time.ts';

test('how long ago', () => {
  const now = Date.parse('2026-11-21T12:00:00Z');
  expect(ago('2026-11-21T11:59:30Z', now)).toBe('just now');
  expect(ago('2026-11-21T11:56:00Z', now)).toBe('4 min ago');
  expect(ago('2026-11-21T09:00:00Z', now)).toBe('3 h ago');
  expect(ago('2026-11-16T12:00:00Z', now)).toBe('5 d ago');
  expect(ago('2026-11-21T12:00:05Z', now)).toBe('just now');
});

test('today and yesterday by the calendar, not by hours', () => {
  const now = new Date(2026, 10, 21, 0, 30);
  expect(dayName(new Date(2026, 10, 21, 0, 5).toISOString(), now)).toBe('Today');
  expect(dayName(new Date(2026, 10, 20, 23, 55).toISOString(), now)).toBe('Yesterday');
  expect(dayName(new Date(2026, 10, 19, 12).toISOString(), now)).not.toBe('Yesterday');
});

test('moments in sentences of the node are written for people', () => {
  expect(readable('set by @ada at 2026-11-21T06:20:38.123Z (version 1)')).toMatch(
    /^set by @ada at 2\d Nov, \d\d:20:38 \(version 1\)$/,
  );
});

test.each([
  [850, '850 ms'],
  [12_000, '12 s'],
  [250_000, '4 min 10 s'],
  [240_000, '4 min'],
  [7_500_000, '2 h 5 min'],
  [200_000_000, '2 d 7 h'],
])('%d ms are %s', (ms, words) => expect(span(ms)).toBe(words));
