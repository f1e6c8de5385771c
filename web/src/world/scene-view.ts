// What the page says to the world and hears from it. The page knows nothing of three.js; the world knows nothing of stores.

import type { ParticipantKind, PresenceState, RoomAccess, RoomKind, Trust } from '../api/types.ts';
import type { Box } from './declutter.ts';
import type { GraphEdge, GraphNode, Spot } from './graph/graph.ts';

export interface WorldRoom {
  id: string;
  label: string;
  kind: RoomKind;
  access: RoomAccess;
  archived: boolean;
  /** Whether other meshes share it. */
  shared?: boolean;
  member: boolean;
  unread: number;
  members: readonly string[];
}

export interface WorldBody {
  id: string;
  handle: string;
  kind: ParticipantKind;
  trust: Trust;
  state: PresenceState;
  /** The room it stands in; null: on the landing. */
  room: string | null;
  me: boolean;
  /** Where it stands on that room's plane, if it does: metres to the east and the north, and where it looks in degrees. */
  at?: { x: number; y: number; facing: number };
}

export interface WorldData {
  /** In the order they were made: the layout follows it. */
  rooms: readonly WorldRoom[];
  bodies: readonly WorldBody[];
}

/** A message becomes light: from who said it, to the pillar of the room, to those who listen. */
export interface Spoken {
  from: string;
  /** Null: a direct message, which goes straight to `to`. */
  room: string | null;
  to: readonly string[];
  text: string;
  urgent: boolean;
}

/** What a task looks like: what it waits for, who has it, and what came of it. */
export type Form = 'waits' | 'queued' | 'running' | 'asks' | 'opinion' | 'paused' | 'done' | 'failed' | 'held';

export interface WorldTask {
  id: string;
  name: string;
  form: Form;
  room: string;
  author: string | null;
  /** Who has it, or did it. */
  worker: string | null;
  /** Who is to do it. */
  to: string | null;
  /** Tasks that wait for its result. */
  next: readonly string[];
  /** The task whose result it judges. */
  about: string | null;
  /** Pieces of output that are stored. */
  parts: number;
  /** From where whoever does it is: its words are marked on the screen. */
  afar: 'federated' | 'untrusted' | null;
}

export interface WorldWork {
  /** In the order in which they were made. */
  tasks: readonly WorldTask[];
  /** Questions that wait for a person; `mine`: for this reader. */
  asks: readonly { id: string; from: string; room: string; task: string | null; text: string; mine: boolean }[];
  /** Messages that are held back before a room. */
  held: readonly { room: string; count: number }[];
  /** The node has answered: what is new from here on happened just now. */
  loaded: boolean;
}

/** A `node` is one of the net alone: a machine, this mesh, or a group that is counted. */
export type Target = { type: 'room' | 'person' | 'task' | 'node'; id: string };

/** The same mesh as a net: what there is as nodes with places, and what binds them. */
export interface Net {
  nodes: readonly (GraphNode & { at: Spot; size: number })[];
  edges: readonly GraphEdge[];
}

export type Tier = 'low' | 'mid' | 'high';

export interface Stats {
  backend: 'webgpu' | 'webgl2';
  tier: Tier;
  draws: number;
  triangles: number;
  frames: number;
  labels: number;
  /** Rooms whose names stand in the picture, and those that have no space for them. */
  named: number;
  unnamed: number;
  /** Screens with live output. */
  screens: number;
  /** Nodes of the net that are drawn, and bonds; none while the place is drawn. */
  nodes: number;
  bonds: number;
}

export interface SceneEvents {
  pick(target: Target | null): void;
  /** The pointer is over something that can be opened. */
  hover(target: Target | null): void;
  /** What the eye is at, when nothing is chosen: the room or whoever stands in the middle of the picture. */
  near(target: Target | null): void;
  /** So many rooms have no space for their names. */
  unnamed(count: number): void;
  /** Frames take too long even with everything switched off. */
  slow(): void;
  lost(reason: string): void;
}

export interface SceneView {
  show(data: WorldData): void;
  spoken(message: Spoken): void;
  /** Tasks, questions and what is held back, as they stand. */
  work(work: WorldWork): void;
  /** What stands on the screen of a task, and how many pieces of it are stored if that changed. */
  print(task: string, text: string, parts?: number): void;
  /** Draws the net instead of the place, from here on until it is told nothing. */
  net(net: Net | null): Promise<void>;
  /** Light between two nodes of the net: something happened there. */
  flow(from: Target, to: Target, form: Form): void;
  /** Marks something and, if wanted, flies there. */
  select(target: Target | null, fly: boolean): void;
  /** What of the picture stands under other things, in pixels: it is framed beside them. */
  inset(left: number, bottom: number, covered: readonly Box[]): void;
  /** The camera goes along with what is chosen. */
  follow(on: boolean): void;
  frameAll(): void;
  /** Goes on moving, in fractions of the distance a second, until told otherwise. */
  walk(right: number, forward: number): void;
  turn(azimuth: number, polar: number): void;
  move(right: number, forward: number): void;
  zoom(factor: number): void;
  stats(): Stats;
  dispose(): void;
}
