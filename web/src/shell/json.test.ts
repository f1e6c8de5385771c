// The place where a text stops being JSON.
import { expect, test } from 'vitest';
import { wrongAt } from './json.ts';

test.each([
  ['{\n  "rules": [,]\n}', 2, 13, 'a value belongs here'],
  ['{\n  "rules": [', 2, 13, 'it ends too early'],
  ['{"a": 1,}', 1, 9, 'a name in double quotes belongs here'],
  ['{"a" 1}', 1, 6, 'a colon belongs here'],
  ['[1 2]', 1, 4, "a comma or ']' belongs here"],
  ['{} x', 1, 4, 'something follows the end'],
  ['{"a": "b\n"}', 1, 7, 'this text does not end, or holds what must be escaped'],
  ["{'a': 1}", 1, 2, 'a name in double quotes belongs here'],
  ['[01]', 1, 2, 'a value belongs here'],
])('%j', (text, line, column, words) => {
  expect(wrongAt(text)).toEqual({ line, column, words });
});
test('what is JSON is not wrong', () => {
  expect(wrongAt('{"a": [1, "é\\n", null, -1.5e3]}')).toBeNull();
});
