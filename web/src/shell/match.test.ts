// Finding by letters.
import { expect, test } from 'vitest';
import { best } from './match.ts';

test('beginnings before words before letters', () => {
  const names = ['robot', 'the-bot', 'bot', 'botany', 'big-oat', 'zed'];
  expect(best('bot', names, (name) => name, 10)).toEqual(['bot', 'botany', 'the-bot', 'robot', 'big-oat']);
});

test('an empty query keeps the order and the limit', () => {
  expect(best('', ['c', 'a', 'b'], (name) => name, 2)).toEqual(['c', 'a']);
});
