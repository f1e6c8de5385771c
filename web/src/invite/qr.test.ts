// Square for square what another encoder draws, a text of each version; the long ones have blocks of two lengths.
import { expect, test } from 'vitest';
import { hex } from '../identity/statement.ts';
import { qr } from './qr.ts';

const LINK = `http://192.168.1.20:7770/i/${'aB3_-xY9'.repeat(30)}`;
async function hash(squares: boolean[][]): Promise<string> {
  const text = squares.map((row) => row.map(Number).join('')).join('\n');
  return hex(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))).slice(0, 16);
}

test.each([
  [1, 1, '848f621f7ecfca7e'],
  [15, 2, '122d88e95f0f3a17'],
  [32, 3, 'd115ffb8fb87b744'],
  [43, 4, '8fa28f719ea94a16'],
  [66, 5, '002be7dad1a16e05'],
  [86, 6, '80d47a0d6afbe60d'],
  [107, 7, '59809685e391ea6a'],
  [123, 8, 'be1e81e9818c93d6'],
  [154, 9, '0604a013068201a2'],
  [181, 10, '66c1d8039a9d1b43'],
])('%i bytes are version %i', async (bytes, version, drawn) => {
  const squares = qr(LINK.slice(0, bytes))!;
  expect(squares).toHaveLength(version * 4 + 17);
  expect(await hash(squares)).toBe(drawn);
});

test('what is too long is not drawn', () => {
  expect(qr('x'.repeat(213))).toHaveLength(57);
  expect(qr('x'.repeat(214))).toBeNull();
});
