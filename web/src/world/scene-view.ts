// What the page says to the world and hears from it. The page knows nothing of three.js; the world knows nothing of stores.

import type { ParticipantKind, PresenceState, RoomAccess, RoomKind, Trust } from '../api/types.ts';

export interface WorldRoom {
  id: string;
  label: string;
  kind: RoomKind;
  access: RoomAccess;
  archived: boolean;
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

export type Target = { type: 'room' | 'person'; id: string };
export type Tier = 'low' | 'mid' | 'high';

export interface Stats {
  backend: 'webgpu' | 'webgl2';
  tier: Tier;
  draws: number;
  triangles: number;
  frames: number;
  labels: number;
}

export interface SceneEvents {
  pick(target: Target | null): void;
  /** The pointer is over something that can be opened. */
  hover(target: Target | null): void;
  /** Frames take too long even with everything switched off. */
  slow(): void;
  lost(reason: string): void;
}

export interface SceneView {
  show(data: WorldData): void;
  spoken(message: Spoken): void;
  /** Marks something and, if wanted, flies there. */
  select(target: Target | null, fly: boolean): void;
  frameAll(): void;
  turn(azimuth: number, polar: number): void;
  move(right: number, forward: number): void;
  zoom(factor: number): void;
  stats(): Stats;
  dispose(): void;
}
