// What the node says: the shapes of the API as this page uses them.
// Written by hand; the names follow the node's own so that generated types can take their place.

export type ParticipantKind = 'human' | 'agent' | 'bot' | 'bridge';
export type Trust = 'untrusted' | 'federated' | 'local' | 'owner';
export type PresenceState = 'idle' | 'busy' | 'dnd' | 'away' | 'offline';
export type Priority = 'now' | 'next' | 'low';
export type RoomKind = 'room' | 'direct' | 'group' | 'broadcast';
export type RoomAccess = 'listed' | 'private';

/** The short form of a participant, as messages carry it. */
export interface Person {
  id: string;
  handle: string;
  kind: ParticipantKind;
  trust: Trust;
}

export interface Profile {
  display_name?: string;
  about?: string;
  skills?: string[];
}

export interface Presence {
  state: PresenceState;
  summary?: string;
  last_seen?: string;
}

export interface PresenceOf {
  participant: Person;
  presence: Presence;
}

export interface Participant extends Person {
  parent: string | null;
  roles: string[];
  groups: string[];
  disabled: boolean;
  profile: Profile;
  registered_at: string;
  presence: Presence;
}

export interface Me {
  participant: Participant;
  permissions: string[];
  owner: boolean;
}

export interface Room {
  id: string;
  name: string | null;
  kind: RoomKind;
  topic: string;
  access: RoomAccess;
  creator: Person | null;
  created_at: string;
  archived: boolean;
  members: number;
  /** Whether the reader is a member. */
  member: boolean;
  /** What the reader may do in it. */
  capabilities: string[];
  /** In a direct conversation: the other one. */
  with?: Person;
  unread: number;
  unread_mentions: number;
  last_seq: number;
}

export interface Member {
  participant: Person;
  capabilities: string[];
  since: number;
}

export interface Message {
  id: string;
  seq: number;
  at: string;
  room: string;
  from: Person;
  text: string;
  mentions: string[];
  priority: Priority;
  reply_to?: string;
  thread?: string;
  payload?: unknown;
  payload_type?: string;
  edited_at?: string;
  deleted?: boolean;
  /** How many messages its thread has, this one not counted. */
  replies?: number;
}

export interface List<T> {
  items: T[];
}

export interface Page<T> extends List<T> {
  next: number | null;
  prev: number | null;
}

export type Stage = 'stored' | 'offered' | 'in_context' | 'replied';

export interface Receipt {
  participant: Person;
  stage: Stage;
}

export interface Found {
  message: Message;
  /** The place that matched, with the words between ⟦ and ⟧. */
  snippet: string;
}

export interface Status {
  mesh: string;
  name: string;
  version: string;
  started_at: string;
  head: number;
  view: number;
  log: { writable: boolean; verified: number; problem?: string };
  present: number;
  agents_present: number;
  participants: number;
  rooms: number;
}

/** One thing that happened, as it is pushed. */
export interface Item {
  seq: number;
  at: string;
  type: string;
  room?: string;
  from?: Person;
  data: Record<string, unknown>;
}

/** What is told once and never stored. */
export type Ephemeral =
  | { type: 'typing'; room: string; participant: Person; typing: boolean }
  | { type: 'presence'; participant: Person; state: PresenceState; summary?: string };

/** A problem document (RFC 9457). */
export interface Problem {
  type?: string;
  title: string;
  status: number;
  code: string;
  detail?: string;
  hint?: string;
  retry_after_ms?: number;
}

export interface Hello {
  session: string;
  participant: Person;
  head: number;
  resumed: boolean;
  welcome?: Record<string, unknown>;
}
