import { expect, test } from 'vitest';
import { filterOf, inputOf, merged } from './journal.ts';

test('the address says what is asked', () => {
  expect(filterOf({ who: '@rex', level: 'warn', q: 'mirror', odd: 'x' })).toEqual({
    who: 'rex',
    level: 'warn',
    q: 'mirror',
  });
  expect(filterOf({ level: 'loud' })).toEqual({});
  expect(inputOf({ who: 'rex', level: 'warn', q: 'mirror slow' }, 100, 12)).toEqual({
    limit: 100,
    participant: 'rex',
    level: 'warn',
    text: 'mirror slow',
    before: 12,
  });
  expect(inputOf({}, 50)).toEqual({ limit: 50 });
});

test('lines stand once, the newest first', () => {
  const line = (seq: number) => ({ seq });
  expect(merged([line(4), line(2)], [line(3), line(4)])).toEqual([line(4), line(3), line(2)]);
});
