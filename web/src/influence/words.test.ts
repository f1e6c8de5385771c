// What a person releases is shown whole.
import { expect, test } from 'vitest';
import { fieldsOf, sourceName } from './words.ts';

test('nothing of an input is left out or cut', () => {
  const long = 'x'.repeat(20_000);
  const fields = fieldsOf({ room: 'ops', text: `a\n${long}`, payload: { deep: ['<b>', null] }, command: true });
  expect(fields.map((field) => field.name)).toEqual(['room', 'text', 'payload', 'command']);
  expect(fields[1]!.text).toBe(`a\n${long}`);
  expect(JSON.parse(fields[2]!.text)).toEqual({ deep: ['<b>', null] });
  expect(fields[3]!.text).toBe('true');
});

test('a room that is hidden from the reader has no name', () => {
  expect(sourceName({ room: '1', trust: 'local' })).toBe('a room that you do not see');
  expect(sourceName({ room: '1', trust: 'local', name: 'ops' })).toBe('#ops');
});
