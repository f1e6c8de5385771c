// Many reasons to ask become one question, and none is lost.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Gather } from './gather.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('those who ask within the pause are answered together', async () => {
  const work = vi.fn(async () => {});
  const gather = new Gather(work, 100);
  gather.ask();
  gather.ask();
  expect(work).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(100);
  expect(work).toHaveBeenCalledTimes(1);
  gather.ask();
  await vi.advanceTimersByTimeAsync(100);
  expect(work).toHaveBeenCalledTimes(2);
});

test('who asks while the question is under way gets one of their own, after it', async () => {
  let answer = () => {};
  const work = vi.fn(() => new Promise<void>((resolve) => (answer = resolve)));
  const gather = new Gather(work, 100);
  gather.ask();
  await vi.advanceTimersByTimeAsync(100);
  gather.ask();
  gather.ask();
  await vi.advanceTimersByTimeAsync(500);
  expect(work).toHaveBeenCalledTimes(1);
  answer();
  await vi.advanceTimersByTimeAsync(100);
  expect(work).toHaveBeenCalledTimes(2);
});

test('nothing is asked after the end', async () => {
  const work = vi.fn(async () => {});
  const gather = new Gather(work, 100);
  gather.ask();
  gather.end();
  await vi.advanceTimersByTimeAsync(500);
  gather.ask();
  await vi.advanceTimersByTimeAsync(500);
  expect(work).not.toHaveBeenCalled();
});
