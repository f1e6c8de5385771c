// The net as it is drawn: nodes at their places, bonds of what is chosen or pointed at, and light where something happens. It is
// drawn by the world's renderer, looked at by its camera and named by its labels.

import { Color, PlaneGeometry, Scene } from 'three/webgpu';
import { Instances } from '../instances.ts';
import type { Label } from '../labels.ts';
import { ease } from '../motion.ts';
import { FORM_COLOUR, GROUND, KIND_COLOUR, QUIET, TEXT, TRUST_COLOUR, TRUST_INDEX } from '../palette.ts';
import type { Ray } from '../pick.ts';
import type { Pose } from '../rig.ts';
import type { Form, Net, Target } from '../scene-view.ts';
import { frameNet } from './frame.ts';
import { BOND, bonds, COME_SECONDS, MOVE_SECONDS, NODE, nodes, SORTS } from './look.ts';

/** As many nodes as there can be, with all groups. */
const NODES_MAX = 2_400;
/** Bonds that are drawn at once: of a room with more members the first ones. */
const BONDS_MAX = 600;
/** So many names are considered; at most 40 of them are drawn. */
const NAMES_MAX = 160;
/** What is far can still be hit: so large in parts of how far it is. */
const FAR_PICK = 0.011;
/** The key of this mesh. */
const SELF = 'mesh';
const SPARK_SECONDS = 1.2;
/** How the whole of it is looked at: from a little above. */
const POLAR = 1.12;

type NetNode = Net['nodes'][number];
type Rgb = readonly [number, number, number];

interface Placed {
  node: NetNode;
  from: readonly [number, number, number];
  /** When it set out for where it is to be. */
  start: number;
  spark: number;
}

/** The colour of a kind, and of a task's state; places and machines are plain. */
function toneOf({ sort, state, trust }: NetNode): Rgb {
  if (sort === 'task') return FORM_COLOUR[(state ?? 'queued') as Form];
  if (sort === 'human' || sort === 'agent' || sort === 'bot' || sort === 'bridge') return KIND_COLOUR[sort];
  if (sort === 'mesh') return TRUST_COLOUR[trust];
  return sort === 'room' ? [0.62, 0.74, 0.86] : QUIET;
}

const ghostly = ({ sort, state }: NetNode) => sort !== 'task' && (state === 'offline' || state === 'away');

export class Picture {
  readonly scene = new Scene();
  readonly #nodes = new Instances(new PlaneGeometry(2, 2), NODE, NODES_MAX, nodes(), 4);
  readonly #bonds = new Instances(new PlaneGeometry(1, 1, 12, 1), BOND, BONDS_MAX, bonds(), 2);
  readonly #placed = new Map<string, Placed>();
  readonly #still: boolean;
  #net: Net = { nodes: [], edges: [] };
  #selected: string | null = null;
  #hovered: string | null = null;
  /** Those that are bound to what is chosen. */
  #near = new Set<string>();
  #ranked: NetNode[] = [];
  /** Where each is drawn. */
  readonly #index = new Map<string, number>();
  /** Since when bonds are drawn: those that stay do not come again. */
  #since = new Map<string, number>();
  #until = 0;

