// What changed between two texts.
import { describe, expect, test } from 'vitest';
import { diff } from './diff.ts';

const shown = (before: string, after: string) =>
  diff(before, after)
    .map(({ kind, text }) => (kind === 'same' ? text : kind === 'gone' ? `[-${text}-]` : `{+${text}+}`))
    .join('');

describe('diff', () => {
  test('marks the words that went and came', () => {
    expect(shown('the build is red', 'the build is green')).toBe('the build is [-red-]{+green+}');
    expect(shown('a b c d', 'a c d e')).toBe('a [-b -]c d{+ e+}');
    expect(shown('', 'new')).toBe('{+new+}');
    expect(shown('same', 'same')).toBe('same');
  });
  test('both texts can be read off it, whatever they are', () => {
    const texts = ['x y\n z  z', 'z z', '', 'y\n z x z  z q', 'w '.repeat(700), 'v '.repeat(700)];
    for (const before of texts)
      for (const after of texts) {
        const parts = diff(before, after);
        const read = (without: string) => parts.map(({ kind, text }) => (kind === without ? '' : text)).join('');
        expect([read('new'), read('gone')]).toEqual([before, after]);
      }
  });
});
