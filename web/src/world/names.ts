// Which labels there could be at this moment: rooms, whoever stands near, and what is just being said.

import type { Label } from './labels.ts';
import { at } from './motion.ts';
import { KIND_COLOUR, QUIET, TEXT, URGENT } from './palette.ts';
import { PILLAR_HEIGHT } from './platforms.ts';
import { HEIGHT } from './shapes.ts';
import type { Stage, Standing } from './standing.ts';

export interface Glimpse {
  id: string;
  text: string;
  urgent: boolean;
  /** In seconds of the world's clock. */
  start: number;
}

/** How long a glimpse of a message stays readable. */
export const GLIMPSE_SECONDS = 5.5;
/** Beyond this many metres from the eye, and beyond what is looked at, only rooms have labels. */
const NAMES_WITHIN = 60;

export function labelsFor(
  stage: Stage,
  glimpses: readonly Glimpse[],
  eye: { x: number; y: number; z: number },
  distance: number,
  /** A narrow picture has no room for more than names. */
  narrow: boolean,
  selected: string | null,
  now: number,
): Label[] {
  const within = Math.min(110, Math.max(NAMES_WITHIN, distance * 1.25));
  const labels: Label[] = [];
  for (const { room, place } of stage.rooms) {
    const far = Math.hypot(place.x - eye.x, eye.y, place.z - eye.z) > within;
    const aside = [
      far && !narrow && room.members.length > 0 && `${room.members.length} members`,
      room.unread > 0 && `${room.unread}${narrow ? '' : ' new'}`,
    ]
      .filter(Boolean)
      .join(' · ');
    labels.push({
      key: `room ${room.id}`,
      words: { text: room.label, size: 16, weight: 640, ...(aside && { aside }) },
      rank: 1000 + (room.id === selected ? 500 : 0) - Math.hypot(place.x - eye.x, place.z - eye.z) * 0.01,
      x: place.x,
      y: PILLAR_HEIGHT + 0.5,
      z: place.z,
      rgb: room.member ? TEXT : QUIET,
      sheet: 0.45,
      lift: 10,
      alpha: room.member ? 1 : 0.75,
    });
  }
  for (const standing of stage.bodies) {
    if (standing.gone > 0) continue;
    const label = nameOf(standing, eye, within, selected, now);
    if (label) labels.push(label);
  }
  for (const glimpse of glimpses) {
    const standing = stage.get(glimpse.id);
    if (!standing) continue;
    const spot = at(standing.path, now);
    const age = now - glimpse.start;
    labels.push({
      key: `glimpse ${glimpse.id}`,
      words: { text: glimpse.text, size: 13, weight: 460 },
      rank: 2000 + glimpse.start,
      x: spot.x,
      y: spot.y + HEIGHT[standing.body.kind] + 0.25,
      z: spot.z,
      rgb: glimpse.urgent ? URGENT : KIND_COLOUR[standing.body.kind],
      sheet: 2,
      lift: 40,
      alpha: Math.min(1, age * 5, (GLIMPSE_SECONDS - age) * 1.5),
    });
  }
  return labels;
}

function nameOf(
  standing: Standing,
  eye: { x: number; y: number; z: number },
  within: number,
  selected: string | null,
  now: number,
): Label | null {
  const { body } = standing;
  const spot = at(standing.path, now);
  const distance = Math.hypot(spot.x - eye.x, spot.y - eye.y, spot.z - eye.z);
  const chosen = body.id === selected;
  if (distance > within && !chosen) return null;
  const ghost = body.state === 'offline' || body.state === 'away';
  return {
    key: `name ${body.id}`,
    words: { text: body.handle, size: 12, weight: 560, ...(body.me && { aside: 'you' }) },
    rank:
      (chosen ? 900 : 0) + (body.me ? 120 : 0) + (now - standing.spark < 6 ? 200 : 0) + (ghost ? -150 : 0) - distance,
    x: spot.x,
    y: spot.y + HEIGHT[body.kind] + 0.25,
    z: spot.z,
    rgb: ghost ? QUIET : KIND_COLOUR[body.kind],
    sheet: 1,
    lift: 12,
    alpha: ghost ? 0.7 : 1,
  };
}
