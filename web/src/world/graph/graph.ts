// The mesh as a net: who and what there is, and what binds them. Pure: from what the page knows to nodes and edges, within bounds.

import type { ParticipantKind, PresenceState, Trust } from '../../api/types.ts';
import type { Form, Target, WorldRoom, WorldTask } from '../scene-view.ts';

/** So many of each are nodes of their own; the others are counted, each group as one node. */
export const PEOPLE_MAX = 1_000;
export const ROOMS_MAX = 50;
export const TASKS_MAX = 500;
/** What programs call the machines they run on is their own word. */
const HOSTS_MAX = 100;
const NAME_MAX = 40;
/** Edges that act in the layout; the first kinds in `STRENGTH` go before the others. */
const EDGES_MAX = 8_000;

export type Sort = 'mesh' | 'host' | ParticipantKind | 'room' | 'task' | 'group';

export type Spot = readonly [x: number, y: number, z: number];

export interface GraphNode {
  key: string;
  sort: Sort;
  name: string;
  /** What a click on it opens; a `node` has no card elsewhere. */
  target: Target;
  state: PresenceState | Form | null;
  trust: Trust;
  /** Members of a room, or how many a group stands for. */
  count: number;
  me: boolean;
}

/** How two are bound: read from the first to the second. */
export type Bond = 'link' | 'shared' | 'host' | 'behind' | 'works' | 'assigned' | 'wants' | 'next' | 'in' | 'member';

export interface GraphEdge {
  from: string;
  to: string;
  bond: Bond;
}

export interface Graph {
  /** In the order of their keys: nothing depends on who came first. */
  nodes: readonly GraphNode[];
  edges: readonly GraphEdge[];
}

export interface Somebody {
  id: string;
  handle: string;
  kind: ParticipantKind;
  trust: Trust;
  state: PresenceState;
  room: string | null;
  me: boolean;
  /** Who stands behind it. */
  parent: string | null;
}

export interface Sources {
  mesh: string;
  rooms: readonly WorldRoom[];
  people: readonly Somebody[];
  tasks: readonly WorldTask[];
  /** Machines, as those who run on them say. */
  hosts: readonly { participant: string; name: string }[];
  links: readonly {
    id: string;
    name: string;
    participant: string;
    open: boolean;
    trust: Trust;
    rooms: readonly string[];
  }[];
}

export const SELF = 'mesh';
const BONDS: readonly Bond[] = [
  'link',
  'shared',
  'host',
  'behind',
  'works',
  'assigned',
  'wants',
  'next',
  'in',
  'member',
];
const AT_WORK: readonly Form[] = ['asks', 'running', 'opinion'];

const short = (name: string) => (name.length > NAME_MAX ? `${name.slice(0, NAME_MAX - 1)}…` : name);
const byKey = <T extends { key: string }>(a: T, b: T) => (a.key < b.key ? -1 : 1);

/** The first so many by a rank, the highest first; the order of equals follows from their ids. */
function ranked<T extends { id: string }>(all: readonly T[], most: number, rank: (one: T) => number): [T[], T[]] {
  if (all.length <= most) return [[...all], []];
  const sorted = [...all].sort((a, b) => rank(b) - rank(a) || (a.id < b.id ? -1 : 1));
  return [sorted.slice(0, most), sorted.slice(most)];
}

class Builder {
  readonly nodes = new Map<string, GraphNode>();
  /** Which node somebody or something is, alone or within a group. */
  readonly of = new Map<string, string>();
  readonly #edges = new Map<string, GraphEdge>();

  add(node: Partial<GraphNode> & Pick<GraphNode, 'key' | 'sort' | 'name'>): void {
    const target: Target = { type: 'node', id: node.key };
    const known = { target, state: null, trust: 'local' as const, count: 1, me: false };
    this.nodes.set(node.key, { ...known, ...node, name: short(node.name) });
    this.of.set(node.key, node.key);
  }

  /** One more of a group; the group is made with the first. */
  count(group: string, member: string, name: (count: number) => string): void {
    const count = (this.nodes.get(group)?.count ?? 0) + 1;
    this.add({ key: group, sort: 'group', name: name(count), count });
    this.of.set(member, group);
  }

