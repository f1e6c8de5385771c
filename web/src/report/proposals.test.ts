import { expect, test } from 'vitest';
import { proposalsOf } from './proposals.ts';

test('only a list of proposals is one', () => {
  const one = { title: 'Keep a mirror', why: 'two downloads failed', task: 'Set up a mirror.' };
  expect(proposalsOf({ proposals: [one] })).toEqual([one]);
  for (const data of [
    undefined,
    {},
    { proposals: [] },
    { proposals: 'x' },
    { proposals: [one, { title: 'x' }] },
    { proposals: [null] },
  ])
    expect(proposalsOf(data)).toBeUndefined();
});
