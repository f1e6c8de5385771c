// Emoji by name.
import { expect, test } from 'vitest';
import { emojiFor, emojiNamed } from './emoji.ts';

test('the best come first, and a whole name is itself', () => {
  expect(emojiFor('smile')[0]).toEqual({ name: 'smile', sign: '😄' });
  expect(emojiFor('rock').map((one) => one.sign)).toContain('🚀');
  expect(emojiNamed('tada')).toBe('🎉');
  expect(emojiNamed('constructor')).toBeUndefined();
});

test('each entry is a name and one sign, and no name stands twice', () => {
  const all = [...new Set('abcdefghijklmnopqrstuvwxyz+-')].flatMap((letter) => emojiFor(letter));
  for (const one of all) expect(`${one.name} ${one.sign}`).toMatch(/^[a-z0-9_+-]+ [^a-z\s]+$/);
  expect(emojiFor('check').filter((one) => one.name === 'check')).toHaveLength(1);
});
