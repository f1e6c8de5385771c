import { describe, expect, test } from 'vitest';
import { bars, part, rangeWith, since, stepTo } from './density.ts';

const HOUR = 3_600_000;

describe('bars', () => {
  test('stand on each other, and the highest reaches the top', () => {
    const drawn = bars({
      kinds: [
        { kind: 'message', counts: [0, 3, 1] },
        { kind: 'done', counts: [0, 1, 0] },
      ],
    });
    expect(drawn.map(({ kind, index }) => [kind, index])).toEqual([
      ['message', 1],
      ['done', 1],
      ['message', 2],
    ]);
    expect(drawn[0]).toMatchObject({ y: 0, high: 0.75 });
    expect(drawn[1]).toMatchObject({ y: 0.75, high: 0.25 });
    // A quarter as many are half as high.
    expect(drawn[2]).toMatchObject({ y: 0, high: 0.5 });
  });

  test('of nothing are none', () => {
    expect(bars({ kinds: [] })).toEqual([]);
    expect(bars({ kinds: [{ kind: 'done', counts: [0, 0] }] })).toEqual([]);
  });
});

describe('a range', () => {
  const now = 1_000 * HOUR;
  test('begins where the log begins, if that is later, and is never shorter than a minute', () => {
    expect(since('day', now, null)).toBe(now - 24 * HOUR);
    expect(since('day', now, now - 2 * HOUR)).toBe(now - 2 * HOUR);
    expect(since('hour', now, now - 2 * HOUR)).toBe(now - HOUR);
    expect(since('all', now, 5)).toBe(5);
    expect(since('all', now, now - 10)).toBe(now - 60_000);
  });

  test('grows until the moment is in it', () => {
    expect(rangeWith(now - 10, now, 'hour')).toBe('hour');
    expect(rangeWith(now - 2 * HOUR, now, 'hour')).toBe('day');
    expect(rangeWith(now - 10, now, 'week')).toBe('week');
    expect(rangeWith(5, now, 'hour')).toBe('all');
  });
});

test('a moment stands within the bar, wherever it is', () => {
  expect(part(5, 0, 10)).toBe(0.5);
  expect([part(-5, 0, 10), part(15, 0, 10)]).toEqual([0, 1]);
  expect(part(5, 5, 5)).toBe(0);
});

test('a step goes to the nearest of a kind, or of all', () => {
  const steps = [
    { kind: 'message' as const, prev: 3, next: 9 },
    { kind: 'done' as const, prev: 5 },
    { kind: 'failed' as const, next: 7 },
  ];
  expect(stepTo(steps, 'any', 1)).toBe(7);
  expect(stepTo(steps, 'any', -1)).toBe(5);
  expect(stepTo(steps, 'message', -1)).toBe(3);
  expect(stepTo(steps, 'done', 1)).toBeNull();
});
