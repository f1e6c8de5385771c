// What of a text stands on a screen: its end, in lines that fit, without what a terminal would do with it.
import { expect, test } from 'vitest';
import { page } from './paper.ts';

test('the end of it, in lines that fit', () => {
  expect(page('one\ntwo\nthree\n', 10, 2)).toEqual(['two', 'three']);
  expect(page('abcdefgh', 3, 5)).toEqual(['abc', 'def', 'gh']);
  expect(page('', 3, 5)).toEqual([]);
  expect(page('a\n\nb', 3, 5)).toEqual(['a', '', 'b']);
});

test('colours, titles and bells of terminals are left out', () => {
  const esc = String.fromCharCode(27);
  const bell = String.fromCharCode(7);
  expect(page(`${esc}[1;32mok${esc}[0m ${bell}${esc}]0;title${bell}done\r\nnext\ttab`, 20, 4)).toEqual([
    'ok done',
    'next  tab',
  ]);
});
