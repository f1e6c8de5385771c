// Waiting before connecting again.
import { expect, test } from 'vitest';
import { backoffMs, FIRST_WAIT_MS, WAIT_MS_MAX } from './backoff.ts';

test('doubles, is spread, and ends', () => {
  expect(backoffMs(1, 1)).toBe(FIRST_WAIT_MS);
  expect(backoffMs(3, 1)).toBe(FIRST_WAIT_MS * 4);
  expect(backoffMs(3, 0)).toBe(FIRST_WAIT_MS * 2);
  expect(backoffMs(99, 1)).toBe(WAIT_MS_MAX);
});
