// From things to addresses.

import type { Person, Room } from '../api/types.ts';
import type { Route } from '../shell/route.ts';

export function placeOf(room: Room): Route {
  if (room.kind === 'direct' && room.with) return { page: 'direct', handle: room.with.handle };
  return { page: 'room', room: room.name ?? room.id };
}

export const directWith = (person: Person): Route => ({ page: 'direct', handle: person.handle });

/** The address of a thread in a room. */
export function threadIn(room: Room, message: string): Route {
  const place = placeOf(room);
  return place.page === 'room' || place.page === 'direct' ? { ...place, thread: message } : place;
}

/** The address of one message in its room. */
export function messageIn(room: Room, message: string): Route {
  const place = placeOf(room);
  return place.page === 'room' || place.page === 'direct' ? { ...place, message } : place;
}