  bind(a: string, b: string, bond: Bond): void {
    const from = this.of.get(a);
    const to = this.of.get(b);
    if (from === undefined || to === undefined || from === to) return;
    this.#edges.set(`${from}\n${to}\n${bond}`, { from, to, bond });
  }

  graph(): Graph {
    const edges = [...this.#edges]
      .sort(([a, one], [b, other]) => BONDS.indexOf(one.bond) - BONDS.indexOf(other.bond) || (a < b ? -1 : 1))
      .slice(0, EDGES_MAX)
      .map(([, edge]) => edge);
    return { nodes: [...this.nodes.values()].sort(byKey), edges };
  }
}

export function graphOf(sources: Sources): Graph {
  const made = new Builder();
  made.add({ key: SELF, sort: 'mesh', name: sources.mesh, trust: 'owner' });
  addRooms(made, sources);
  addLinks(made, sources);
  addPeople(made, sources);
  addTasks(made, sources);
  addHosts(made, sources);
  return made.graph();
}

function addRooms(made: Builder, { rooms }: Sources): void {
  const [shown, others] = ranked(rooms, ROOMS_MAX, (one) => Number(one.member) * 1e6 + one.members.length);
  for (const room of shown) {
    const { id, label, members } = room;
    made.add({ key: `room ${id}`, sort: 'room', name: label, target: { type: 'room', id }, count: members.length });
  }
  for (const room of others) made.count('group rooms', `room ${room.id}`, (count) => `${count} more rooms`);
}

/** Other meshes: each is whoever speaks here for it. */
function addLinks(made: Builder, { links }: Sources): void {
  for (const link of links) {
    const key = `mesh ${link.id}`;
    made.add({
      key,
      sort: 'mesh',
      name: link.name,
      target: { type: 'person', id: link.participant },
      state: link.open ? 'idle' : 'away',
      trust: link.trust,
    });
    made.of.set(`person ${link.participant}`, key);
    made.bind(SELF, key, 'link');
    for (const room of link.rooms) made.bind(`room ${room}`, key, 'shared');
  }
}

function addPeople(made: Builder, { people, rooms, tasks, links }: Sources): void {
  const busy = new Set(tasks.filter((one) => AT_WORK.includes(one.form)).map((one) => one.worker));
  const labels = new Map(rooms.map((room) => [room.id, room.label]));
  // Whoever speaks for another mesh is that mesh's node.
  const alone = people.filter((one) => !made.of.has(`person ${one.id}`));
  const [shown, others] = ranked(
    alone,
    PEOPLE_MAX,
    (one) => Number(one.me) * 8 + Number(busy.has(one.id)) * 4 + Number(one.state !== 'offline') * 2,
  );
  for (const { id, handle, kind, trust, state, me } of shown)
    made.add({ key: `person ${id}`, sort: kind, name: handle, target: { type: 'person', id }, state, trust, me });
  const handles = new Map(people.map((one) => [one.id, one.handle]));
  for (const { id, room, parent } of others) {
    const label = room === null ? undefined : labels.get(room);
    if (label !== undefined) made.count(`group in ${room}`, `person ${id}`, (count) => `${count} more in ${label}`);
    else if (parent !== null && handles.has(parent))
      made.count(`group of ${parent}`, `person ${id}`, (count) => `${count} more of ${handles.get(parent)}`);
    else made.count('group nowhere', `person ${id}`, (count) => `${count} more in no room`);
  }
  for (const { id, parent } of people) {
    if (parent !== null) made.bind(`person ${parent}`, `person ${id}`, 'behind');
  }
  for (const room of rooms) for (const id of room.members) made.bind(`person ${id}`, `room ${room.id}`, 'member');
  // Nobody floats off: who is in no room and of nobody belongs to the mesh.
  const peers = new Set(links.map((link) => link.participant));
  const held = new Set(rooms.flatMap((room) => room.members));
  for (const { id, parent } of people)
    if (!held.has(id) && (parent === null || !handles.has(parent)) && !peers.has(id))
      made.bind(`person ${id}`, SELF, 'member');
  for (const room of rooms) made.bind(`room ${room.id}`, SELF, 'in');
}

function addTasks(made: Builder, { tasks, rooms }: Sources): void {
  const labels = new Map(rooms.map((room) => [room.id, room.label]));
  // The newest of those that are open and run or ask go first.
  const place = new Map(tasks.map((task, index) => [task.id, index / tasks.length]));
  const [shown, others] = ranked(
    tasks,
    TASKS_MAX,
    (one) => Number(AT_WORK.includes(one.form)) + (place.get(one.id) ?? 0),
  );
  for (const { id, name, form, afar } of shown)
    made.add({
      key: `task ${id}`,
      sort: 'task',
      name,
      target: { type: 'task', id },
      state: form,
      trust: afar ?? 'local',
    });
  for (const { id, room } of others)
    made.count(
      `group tasks ${room}`,
      `task ${id}`,
      (count) => `${count} more tasks${labels.has(room) ? ` in ${labels.get(room)}` : ''}`,
    );
  for (const task of tasks) {
    const key = `task ${task.id}`;
    made.bind(key, `room ${task.room}`, 'in');
    if (task.author) made.bind(`person ${task.author}`, key, 'wants');
    if (task.worker) made.bind(`person ${task.worker}`, key, 'works');
    else if (task.to) made.bind(`person ${task.to}`, key, 'assigned');
    for (const next of task.next) made.bind(key, `task ${next}`, 'next');
  }
}

function addHosts(made: Builder, { hosts }: Sources): void {
  const runs = new Map<string, number>();
  for (const { name } of hosts) runs.set(name, (runs.get(name) ?? 0) + 1);
  // On most of which something runs first: what somebody makes up crowds none of them out.
  const names = [...runs]
    .sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1))
    .map(([name]) => name)
    .slice(0, HOSTS_MAX);
  for (const name of names) made.add({ key: `host ${name}`, sort: 'host', name, count: 0 });
  for (const { participant, name } of hosts) {
    const host = made.nodes.get(`host ${name}`);
    if (!host || !made.of.has(`person ${participant}`)) continue;
    made.nodes.set(host.key, { ...host, count: host.count + 1 });
    made.bind(`person ${participant}`, host.key, 'host');
  }
  // A machine on which nobody runs whom the reader sees says nothing.
  for (const node of made.nodes.values()) if (node.sort === 'host' && node.count === 0) made.nodes.delete(node.key);
}

