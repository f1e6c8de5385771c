// Where each one stands if nothing else is known.

import type { WorldData } from './scene-view.ts';

/** In the smallest of its rooms, which says most about it. Everybody is in a broadcast, so that says nothing. */
export function homes(placed: WorldData['rooms']): Map<string, string> {
  const home = new Map<string, string>();
  for (const room of [...placed].sort(
    (a, b) =>
      Number(b.kind === 'broadcast') - Number(a.kind === 'broadcast') ||
      b.members.length - a.members.length ||
      (a.id > b.id ? -1 : 1),
  )) {
    for (const id of room.members) home.set(id, room.id);
  }
  return home;
}
