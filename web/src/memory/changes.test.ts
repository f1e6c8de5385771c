// Only what really proposes changes of memories is shown as such.
import { expect, test } from 'vitest';
import { changesOf } from './changes.ts';

test('changes as a consolidation hands them in', () => {
  const data = {
    changes: [
      { forget: ['a', 'b'], key: 'ab', text: 'both', why: 'the same twice' },
      { forget: ['old'], why: '' },
    ],
  };
  expect(changesOf(data)).toEqual([
    { forget: ['a', 'b'], key: 'ab', text: 'both', why: 'the same twice' },
    { forget: ['old'], why: '' },
  ]);
});

test.each([
  [undefined],
  [{}],
  [{ changes: [] }],
  [{ changes: 3 }],
  [{ changes: ['x'] }],
  [{ changes: [{ file: 'a.rs' }] }],
])('%j holds none', (data) => expect(changesOf(data as Record<string, unknown> | undefined)).toBeNull());