const SIZE: Record<Sort, number> = {
  mesh: 2.1,
  host: 1,
  human: 0.85,
  agent: 0.85,
  bot: 0.75,
  bridge: 0.8,
  room: 1.5,
  task: 0.6,
  group: 1.1,
};

/** How large a node is, in metres from its middle: more of something is larger, never more important. */
export const sizeOf = ({ sort, count }: Pick<GraphNode, 'sort' | 'count'>): number =>
  sort === 'room'
    ? Math.min(5, SIZE.room + Math.sqrt(count) * 0.3)
    : sort === 'group'
      ? Math.min(3, SIZE.group + Math.log10(count) * 0.5)
      : SIZE[sort];

export const keyOf = (nodes: readonly GraphNode[], target: Target | null): string | null =>
  (target && nodes.find((node) => node.target.type === target.type && node.target.id === target.id)?.key) ?? null;

const SAYS: Record<Bond, readonly [there: string, back: string]> = {
  link: ['is linked with', 'is linked with'],
  shared: ['is shared with', 'shares'],
  host: ['runs on', 'runs'],
  behind: ['stands behind', 'is of'],
  works: ['has', 'is done by'],
  assigned: ['is to do', 'is for'],
  wants: ['wants', 'is wanted by'],
  next: ['goes before', 'waits for'],
  in: ['is in', 'has'],
  member: ['is in', 'has'],
};

/** What binds a node, as sentences without it: "runs on" and the other node. */
export function bondsOf(graph: Graph, key: string): { says: string; node: GraphNode }[] {
  const nodes = new Map(graph.nodes.map((node) => [node.key, node]));
  return graph.edges.flatMap(({ from, to, bond }) => {
    if (from !== key && to !== key) return [];
    const node = nodes.get(from === key ? to : from);
    return node ? [{ says: SAYS[bond][from === key ? 0 : 1], node }] : [];
  });
}
