// The page's words for the node's states and kinds, in one place so that every view says the same.

import type { ParticipantKind, PresenceState, Priority, RoomAccess, RoomKind, Stage, Trust } from '../api/types.ts';

export const KIND: Record<ParticipantKind, string> = { human: 'person', agent: 'agent', bot: 'bot', bridge: 'bridge' };

export const STATE: Record<PresenceState, string> = {
  idle: 'here',
  busy: 'busy',
  dnd: 'do not disturb',
  away: 'away',
  offline: 'not connected',
};

export const TRUST: Record<Trust, string> = {
  owner: 'owner of this node',
  local: 'registered on this node',
  federated: 'from a verified other mesh',
  untrusted: 'from outside, unproven',
};

export const PRIORITY: Record<Priority, string> = { now: 'Now', next: 'Next', low: 'Low' };

export const ROOM: Record<RoomKind, string> = {
  room: 'Room',
  direct: 'Direct conversation',
  group: 'Group',
  broadcast: 'Broadcast',
};

export const ACCESS: Record<RoomAccess, string> = {
  listed: 'Everybody here can find and join it',
  private: 'Only members see it',
  federated: 'Everybody here, and linked meshes may know of it',
};

export const STAGE: Record<Stage, string> = {
  stored: 'stored, not delivered yet',
  offered: 'delivered',
  in_context: 'seen',
  replied: 'answered',
};

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString('en')} ${count === 1 ? one : many}`;

/** "ada", "ada and bob", "ada, bob and 3 others". */
export function names(list: readonly string[], most = 3): string {
  if (list.length <= 1) return list[0] ?? '';
  if (list.length <= most) return `${list.slice(0, -1).join(', ')} and ${list.at(-1)}`;
  return `${list.slice(0, most - 1).join(', ')} and ${list.length - most + 1} others`;
}
