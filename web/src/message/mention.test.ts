// Mentions while typing.
import { expect, test } from 'vitest';
import { complete, mentionAt } from './mention.ts';

test('a mention begins at the start or after a space', () => {
  expect(mentionAt('hi @su', 6)).toEqual({ start: 3, end: 6, query: 'su' });
  expect(mentionAt('@', 1)).toEqual({ start: 0, end: 1, query: '' });
  expect(mentionAt('mail a@b', 8)).toBeNull();
  expect(mentionAt('@ada hello', 10)).toBeNull();
});

test('completing leaves exactly one space', () => {
  expect(complete('hi @su', { start: 3, end: 6, query: 'su' }, 'surveyor')).toEqual({
    text: 'hi @surveyor ',
    caret: 13,
  });
  expect(complete('@s there', { start: 0, end: 2, query: 's' }, 'sam')).toEqual({ text: '@sam there', caret: 5 });
});
