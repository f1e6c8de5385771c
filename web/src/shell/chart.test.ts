// Axes end at round numbers, and no day is left out.
import { expect, test } from 'vitest';
import { dayShort, days, top } from './chart.ts';

test.each([
  [0, 1],
  [1, 1],
  [3, 5],
  [7, 10],
  [10, 10],
  [11, 20],
  [480, 500],
  [0.03, 0.05],
])('%d goes up to %d', (value, end) => expect(top(value)).toBeCloseTo(end, 9));

test('days end with today', () => {
  expect(days(3, Date.parse('2026-11-01T23:59:00Z'))).toEqual(['2026-10-30', '2026-10-31', '2026-11-01']);
  expect(dayShort('2026-11-01')).toBe('1 Nov');
});
