// What lies under the pointer: bodies first, then the floors of rooms. Plain geometry, no scene graph.

import { at } from './motion.ts';
import type { Target } from './scene-view.ts';
import type { Stage } from './standing.ts';

export interface Ray {
  origin: { x: number; y: number; z: number };
  /** Of length 1. */
  direction: { x: number; y: number; z: number };
}

const BODY_RADIUS = 0.95;
const BODY_MIDDLE = 1.15;

export function pick(ray: Ray, stage: Stage, now: number): Target | null {
  const { origin: o, direction: d } = ray;
  let nearest = Number.POSITIVE_INFINITY;
  let found: Target | null = null;
  for (const { body, path, gone } of stage.bodies) {
    if (gone > 0) continue;
    const spot = at(path, now);
    const dx = spot.x - o.x;
    const dy = spot.y + BODY_MIDDLE - o.y;
    const dz = spot.z - o.z;
    const along = dx * d.x + dy * d.y + dz * d.z;
    if (along <= 0 || along >= nearest) continue;
    const away = dx * dx + dy * dy + dz * dz - along * along;
    if (away < BODY_RADIUS * BODY_RADIUS) {
      nearest = along;
      found = { type: 'person', id: body.id };
    }
  }
  if (found || d.y >= 0) return found;
  const along = -o.y / d.y;
  const x = o.x + d.x * along;
  const z = o.z + d.z * along;
  const room = stage.rooms.find(({ place }) => Math.hypot(place.x - x, place.z - z) < place.radius);
  return room ? { type: 'room', id: room.room.id } : null;
}
