// A line that begins with a slash is for the node, everything else is said.
import { expect, test } from 'vitest';
import { isCommand, lineOf } from './commands.ts';
import { FORMS, formOf, formsFor } from './forms.ts';

test('lines and messages', () => {
  expect(lineOf('/tasks')).toBe('tasks');
  expect(lineOf('/do  survey the parser ')).toBe('do  survey the parser');
  expect(lineOf('hello /tasks')).toBeNull();
  expect(lineOf('//etc/hosts is a file')).toBeNull();
});

test('a slip of the pen is not said aloud', () => {
  expect(isCommand('tasks')).toBe(true);
  expect(isCommand('approve: it is good')).toBe(true);
  expect(isCommand('@rex survey the parser')).toBe(true);
  expect(isCommand('set rex slots to 3')).toBe(true);
  expect(isCommand('taks')).toBe(false);
});

test('every form is a command, and is found by how it begins', () => {
  expect(FORMS.filter((form) => !isCommand(form.name))).toEqual([]);
  expect(formsFor('').length).toBe(FORMS.length);
  expect(formsFor('ap')[0]?.name).toBe('approve');
  expect(
    formsFor('ta')
      .map((form) => form.name)
      .slice(0, 2),
  ).toEqual(['tasks', 'status']);
  expect(formsFor('ta').at(-1)?.name).toBe('take');
  expect(formOf('/do it')?.takes).toBe('WHAT');
  expect(formOf('/do')).toBeUndefined();
  expect(formOf('no')).toBeUndefined();
});
