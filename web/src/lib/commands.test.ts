// A line that begins with a slash is for the node, everything else is said.
import { expect, test } from 'vitest';
import { lineOf, offers } from './commands.ts';

test('lines and messages', () => {
  expect(lineOf('/tasks')).toBe('tasks');
  expect(lineOf('/do  survey the parser ')).toBe('do  survey the parser');
  expect(lineOf('hello /tasks')).toBeNull();
  expect(lineOf('//etc/hosts is a file')).toBeNull();
});

test('offers while the first word is typed', () => {
  expect(offers('/').length).toBeGreaterThan(8);
  expect(offers('/ap').map((one) => one.name)[0]).toBe('approve');
  expect(offers('/do it')).toEqual([]);
  expect(offers('no')).toEqual([]);
});
