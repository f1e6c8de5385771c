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

test('who asks at once waits for the question under way and gets an answer of their own', async () => {
  const answers: (() => void)[] = [];
  const work = vi.fn(() => new Promise<void>((resolve) => void answers.push(resolve)));
  const gather = new Gather(work, 100);
  gather.ask();
  await vi.advanceTimersByTimeAsync(100);
  let told = false;
  void gather.now().then(() => (told = true));
  gather.ask();
  await vi.advanceTimersByTimeAsync(500);
  // The older question is still open: nothing overtakes it.
  expect(work).toHaveBeenCalledTimes(1);
  answers[0]!();
  await vi.advanceTimersByTimeAsync(0);
  expect(work).toHaveBeenCalledTimes(2);
  expect(told).toBe(false);
  answers[1]!();
  await vi.advanceTimersByTimeAsync(0);
  expect(told).toBe(true);
});
