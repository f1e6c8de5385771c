// Sums keep the digits that say something.
import { expect, test } from 'vitest';
import { money, spent, tokens } from './money.ts';

test.each([
  [0, '$0'],
  [42, '$0.000042'],
  [4_200, '$0.0042'],
  [21_000, '$0.021'],
  [310_000, '$0.31'],
  [1_300_000, '$1.30'],
  [1_204_400_000, '$1,204'],
])('%d millionths are %s', (micros, words) => expect(money(micros)).toBe(words));

test.each([
  [870, '870'],
  [12_490, '12.4k'],
  [999_999, '999k'],
  [3_150_000, '3.1M'],
])('%d tokens are %s', (count, words) => expect(tokens(count)).toBe(words));

test('what was not spent is not named', () => {
  expect(spent({ tokens: 5_100, micros: 21_000 })).toBe('5.1k tokens, $0.021');
  expect(spent({ micros: 21_000 })).toBe('$0.021');
  expect(spent({})).toBe('');
  expect(spent(undefined)).toBe('');
});
