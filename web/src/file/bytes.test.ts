import { expect, test } from 'vitest';
import type { FileVersion } from '../api/types.ts';
import { isPicture, nameOf, size } from './bytes.ts';

test('sizes are those that the command line tells', () => {
  expect([0, 1023, 1024, 1_572_864, 20 * 1024 ** 2].map(size)).toEqual([
    '0 B',
    '1023 B',
    '1.0 KiB',
    '1.5 MiB',
    '20.0 MiB',
  ]);
});

test('a name is one that a file of a room can have', () => {
  const at = Date.UTC(2026, 0, 2, 3, 4, 5);
  const named = (name: string) => nameOf(new File([], name, { lastModified: at }));
  expect(named('plan 2.md')).toBe('plan 2.md');
  expect(named('what? a/b\\c:d.md')).toBe('what_ a_b_c_d.md');
  expect(named('  ')).toBe('file');
  // Every browser calls a picture from the clipboard the same.
  expect(named('image.png')).toBe('pasted 2026-01-02 03.04.05.png');
});

test('only what the node found to be a picture is one, and only a small one', () => {
  const file = (media: string, bytes = 10) => isPicture({ media, bytes } as FileVersion);
  expect(['image/png', 'image/jpeg', 'image/webp', 'image/gif'].every((media) => file(media))).toBe(true);
  expect(['image/svg+xml', 'text/html', 'text/plain', ''].some((media) => file(media))).toBe(false);
  expect(file('image/png', 6 * 1024 ** 2)).toBe(false);
});
