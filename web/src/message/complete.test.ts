// What can be completed while typing.
import { expect, test } from 'vitest';
import { asCode, complete, looksPasted, type Typed, typedAt } from './complete.ts';

const mention = (start: number, end: number, query: string): Typed => ({ kind: 'mention', start, end, query });

test('a mention begins at the start or after a space', () => {
  expect(typedAt('hi @su', 6, false)).toEqual(mention(3, 6, 'su'));
  expect(typedAt('@', 1, false)).toEqual(mention(0, 1, ''));
  expect(typedAt('hi @Zoë', 7, false)?.query).toBe('Zoë');
  expect(typedAt('mail a@b', 8, false)).toBeNull();
  expect(typedAt('@ada hello', 10, false)).toBeNull();
});

test('an emoji needs two letters, and a time of day is none', () => {
  expect(typedAt('so :sm', 6, false)).toEqual({ kind: 'emoji', start: 3, end: 6, query: 'sm' });
  expect(typedAt(':smile:', 7, false)).toEqual({ kind: 'emoji', start: 0, end: 7, query: 'smile' });
  expect(typedAt('at 12:30', 8, false)).toBeNull();
  expect(typedAt('so :s', 5, false)).toBeNull();
});

test('a command is the first word, and then whom it is about', () => {
  expect(typedAt('/pa', 3, true)).toEqual({ kind: 'command', start: 0, end: 3, query: 'pa' });
  expect(typedAt('/pause re', 9, true)).toEqual({ kind: 'whom', start: 7, end: 9, query: 're' });
  expect(typedAt('/do it', 6, true)).toBeNull();
  expect(typedAt('//pa', 4, true)).toBeNull();
  expect(typedAt('/pa', 3, false)).toBeNull();
});

test('completing leaves exactly one space', () => {
  expect(complete('hi @su', mention(3, 6, 'su'), '@surveyor')).toEqual({ text: 'hi @surveyor ', caret: 13 });
  expect(complete('@s there', mention(0, 2, 's'), '@sam')).toEqual({ text: '@sam there', caret: 5 });
  const command: Typed = { kind: 'command', start: 0, end: 3, query: 'ta' };
  expect(complete('/ta', command, '/tasks', true)).toEqual({ text: '/tasks', caret: 6 });
});

test('a long paste may become code, whatever stands in it', () => {
  expect(looksPasted('a\n'.repeat(9))).toBe(true);
  expect(looksPasted('a\nb')).toBe(false);
  expect(asCode('see: x$&`y`', 'x$&`y`')).toBe('see: ```\nx$&`y`\n```\n');
  expect(asCode('a ``` b', 'a ``` b')).toBe('````\na ``` b\n````\n');
});
