// What is nearest to something, and where one stands to look over a shoulder.

import { frame } from './framing.ts';
import { at } from './motion.ts';
import type { Pose } from './rig.ts';
import type { Target } from './scene-view.ts';
import type { Stage } from './standing.ts';
import type { Thing, Works } from './works.ts';

function nearest<T>(all: readonly T[], away: (one: T) => number): T | undefined {
  let best: T | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const one of all) {
    const distance = away(one);
    if (distance >= least) continue;
    least = distance;
    best = one;
  }
  return best;
}

/** Width by height below which the picture counts as narrow. */
export const NARROW = 0.85;

/** From where something is looked at. */
export function poseOf(
  target: Target,
  stage: Stage,
  works: Works,
  pose: Pose,
  { fov, aspect }: { fov: number; aspect: number },
): Partial<Pose> | null {
  if (target.type === 'room') {
    const place = stage.places.get(target.id);
    return place ? frame([place], { ...pose, polar: aspect < NARROW ? 0.95 : 1.12 }, fov, aspect) : null;
  }
  if (target.type === 'task') {
    const thing = works.get(target.id);
    if (!thing) return null;
    if (thing.screen) return shoulder(thing, stage, pose, aspect < NARROW);
    return { x: thing.to.x, z: thing.to.z, y: 0, distance: 16, polar: 1.2 };
  }
  const standing = stage.get(target.id);
  return standing ? { x: standing.path.toX, z: standing.path.toZ, y: 0.8, distance: 17, polar: 1.2 } : null;
}

/** Over the shoulder of whoever works: from the pillar outwards, a little from the side. */
function shoulder(thing: Thing, stage: Stage, pose: Pose, narrow: boolean): Partial<Pose> {
  const room = nearest(stage.rooms, ({ place }) => Math.hypot(place.x - thing.to.x, place.z - thing.to.z));
  const azimuth = room ? Math.atan2(room.place.x - thing.to.x, room.place.z - thing.to.z) + 0.3 : pose.azimuth;
  const { x, y, z } = thing.to;
  return { x, z, y: y - 1.4, distance: narrow ? 16 : 11.5, polar: 1.25, azimuth };
}

/** From here on a participant in the middle counts more than its room, in metres. */
const NEAR_BODY = { within: 2.2, distance: 24 };

/** What the eye is at: whoever stands in the middle of the picture, else the nearest room. */
export function inMiddle(stage: Stage, { x, z, distance }: Pose, now: number): Target | null {
  const away = (one: { x: number; z: number }) => Math.hypot(one.x - x, one.z - z);
  const bodies = distance < NEAR_BODY.distance ? stage.bodies.filter((one) => one.gone === 0 && !one.body.me) : [];
  const body = nearest(bodies, (one) => away(at(one.path, now)));
  if (body && away(at(body.path, now)) < NEAR_BODY.within) return { type: 'person', id: body.body.id };
  const room = nearest(stage.rooms, (one) => away(one.place));
  return room ? { type: 'room', id: room.room.id } : null;
}
