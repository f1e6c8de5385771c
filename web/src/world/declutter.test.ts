// Labels never touch, the important ones stay, and there are never more than allowed.
import { expect, test } from 'vitest';
import { type Candidate, declutter, LABELS_MAX } from './declutter.ts';

const at = (key: string, rank: number, x: number, y = 0): Candidate => ({ key, rank, x, y, width: 40, height: 16 });

test('of two that touch the more important one stays', () => {
  expect([...declutter([at('low', 1, 0), at('high', 2, 30), at('far', 1, 200)]).keys()]).toEqual(['high', 'far']);
});

test('what may stand elsewhere moves instead of going', () => {
  const moves = {
    ...at('low', 1, 0),
    others: [
      { x: 10, y: 0 },
      { x: 0, y: 60 },
    ],
  };
  expect([...declutter([moves, at('high', 2, 30)])]).toEqual([
    ['high', 0],
    ['low', 2],
  ]);
});

test('labels above each other fit', () => {
  expect(declutter([at('a', 1, 0, 0), at('b', 1, 0, 23)]).size).toBe(2);
  expect(declutter([at('a', 1, 0, 0), at('b', 1, 0, 18)]).size).toBe(1);
});

test('nothing stands under what lies over the picture', () => {
  const covered = [{ x: 0, y: 0, width: 60, height: 60 }];
  expect([...declutter([at('under', 2, 10), at('beside', 1, 80)], 40, covered).keys()]).toEqual(['beside']);
});

test('never more than allowed', () => {
  const many = Array.from({ length: 300 }, (_, index) => at(`${index}`, 1, index * 100));
  expect(declutter(many).size).toBe(LABELS_MAX);
});
