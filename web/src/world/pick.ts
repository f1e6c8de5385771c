// What lies under the pointer: screens, pieces of work and bodies, the nearest first; then the floors of rooms. Plain geometry, no
// scene graph.

import { BEACON_HEIGHT } from './beacons.ts';
import { at } from './motion.ts';
import type { Target } from './scene-view.ts';
import type { Stage } from './standing.ts';
import { SCREEN, type Spot, thingAt, type Works } from './works.ts';

export interface Ray {
  origin: { x: number; y: number; z: number };
  /** Of length 1. */
  direction: { x: number; y: number; z: number };
}

const BODY_RADIUS = 0.95;
const BODY_MIDDLE = 1.15;

const THING_RADIUS = 0.55;
const BEACON_RADIUS = 0.45;

export function pick(ray: Ray, stage: Stage, works: Works, now: number): Target | null {
  const { origin: o, direction: d } = ray;
  let nearest = Number.POSITIVE_INFINITY;
  let found: Target | null = null;
  const nearer = (along: number | null, target: Target) => {
    if (along === null || along >= nearest) return;
    nearest = along;
    found = target;
  };
  for (const thing of works.all) {
    if (thing.gone > 0) continue;
    const spot = thingAt(thing, now);
    nearer(onBall(ray, spot, THING_RADIUS), thing.target);
    if (thing.screen) nearer(onScreen(ray, spot), thing.target);
  }
  for (const ask of works.asks) {
    const spot = works.spotOf(ask, stage, now);
    if (spot) nearer(onShaft(ray, spot), ask.task ? { type: 'task', id: ask.task } : { type: 'person', id: ask.from });
  }
  for (const { body, path, gone } of stage.bodies) {
    if (gone > 0) continue;
    const spot = at(path, now);
    nearer(onBall(ray, { ...spot, y: spot.y + BODY_MIDDLE }, BODY_RADIUS), { type: 'person', id: body.id });
  }
  if (found || d.y >= 0) return found;
  const along = -o.y / d.y;
  const x = o.x + d.x * along;
  const z = o.z + d.z * along;
  const room = stage.rooms.find(({ place }) => Math.hypot(place.x - x, place.z - z) < place.radius);
  return room ? { type: 'room', id: room.room.id } : null;
}

/** How far along the ray it meets a ball; null: not at all. */
function onBall({ origin: o, direction: d }: Ray, at: Spot, radius: number): number | null {
  const x = at.x - o.x;
  const y = at.y - o.y;
  const z = at.z - o.z;
  const along = x * d.x + y * d.y + z * d.z;
  if (along <= 0 || x * x + y * y + z * z - along * along > radius * radius) return null;
  return along;
}

/** The screen above a piece of work: upright, turned to the eye. */
function onScreen({ origin: o, direction: d }: Ray, at: Spot): number | null {
  const x = o.x - at.x;
  const z = o.z - at.z;
  const away = Math.hypot(x, z) || 1;
  const n = { x: x / away, z: z / away };
  const against = d.x * n.x + d.z * n.z;
  if (against > -1e-4) return null;
  const along = -(x * n.x + z * n.z) / against;
  const side = (o.x + d.x * along - at.x) * n.z - (o.z + d.z * along - at.z) * n.x;
  const up = o.y + d.y * along - at.y - 0.22;
  return Math.abs(side) < SCREEN.width / 2 && up > 0 && up < SCREEN.height ? along : null;
}

/** A shaft of light, as the upright line that it is. */
function onShaft({ origin: o, direction: d }: Ray, at: Spot): number | null {
  const flat = Math.hypot(d.x, d.z);
  if (flat < 1e-4) return null;
  const along = ((at.x - o.x) * d.x + (at.z - o.z) * d.z) / (flat * flat);
  if (along <= 0) return null;
  const aside = Math.hypot(o.x + d.x * along - at.x, o.z + d.z * along - at.z);
  const y = o.y + d.y * along;
  return aside < BEACON_RADIUS && y > 0 && y < BEACON_HEIGHT * 0.7 ? along : null;
}
