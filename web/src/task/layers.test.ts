// What waits stands to the right of what it waits for, and nothing stands on anything else.
import { expect, test } from 'vitest';
import { layered, type Node } from './layers.ts';

const nodes = (graph: Record<string, string>): Node[] =>
  Object.entries(graph).map(([id, needs]) => ({ id, needs: needs.split(' ').filter(Boolean) }));

test('a diamond has three layers', () => {
  const { spots, edges, layers, rows } = layered(nodes({ a: '', b: 'a', c: 'a', d: 'b c' }));
  expect(layers).toBe(3);
  expect(rows).toBe(2);
  expect(edges).toHaveLength(4);
  expect(spots.find((spot) => spot.id === 'd')).toEqual({ id: 'd', layer: 2, row: 0 });
});

test('edges go to the right, and every spot is taken once', () => {
  const graph = layered(nodes({ z: 'y a', y: 'x', x: '', a: '', m: 'x z', n: 'a' }));
  const at = new Map(graph.spots.map((spot) => [spot.id, spot]));
  for (const { from, to } of graph.edges) expect(at.get(from)!.layer).toBeLessThan(at.get(to)!.layer);
  expect(new Set(graph.spots.map((spot) => `${spot.layer} ${spot.row}`)).size).toBe(6);
});

test('two chains do not cross', () => {
  const { spots } = layered(nodes({ a1: '', b1: '', b2: 'b1', a2: 'a1', a3: 'a2', b3: 'b2' }));
  const row = (id: string) => spots.find((spot) => spot.id === id)!.row;
  expect([row('a1'), row('a2'), row('a3')]).toEqual([0, 0, 0]);
  expect([row('b1'), row('b2'), row('b3')]).toEqual([1, 1, 1]);
});

test('a need elsewhere, a double one and a circle do no harm', () => {
  const { spots, edges } = layered(nodes({ a: 'gone', b: 'a a', c: 'd', d: 'c' }));
  expect(spots).toHaveLength(4);
  expect(edges).toHaveLength(3);
});

test('a thousand in a chain are quick', () => {
  const chain = Array.from({ length: 1000 }, (_, n) => ({ id: `t${n}`, needs: n ? [`t${n - 1}`] : [] }));
  expect(layered(chain).layers).toBe(1000);
});
