// A line that begins with a slash is for the node, everything else is said.
import { expect, test } from 'vitest';
import { isCommand, lineOf, offers } from './commands.ts';

test('lines and messages', () => {
  expect(lineOf('/tasks')).toBe('tasks');
  expect(lineOf('/do  survey the parser ')).toBe('do  survey the parser');
  expect(lineOf('hello /tasks')).toBeNull();
  expect(lineOf('//etc/hosts is a file')).toBeNull();
});

test('a slip of the pen is not said aloud', () => {
  expect(isCommand('tasks')).toBe(true);
  expect(isCommand('@rex survey the parser')).toBe(true);
  expect(isCommand('set rex slots to 3')).toBe(true);
  expect(isCommand('taks')).toBe(false);
});

test('offers while the first word is typed', () => {
  expect(offers('/').length).toBeGreaterThan(8);
  expect(offers('/ap').map((one) => one.name)[0]).toBe('approve');
  expect(offers('/do it')).toEqual([]);
  expect(offers('no')).toEqual([]);
});
