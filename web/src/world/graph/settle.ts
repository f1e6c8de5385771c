// Where the nodes of the net are. The same graph always gets the same places; what has a place keeps it, and what is new settles
// near those it is bound to. Runs in a worker.

import {
  forceCollide,
  forceLink,
  forceManyBody,
  forceSimulation,
  forceX,
  forceY,
  forceZ,
  type SimNode,
} from 'd3-force-3d';
import type { Bond, Sort, Spot } from './graph.ts';

export interface ToSettle {
  nodes: readonly { key: string; sort: Sort; size: number }[];
  edges: readonly { from: string; to: string; bond: Bond }[];
  /** Where nodes were. */
  kept: Readonly<Record<string, Spot>>;
}

/** Up to this part of what lasts may be new without that the others move; tasks come and go, and move nobody. */
const FEW = 0.34;
const TICKS = { all: 260, many: 90, few: 70 };
/** From so many on, fewer ticks do. */
const MANY = 400;
const LENGTH: Record<Bond, number> = {
  link: 14,
  shared: 9,
  host: 4,
  behind: 5,
  works: 2.2,
  assigned: 2.4,
  wants: 5,
  next: 2.6,
  in: 5,
  member: 6,
};
/** A bond holds the less, the more there are at its fuller end: what binds everybody says least of where somebody belongs. */
const HOLD = { most: 0.7, all: 12 };
const CHARGE: Record<Sort, number> = {
  mesh: -46,
  host: -9,
  human: -7,
  agent: -6,
  bot: -6,
  bridge: -6,
  room: -34,
  task: -3,
  group: -12,
};
/** The net is flatter than wide: screens are, and names lie side by side. */
const PULL = { x: 0.035, y: 0.1, z: 0.04 };

/** Three numbers between -1 and 1 that belong to a key. */
export function drawn(key: string): Spot {
  let hash = 0x811c9dc5;
  const next = (salt: number) => {
    for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at) ^ salt, 0x01000193);
    hash ^= hash >>> 15;
    return ((hash >>> 0) / 0xffffffff) * 2 - 1;
  };
  return [next(1), next(2), next(3)];
}

interface Body extends SimNode {
  key: string;
  sort: Sort;
  size: number;
}

export function settle({ nodes, edges, kept }: ToSettle): Record<string, Spot> {
  const bodies: Body[] = [...nodes].sort((a, b) => (a.key < b.key ? -1 : 1)).map((node) => ({ ...node }));
  const known = bodies.filter((body) => kept[body.key]);
  const fresh = bodies.length - known.length;
  if (fresh === 0) return Object.fromEntries(known.map((body) => [body.key, kept[body.key]!]));
  const lasting = bodies.filter((body) => body.sort !== 'task');
  const few = lasting.filter((body) => !kept[body.key]).length <= lasting.length * FEW && known.length > 0;
  place(bodies, edges, kept);
  if (few) {
    for (const body of known) [body.fx, body.fy, body.fz] = kept[body.key]!;
  }
  run(bodies, edges, few ? TICKS.few : bodies.length > MANY ? TICKS.many : TICKS.all);
  return Object.fromEntries(bodies.map((body) => [body.key, kept[body.key] && few ? kept[body.key]! : spotOf(body)]));
}

const spotOf = ({ x, y, z }: Body): Spot => [round(x), round(y), round(z)];
const round = (value: number | undefined) => Math.round((value ?? 0) * 100) / 100;

/** Where each begins: where it was, else beside those it is bound to, else where its name says. */
function place(bodies: readonly Body[], edges: ToSettle['edges'], kept: ToSettle['kept']): void {
  const bound = new Map<string, string[]>();
  for (const { from, to } of edges) {
    bound.set(from, [...(bound.get(from) ?? []), to]);
    bound.set(to, [...(bound.get(to) ?? []), from]);
  }
  const wide = 6 + Math.cbrt(bodies.length) * 4;
  for (const body of bodies) {
    const old = kept[body.key];
    const [a, b, c] = drawn(body.key);
    const near = (bound.get(body.key) ?? []).flatMap((key) => (kept[key] ? [kept[key]] : []));
    const middle = (axis: 0 | 1 | 2) => near.reduce((sum, spot) => sum + spot[axis], 0) / near.length;
    if (old) [body.x, body.y, body.z] = old;
    else if (near.length > 0) [body.x, body.y, body.z] = [middle(0) + a * 2, middle(1) + b * 2, middle(2) + c * 2];
    else [body.x, body.y, body.z] = [a * wide, b * wide * 0.5, c * wide];
  }
}

function run(bodies: Body[], edges: ToSettle['edges'], ticks: number): void {
  const links = edges.map(({ from, to, bond }) => ({ source: from, target: to, bond }));
  const bound = new Map<string, number>();
  for (const { from, to } of edges) for (const end of [from, to]) bound.set(end, (bound.get(end) ?? 0) + 1);
  const size = new Map(bodies.map((body) => [body.key, body.size]));
  forceSimulation<Body>(bodies, 3)
    .stop()
    .alphaDecay(1 - 0.002 ** (1 / ticks))
    .velocityDecay(0.36)
    .force(
      'links',
      forceLink<Body, (typeof links)[number]>(links)
        .id((body) => body.key)
        .distance(({ source, target, bond }) => LENGTH[bond] + width(source, size) + width(target, size))
        .strength(({ source, target }) => {
          const most = Math.max(bound.get(keyOf(source)) ?? 1, bound.get(keyOf(target)) ?? 1);
          return Math.min(HOLD.most, HOLD.all / most);
        }),
    )
    .force(
      'charge',
      forceManyBody<Body>()
        .strength((body) => CHARGE[body.sort])
        .theta(1.2)
        .distanceMax(60),
    )
    .force('apart', forceCollide<Body>((body) => body.size * 1.35 + 0.35).strength(0.8))
    .force('x', forceX<Body>(0).strength(PULL.x))
    .force('y', forceY<Body>(0).strength(PULL.y))
    .force('z', forceZ<Body>(0).strength(PULL.z))
    .tick(ticks);
}

const keyOf = (end: string | Body) => (typeof end === 'string' ? end : end.key);
const width = (end: string | Body, size: ReadonlyMap<string, number>) =>
  typeof end === 'string' ? (size.get(end) ?? 1) : end.size;