  constructor(still: boolean) {
    this.#still = still;
    this.scene.background = new Color(GROUND[0], GROUND[1], GROUND[2]);
    this.scene.add(this.#nodes.mesh, this.#bonds.mesh);
  }

  get drawn(): { nodes: number; bonds: number } {
    return { nodes: this.#nodes.count, bonds: this.#bonds.count };
  }

  show(net: Net, selected: Target | null, now: number): void {
    this.#net = net;
    this.#selected = this.find(selected)?.key ?? null;
    const known = new Map(this.#placed);
    this.#placed.clear();
    for (const node of net.nodes.slice(0, NODES_MAX)) {
      const old = known.get(node.key);
      const here = old && !this.#still ? this.#at(old, now) : node.at;
      const moved =
        !this.#still &&
        old !== undefined &&
        Math.hypot(node.at[0] - here[0], node.at[1] - here[1], node.at[2] - here[2]) > 0.01;
      const start = moved ? now : (old?.start ?? -100);
      if (moved) this.#until = Math.max(this.#until, now + MOVE_SECONDS);
      const from = moved ? here : (old?.from ?? node.at);
      this.#placed.set(node.key, { node, from, start, spark: old?.spark ?? -100 });
    }
    this.#write(now);
  }

  #at({ node, from, start }: Placed, now: number): readonly [number, number, number] {
    const e = ease(Math.min(1, Math.max(0, (now - start) / MOVE_SECONDS)));
    return [0, 1, 2].map((axis) => from[axis]! + (node.at[axis]! - from[axis]!) * e) as [number, number, number];
  }

  /** Whether something still moves or comes. */
  moves(now: number): boolean {
    return now < this.#until;
  }

  find(target: Target | null): NetNode | undefined {
    return target
      ? this.#net.nodes.find(({ target: one }) => one.type === target.type && one.id === target.id)
      : undefined;
  }

  select(target: Target | null, now: number): void {
    this.#selected = this.find(target)?.key ?? null;
    this.#mark(now);
  }

  hover(target: Target | null, now: number): void {
    const key = this.find(target)?.key ?? null;
    if (key === this.#hovered) return;
    this.#hovered = key;
    this.#mark(now);
  }

  /** All of it: large ones first, so that what stands in them lies over them. */
  #write(now: number): void {
    let index = 0;
    this.#index.clear();
    for (const { node, from, start, spark } of [...this.#placed.values()].sort((a, b) => b.node.size - a.node.size)) {
      this.#nodes.set(index, 'aFrom', ...from, start);
      this.#nodes.set(index, 'aTo', ...node.at, node.size);
      this.#nodes.set(index, 'aTone', ...toneOf(node), spark);
      this.#index.set(node.key, index);
      index++;
    }
    this.#mark(now);
    this.#nodes.flush(index);
  }

  /** What is chosen and what is bound to it. */
  #mark(now: number): void {
    this.#bind(now);
    const focus = this.#selected !== null;
    for (const { node } of this.#placed.values()) {
      const weight = this.#weight(node);
      const trust = node.sort === 'mesh' ? 0 : TRUST_INDEX[node.trust];
      const index = this.#index.get(node.key)!;
      this.#nodes.set(
        index,
        'aLook',
        SORTS.indexOf(node.sort),
        ghostly(node) ? 1 : 0,
        trust,
        focus ? weight : Math.max(1, weight),
      );
    }
    this.#nodes.rewrite('aLook');
    this.#ranked = [...this.#placed.values()]
      .map(({ node }) => node)
      .sort((a, b) => this.#rank(b) - this.#rank(a))
      .slice(0, NAMES_MAX);
  }

  /** 3: chosen or pointed at, 2: bound to it, 0: neither. */
  #weight({ key }: NetNode): number {
    return key === this.#selected || key === this.#hovered ? 3 : this.#near.has(key) ? 2 : 0;
  }

  /** Only the bonds of what is chosen or pointed at. */
  #bind(now: number): void {
    this.#near.clear();
    const before = this.#since;
    this.#since = new Map();
    let index = 0;
    for (const { from, to } of this.#net.edges) {
      const own = [from, to].some((key) => key === this.#selected || key === this.#hovered);
      const a = this.#placed.get(from);
      const b = this.#placed.get(to);
      if (!own || !a || !b) continue;
      this.#near.add(from).add(to);
      if (index >= BONDS_MAX) continue;
      // First where they are to be, then what binds them.
      const since = Math.max(before.get(`${from} ${to}`) ?? now, a.start + MOVE_SECONDS, b.start + MOVE_SECONDS);
      const start = this.#still ? -100 : since;
      this.#since.set(`${from} ${to}`, since);
      this.#until = Math.max(this.#until, since + COME_SECONDS);
      this.#bonds.set(index, 'aStart', ...a.node.at, start);
      this.#bonds.set(index, 'aEnd', ...b.node.at, 0);
      const far = toneOf(from === this.#selected || from === this.#hovered ? b.node : a.node);
      // What everything is bound to says least.
      this.#bonds.set(index, 'aTone', ...far, from === SELF || to === SELF ? 0.3 : 0.75);
      index++;
    }
    this.#bonds.flush(index);
  }

  #rank(node: NetNode): number {
    const { sort, state, me, count } = node;
    const base = {
      mesh: 1400,
      room: 1000,
      host: 560,
      group: 520,
      human: 420,
      agent: 400,
      bot: 380,
      bridge: 380,
      task: 300,
    }[sort];
    const work = state === 'asks' ? 500 : state === 'running' ? 160 : 0;
    return (
      base +
      this.#weight(node) * 1500 +
      work +
      (me ? 300 : 0) +
      Math.min(300, sort === 'room' ? count : 0) -
      (ghostly(node) ? 250 : 0)
    );
  }

  /** Names there could be; those that are chosen or bound to it first, and beside a choice no others. */
  labels(eye: { x: number; y: number; z: number }, now: number): Label[] {
    return this.#ranked.flatMap((node): Label[] => {
      const placed = this.#placed.get(node.key);
      if (!placed) return [];
      const weight = this.#weight(node);
      const dim = this.#selected !== null && weight === 0;
      const [x, y, z] = this.#at(placed, now);
      const away = Math.hypot(x - eye.x, y - eye.y, z - eye.z);
      const place = node.sort === 'room' || node.sort === 'mesh';
      if (dim && !place) return [];
      const rise = Math.max(node.size, away * 0.0052) * 1.25;
      const count = node.sort === 'room' && node.count > 0 ? String(node.count) : node.me ? 'you' : '';
      return [
        {
          key: `${place ? 'room' : 'node'} ${node.key}`,
          words: { text: node.name, size: place ? 14 : 12, weight: place ? 620 : 500, ...(count && { aside: count }) },
          rank: this.#rank(node) - away * 0.5 - (dim ? 2000 : 0),
          x,
          y: y - rise,
          z,
          rgb: weight === 3 ? TEXT : toneOf(node),
          sheet: weight === 3 ? 0.8 : 0.55,
          lift: -12,
          others: [
            { x, y: y + rise, z, lift: 12, side: 0 },
            { x, y, z, lift: 0, side: 1 },
          ],
          alpha: dim ? 0.4 : ghostly(node) ? 0.7 : 1,
        },
      ];
    });
  }

  pick({ origin: o, direction: d }: Ray, now: number): Target | null {
    let nearest = Number.POSITIVE_INFINITY;
    let found: Target | null = null;
    for (const placed of this.#placed.values()) {
      const [x, y, z] = this.#at(placed, now);
      const along = (x - o.x) * d.x + (y - o.y) * d.y + (z - o.z) * d.z;
      const off = Math.hypot(x - o.x - d.x * along, y - o.y - d.y * along, z - o.z - d.z * along);
      // Nearest to the pointer; a small one before the large one that it stands in.
      const reach = Math.max(placed.node.size, along * FAR_PICK);
      if (along <= 0 || off > reach) continue;
      const score = off + placed.node.size * 0.3;
      if (score >= nearest) continue;
      nearest = score;
      found = placed.node.target;
    }
    return found;
  }

  where(target: Target, now: number): { x: number; y: number; z: number; size: number } | null {
    const node = this.find(target);
    const placed = node && this.#placed.get(node.key);
    if (!placed) return null;
    const [x, y, z] = this.#at(placed, now);
    return { x, y, z, size: placed.node.size };
  }

  /** How far those reach that are bound to something. */
  around(target: Target): number {
    const node = this.find(target);
    if (!node) return 0;
    const far = [...this.#near].map((key) => {
      const other = this.#placed.get(key)?.node.at;
      return other ? Math.hypot(other[0] - node.at[0], other[1] - node.at[1], other[2] - node.at[2]) : 0;
    });
    return Math.max(node.size * 3, ...far);
  }

  /** From where all of it is seen; on a narrow screen from the side that lets one come nearest. */
  overview(azimuth: number, fov: number, aspect: number): Pose {
    const points = this.#net.nodes.map(({ at: [x, y, z], size }) => ({ x, y, z, size }));
    const from = (turned: number) => frameNet(points, { azimuth: turned, polar: POLAR }, fov, aspect);
    if (aspect > 1) return from(azimuth);
    return [0, 1, 2, 3, 4, 5]
      .map((side) => from(azimuth + (side * Math.PI) / 6))
      .reduce((best, pose) => (pose.distance < best.distance ? pose : best));
  }

  spark(target: Target, when: number): void {
    const key = this.find(target)?.key;
    const placed = key === undefined ? undefined : this.#placed.get(key);
    if (!placed) return;
    placed.spark = when;
    this.#until = Math.max(this.#until, when + SPARK_SECONDS);
    const index = this.#index.get(placed.node.key);
    if (index === undefined) return;
    this.#nodes.set(index, 'aTone', ...toneOf(placed.node), when);
    this.#nodes.touch(index, 'aTone');
  }

  dispose(): void {
    this.#nodes.dispose();
    this.#bonds.dispose();
  }
}
