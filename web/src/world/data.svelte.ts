// What the stores know, as the world wants it: who stands where, and which messages become light.

import { untrack } from 'svelte';
import type { Message, Position } from '../api/types.ts';
import { people } from '../participant/people.svelte.ts';
import { rooms, title } from '../room/rooms.svelte.ts';
import type { Happening } from '../shell/activity.svelte.ts';
import { homes } from './homes.ts';
import type { Spoken, WorldBody, WorldData } from './scene-view.ts';

/** Where each participant was last heard: it stands there. */
const heardIn = $state<Record<string, string>>({});

/** Where those stand who stand on a plane, as far as the reader sees them. */
const stand = $state<Record<string, { room: string; at: WorldBody['at'] }>>({});

export function stood(room: string, position: Position): void {
  const { x, y, facing } = position;
  stand[position.participant.id] = { room, at: { x, y, facing } };
}

export function heard(happening: Happening): void {
  if (happening.type === 'stands') {
    const { event } = happening;
    if (event.type === 'position') stood(event.room, event.position);
    else if (stand[event.participant.id]?.room === event.room) delete stand[event.participant.id];
    return;
  }
  if (happening.type === 'parted' && stand[happening.participant]?.room === happening.room)
    delete stand[happening.participant];
  if (happening.type === 'message' && rooms.byId.get(happening.message.room)?.kind !== 'direct') {
    heardIn[happening.message.from.id] = happening.message.room;
  } else if (happening.type === 'joined') heardIn[happening.participant] = happening.room;
}

export function worldData(): WorldData {
  const shown = rooms.named.filter((room) => !room.archived || room.member);
  const placed = shown.map((room) => ({
    id: room.id,
    label: title(room),
    kind: room.kind,
    access: room.access,
    archived: room.archived,
    shared: Boolean(room.home || room.followers),
    member: room.member,
    unread: room.unread,
    members: [...(rooms.members.get(room.id) ?? [])],
  }));
  const home = heardHomes(placed);
  const bodies = [...people.byId.values()]
    .filter((one) => !one.disabled)
    // Whoever is not here and in none of our rooms would only stand in the way.
    .filter((one) => people.state(one.id) !== 'offline' || home.has(one.id))
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map((one): WorldBody => {
      const { id, handle, kind, trust } = one;
      const room = home.get(id) ?? null;
      const at = stand[id]?.room === room ? stand[id]?.at : undefined;
      return { id, handle, kind, trust, state: people.state(id), room, me: id === people.me?.id, ...(at && { at }) };
    });
  return { rooms: placed, bodies };
}

/** Where each one stands: where it was last heard, else where it belongs. */
function heardHomes(placed: WorldData['rooms']): Map<string, string> {
  const home = homes(placed);
  for (const room of placed) {
    for (const id of room.members) if (heardIn[id] === room.id) home.set(id, room.id);
  }
  for (const [id, { room }] of Object.entries(stand))
    if (home.has(id) && placed.some((one) => one.id === room)) home.set(id, room);
  return home;
}

export function spokenOf(message: Message): Spoken {
  return untrack(() => {
    const room = rooms.byId.get(message.room);
    const direct = room?.kind === 'direct';
    const me = people.me?.id;
    const members = direct ? [room.with?.id, me] : [...(rooms.members.get(message.room) ?? [])];
    return {
      from: message.from.id,
      room: direct ? null : message.room,
      to: members.filter((id): id is string => id !== undefined && id !== message.from.id),
      text: message.text,
      urgent: message.priority === 'now',
    };
  });
}
