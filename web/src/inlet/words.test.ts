import { expect, test } from 'vitest';
import { outcome, standing } from './words.ts';

test('how an inlet stands and what came of a delivery is said', () => {
  expect(standing({ state: 'active', came: 0, wrong: 0 })).toBe('open');
  expect(standing({ state: 'active', came: 3, wrong: 1 })).toBe(
    'open; 3 came, 1 not proved since the node was started',
  );
  expect(standing({ state: 'over', came: 0, wrong: 2 })).toBe(
    'over: whoever made it may not do that any more; 2 not proved since the node was started',
  );
  expect(outcome({ outcome: 'refused', why: 'the guard refused it' })).toBe('refused: the guard refused it');
  expect(outcome({ outcome: 'refused', why: null })).toBe('refused');
  expect(outcome({ outcome: 'duplicate', why: null })).toBe('came before');
});
