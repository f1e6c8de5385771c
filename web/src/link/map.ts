// Where meshes stand on the map: this one in the middle, those that are called beside it, and those that are met at an interchange
// behind it. The same links give the same map: only names, addresses and the width count.

import { way } from './words.ts';

export interface Mesh {
  id: string;
  name: string;
  address?: string | null;
}

export interface Spot {
  id: string;
  x: number;
  y: number;
}

export interface Hub {
  at: string;
  x: number;
  y: number;
}

export interface Drawing {
  width: number;
  height: number;
  /** Nodes are so wide. */
  node: number;
  /** On a narrow page everything stands below this mesh. */
  narrow: boolean;
  middle: { x: number; y: number };
  hubs: Hub[];
  spots: Spot[];
  /** From the middle or a hub to each mesh, and from the middle to each hub; `link` is absent for those. */
  lines: { key: string; link?: string; path: string; mid: { x: number; y: number } }[];
}

/** A row of the map. */
export const ROW = 56;
export const HIGH = 44;
const PAD = 12;
const NARROW = 640;
const MIDDLE = 150;

interface Group {
  at: string;
  meshes: Mesh[];
}

/** Meshes by where they are met: those of no interchange first, then each interchange; both by name. */
export function groups(meshes: readonly Mesh[]): Group[] {
  const found = new Map<string, Mesh[]>();
  const named = [...meshes].sort((a, b) => compare(a.name, b.name) || compare(a.id, b.id));
  for (const mesh of named) {
    const { kind, at } = way({ address: mesh.address ?? null });
    const key = kind === 'interchange' ? at : '';
    found.set(key, [...(found.get(key) ?? []), mesh]);
  }
  return [...found].map(([at, list]) => ({ at, meshes: list })).sort((a, b) => compare(a.at, b.at));
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

export const drawn = (meshes: readonly Mesh[], width: number): Drawing =>
  width < NARROW ? below(meshes, Math.max(width, 240)) : beside(meshes, width);

/** Both sides of the middle, as even as can be. An interchange stays on one side unless it alone would fill both. */
function beside(meshes: readonly Mesh[], width: number): Drawing {
  const node = Math.min(200, Math.floor(width * 0.25));
  const sides: [Group[], Group[]] = [[], []];
  const rows: [number, number] = [0, 0];
  const most = Math.ceil(meshes.length / 2);
  for (const group of groups(meshes)) {
    // Right first: that is where one begins to read.
    let rest = group.meshes;
    while (rest.length > 0) {
      const side = rows[0] <= rows[1] ? 0 : 1;
      const take = Math.max(1, Math.min(rest.length, most - rows[side]));
      sides[side].push({ at: group.at, meshes: rest.slice(0, take) });
      rows[side] += take;
      rest = rest.slice(take);
    }
  }
  const height = Math.max(rows[0], rows[1], 2) * ROW + PAD * 2;
  const middle = { x: width / 2, y: height / 2 };
  const drawing: Drawing = { width, height, node, narrow: false, middle, hubs: [], spots: [], lines: [] };
  sides.forEach((list, side) => {
    const right = side === 0;
    const x = right ? width - PAD - node : PAD;
    const edge = right ? x : x + node;
    const start = { x: middle.x + (right ? MIDDLE / 2 : -MIDDLE / 2), y: middle.y };
    let y = (height - rows[side as 0 | 1] * ROW) / 2 + ROW / 2;
    for (const { at, meshes: inside } of list) {
      const from = at ? { x: (start.x + edge) / 2, y: y + ((inside.length - 1) * ROW) / 2 } : start;
      if (at) {
        drawing.hubs.push({ at, ...from });
        drawing.lines.push({ key: `hub ${at} ${side}`, path: curve(start, from), mid: half(start, from) });
      }
      for (const mesh of inside) {
        const to = { x: edge, y };
        drawing.spots.push({ id: mesh.id, x, y: y - HIGH / 2 });
        drawing.lines.push({ key: mesh.id, link: mesh.id, path: curve(from, to), mid: half(from, to) });
        y += ROW;
      }
    }
  });
  return drawing;
}

/** One below the other, on a trunk that comes from the middle. */
function below(meshes: readonly Mesh[], width: number): Drawing {
  const list = groups(meshes);
  const trunk = PAD + 10;
  const indent = 36;
  const middle = { x: PAD + MIDDLE / 2, y: PAD + HIGH / 2 };
  const deep = list.some((group) => group.at) ? indent * 2 : indent;
  const drawing: Drawing = {
    width,
    height: 0,
    node: width - PAD * 2 - deep,
    narrow: true,
    middle,
    hubs: [],
    spots: [],
    lines: [],
  };
  const start = { x: trunk, y: PAD + HIGH };
  let y = PAD + HIGH + ROW / 2 + 6;
  for (const { at, meshes: inside } of list) {
    let from = start;
    if (at) {
      const hub = { x: trunk + indent, y };
      drawing.hubs.push({ at, ...hub });
      drawing.lines.push({ key: `hub ${at}`, path: corner(start, hub), mid: half(start, hub) });
      from = { x: hub.x, y: hub.y + 8 };
      y += ROW;
    }
    for (const mesh of inside) {
      const to = { x: PAD + deep, y };
      drawing.spots.push({ id: mesh.id, x: to.x, y: y - HIGH / 2 });
      drawing.lines.push({ key: mesh.id, link: mesh.id, path: corner(from, to), mid: { x: to.x, y } });
      y += ROW;
    }
  }
  drawing.height = y - ROW / 2 + PAD;
  return drawing;
}

type Point = { x: number; y: number };
const half = (a: Point, b: Point): Point => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });

function curve(a: Point, b: Point): string {
  const bend = (b.x - a.x) / 2;
  return `M${a.x} ${a.y}C${a.x + bend} ${a.y} ${b.x - bend} ${b.y} ${b.x} ${b.y}`;
}

const corner = (a: Point, b: Point): string => `M${a.x} ${a.y}V${b.y}H${b.x}`;
