// Where things stand in the picture of a neighbourhood: the one asked for in the middle, what is one relation away around it,
// and behind each of those what leads further. The same graph always gives the same picture.

import type { EntityGraph } from '../api/types.ts';

export interface Spot {
  thing: string;
  name: string;
  x: number;
  y: number;
  /** How many relations away. */
  ring: number;
}

export interface Line {
  from: Spot;
  to: Spot;
  kind: string;
  contradicted: boolean;
}

export interface Picture {
  width: number;
  height: number;
  spots: Spot[];
  lines: Line[];
}

/** What a letter of a name takes, so that names do not run out of the picture. */
const LETTER = 7;
const NAME_LETTERS = 18;
const RING = 150;
const EDGE = 24;

/** A name as the picture has space for it. */
export function short(name: string): string {
  const letters = [...name];
  return letters.length > NAME_LETTERS ? `${letters.slice(0, NAME_LETTERS - 1).join('')}…` : name;
}

/** The picture of a graph whose first thing is in the middle. */
export function drawn(graph: Pick<EntityGraph, 'entities' | 'relations'>): Picture {
  const beside = new Map<string, string[]>();
  for (const { from, to } of graph.relations) {
    beside.set(from.thing, [...(beside.get(from.thing) ?? []), to.thing]);
    beside.set(to.thing, [...(beside.get(to.thing) ?? []), from.thing]);
  }
  const first = graph.entities[0];
  if (!first) return { width: 0, height: 0, spots: [], lines: [] };
  // Breadth first: who is met from whom says behind whom it stands.
  const rings = new Map<string, number>([[first.thing, 0]]);
  const order: string[][] = [[first.thing]];
  for (let ring = 0; order[ring]?.length; ring += 1) {
    const next: string[] = [];
    for (const thing of order[ring] ?? [])
      for (const other of beside.get(thing) ?? [])
        if (!rings.has(other)) {
          rings.set(other, ring + 1);
          next.push(other);
        }
    order.push(next);
  }
  const outer = Math.max(...rings.values());
  const half = { x: outer * RING + (NAME_LETTERS * LETTER) / 2 + EDGE, y: outer * RING * 0.7 + EDGE };
  const spots = new Map<string, Spot>();
  for (const entity of graph.entities) {
    const ring = rings.get(entity.thing);
    if (ring === undefined) continue;
    const all = order[ring] ?? [];
    const turn = all.length === 1 && ring > 0 ? 0 : (all.indexOf(entity.thing) / Math.max(1, all.length)) * 2 * Math.PI;
    spots.set(entity.thing, {
      thing: entity.thing,
      name: entity.name || `#${entity.thing}`,
      ring,
      x: Math.round(half.x + Math.cos(turn) * ring * RING),
      y: Math.round(half.y + Math.sin(turn) * ring * RING * 0.7),
    });
  }
  const lines = graph.relations.flatMap((relation) => {
    const [from, to] = [spots.get(relation.from.thing), spots.get(relation.to.thing)];
    return from && to && from !== to
      ? [{ from, to, kind: relation.kind, contradicted: relation.contradicted === true }]
      : [];
  });
  return { width: half.x * 2, height: half.y * 2, spots: [...spots.values()], lines };
}
