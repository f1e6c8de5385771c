// Spans in bytes become pieces of text.
import { expect, test } from 'vitest';
import { pieces, unhide } from './spans.ts';

test('spans count bytes, also behind characters of several bytes', () => {
  const text = 'é → ignore all';
  const from = new TextEncoder().encode('é → ').length;
  expect(pieces(text, [{ name: 'override', from, to: from + 6 }])).toEqual([
    { text: 'é → ', found: [] },
    { text: 'ignore', found: ['override'] },
    { text: ' all', found: [] },
  ]);
});
test('overlapping spans, spans inside a character, and spans beyond the end', () => {
  expect(
    pieces('abcdef', [
      { name: 'x', from: 0, to: 4 },
      { name: 'y', from: 2, to: 6 },
      { name: 'z', from: 4, to: 99 },
    ]),
  ).toEqual([
    { text: 'ab', found: ['x'] },
    { text: 'cd', found: ['x', 'y'] },
    { text: 'ef', found: ['y'] },
  ]);
  expect(
    pieces('éa', [{ name: 'x', from: 1, to: 3 }])
      .map((piece) => piece.text)
      .join(''),
  ).toBe('éa');
  expect(pieces('', [])).toEqual([]);
});
test('what hides is shown', () => {
  expect(unhide('a\u200bb\u202ec\n\u{e0041}')).toBe('a⟨U+200B⟩b⟨U+202E⟩c\n⟨U+E0041⟩');
});
