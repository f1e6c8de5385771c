// Words with numbers in them.
import { expect, test } from 'vitest';
import { names, plural } from './words.ts';

test('names are told as a sentence would', () => {
  expect(names([])).toBe('');
  expect(names(['ada'])).toBe('ada');
  expect(names(['ada', 'bob'])).toBe('ada and bob');
  expect(names(['ada', 'bob', 'cy'])).toBe('ada, bob and cy');
  expect(names(['ada', 'bob', 'cy', 'di', 'eve'])).toBe('ada, bob and 3 others');
});

test('one and many', () => {
  expect(plural(1, 'message')).toBe('1 message');
  expect(plural(12_000, 'message')).toBe('12,000 messages');
});
