// Where things stand in the picture of a neighbourhood: the one asked for in the middle, what is one relation away around it,
// and behind each of those what leads further. The same graph always gives the same picture.

import type { EntityGraph } from '../api/types.ts';

export interface Spot {
  seq: number;
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
  const beside = new Map<number, number[]>();
  for (const { from, to } of graph.relations) {
    beside.set(from.seq, [...(beside.get(from.seq) ?? []), to.seq]);
    beside.set(to.seq, [...(beside.get(to.seq) ?? []), from.seq]);
  }
  const first = graph.entities[0];
  if (!first) return { width: 0, height: 0, spots: [], lines: [] };
  // Breadth first: who is met from whom says behind whom it stands.
  const rings = new Map<number, number>([[first.seq, 0]]);
  const order: number[][] = [[first.seq]];
  for (let ring = 0; order[ring]?.length; ring += 1) {
    const next: number[] = [];
    for (const seq of order[ring] ?? [])
      for (const other of beside.get(seq) ?? [])
        if (!rings.has(other)) {
          rings.set(other, ring + 1);
          next.push(other);
        }
    order.push(next);
  }
  const outer = Math.max(...rings.values());
  const half = { x: outer * RING + (NAME_LETTERS * LETTER) / 2 + EDGE, y: outer * RING * 0.7 + EDGE };
  const spots = new Map<number, Spot>();
  for (const entity of graph.entities) {
    const ring = rings.get(entity.seq);
    if (ring === undefined) continue;
    const all = order[ring] ?? [];
    const turn = all.length === 1 && ring > 0 ? 0 : (all.indexOf(entity.seq) / Math.max(1, all.length)) * 2 * Math.PI;
    spots.set(entity.seq, {
      seq: entity.seq,
      name: entity.name || `#${entity.seq}`,
      ring,
      x: Math.round(half.x + Math.cos(turn) * ring * RING),
      y: Math.round(half.y + Math.sin(turn) * ring * RING * 0.7),
    });
  }
  const lines = graph.relations.flatMap((relation) => {
    const [from, to] = [spots.get(relation.from.seq), spots.get(relation.to.seq)];
    return from && to && from !== to
      ? [{ from, to, kind: relation.kind, contradicted: relation.contradicted === true }]
      : [];
  });
  return { width: half.x * 2, height: half.y * 2, spots: [...spots.values()], lines };
}
