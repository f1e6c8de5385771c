// The map: nothing on top of anything, the same links the same map, from one to as many as there may be.
import { describe, expect, test } from 'vitest';
import { drawn, groups, HIGH, type Mesh } from './map.ts';

const many = (count: number): Mesh[] =>
  Array.from({ length: count }, (_, n) => ({
    id: `link-${n}`,
    name: `mesh-${String(n).padStart(2, '0')}`,
    address:
      n % 3 === 0 ? null : n % 3 === 1 ? `https://m${n}.example.org` : `interchange+https://x${n % 2}.example.org`,
  }));

describe('the map of meshes', () => {
  test('those of one interchange stand together, by name', () => {
    const found = groups([
      { id: 'c', name: 'zed', address: 'interchange+https://b' },
      { id: 'a', name: 'ada', address: 'interchange+https://b' },
      { id: 'b', name: 'north', address: 'https://north' },
      { id: 'd', name: 'east', address: null },
    ]);
    expect(found.map((group) => [group.at, group.meshes.map((mesh) => mesh.name)])).toEqual([
      ['', ['east', 'north']],
      ['https://b', ['ada', 'zed']],
    ]);
  });

  for (const count of [1, 3, 12, 64])
    for (const width of [320, 366, 820, 1280])
      test(`${count} links at ${width} px stand within it, each on its own`, () => {
        const map = drawn(many(count), width);
        expect(map.spots).toHaveLength(count);
        expect(map.lines.filter((line) => line.link)).toHaveLength(count);
        for (const spot of map.spots) {
          expect(spot.x).toBeGreaterThanOrEqual(0);
          expect(spot.x + map.node).toBeLessThanOrEqual(map.width);
          expect(spot.y).toBeGreaterThanOrEqual(0);
          expect(spot.y + HIGH).toBeLessThanOrEqual(map.height);
        }
        const apart = (a: number, b: number) => {
          const [one, other] = [map.spots[a]!, map.spots[b]!];
          return Math.abs(one.x - other.x) >= map.node || Math.abs(one.y - other.y) >= HIGH;
        };
        for (let a = 0; a < count; a++) for (let b = 0; b < a; b++) expect(apart(a, b)).toBe(true);
      });

  test('the order in which the node names them changes nothing', () => {
    const list = many(20);
    expect(drawn([...list].reverse(), 800)).toEqual(drawn(list, 800));
  });
});
