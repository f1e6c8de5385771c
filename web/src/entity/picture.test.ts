import { expect, test } from 'vitest';
import type { EntityGraph } from '../api/types.ts';
import { drawn, short } from './picture.ts';

const graph = (links: [number, number][], count: number) =>
  ({
    entities: Array.from({ length: count }, (_, at) => ({ thing: `${at + 1}`, name: `n${at + 1}` })),
    relations: links.map(([from, to]) => ({
      from: { thing: `${from}`, name: `n${from}` },
      to: { thing: `${to}`, name: `n${to}` },
      kind: 'uses',
    })),
  }) as unknown as EntityGraph;

test('what is one relation away stands around, and what is two away behind it', () => {
  const picture = drawn(
    graph(
      [
        [1, 2],
        [3, 1],
        [2, 4],
      ],
      4,
    ),
  );
  expect(picture.spots.map((spot) => spot.ring)).toEqual([0, 1, 1, 2]);
  expect(picture.lines).toHaveLength(3);
  for (const { x, y } of picture.spots) {
    expect(x).toBeGreaterThan(0);
    expect(y).toBeGreaterThan(0);
    expect(x).toBeLessThan(picture.width);
    expect(y).toBeLessThan(picture.height);
  }
  const places = new Set(picture.spots.map(({ x, y }) => `${x} ${y}`));
  expect(places.size).toBe(4);
});

test('one alone, a circle of itself, and nothing', () => {
  expect(drawn(graph([[1, 1]], 1)).lines).toEqual([]);
  expect(drawn(graph([], 1)).spots).toHaveLength(1);
  expect(drawn(graph([], 0)).spots).toEqual([]);
});

test('a name is cut by letters', () => {
  expect(short('billing')).toBe('billing');
  expect(short('a'.repeat(30))).toBe(`${'a'.repeat(17)}…`);
});
