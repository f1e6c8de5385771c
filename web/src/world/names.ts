// Which labels there could be at this moment: rooms, whoever stands near, and what is just being said.

import { AFAR } from '../participant/words.ts';
import { plural } from '../shell/words.ts';
import type { Label } from './labels.ts';
import { at } from './motion.ts';
import { FORM_COLOUR, KIND_COLOUR, QUIET, TEXT, URGENT } from './palette.ts';
import { HEIGHT } from './shapes.ts';
import type { Stage, Standing } from './standing.ts';
import { thingAt, type Works } from './works.ts';

export interface Glimpse {
  id: string;
  text: string;
  urgent: boolean;
  /** In seconds of the world's clock. */
  start: number;
}

/** How long a glimpse of a message stays readable. */
export const GLIMPSE_SECONDS = 5.5;
/** Names of pieces of work: only from near, and this many of them. */
const WORK_WITHIN = 34;
/** With more rooms than this only those where something happens say more than their names. */
const MANY_ROOMS = 20;
/** Beyond this many metres from the eye, and beyond what is looked at, only rooms have labels. */
const NAMES_WITHIN = 60;

export function labelsFor(
  stage: Stage,
  works: Works,
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
    const load = works.loads.get(room.id);
    const aside = [
      room.shared && !narrow && 'shared',
      load?.asks && `${load.asks} ${load.asks === 1 ? 'asks' : 'ask'}`,
      load?.running && `${load.running} at work`,
      load?.held && `${load.held} held back`,
      load?.waits && !narrow && `${load.waits} to do`,
      !load &&
        far &&
        !narrow &&
        stage.rooms.length <= MANY_ROOMS &&
        room.members.length > 0 &&
        plural(room.members.length, 'member'),
      room.unread > 0 && `${room.unread}${narrow ? '' : ' new'}`,
    ]
      .filter(Boolean)
      .join(' · ');
    labels.push({
      key: `room ${room.id}`,
      words: { text: room.label, size: 16, weight: 640, ...(aside && { aside }) },
      rank: 1000 + (room.id === selected ? 500 : 0) - Math.hypot(place.x - eye.x, place.z - eye.z) * 0.01,
      ...edge(place, eye, 0.4),
      rgb: load?.asks ? URGENT : room.member ? TEXT : QUIET,
      sheet: 0.62,
      lift: -13,
      others: [
        { ...edge(place, eye, -place.radius * 2), y: 1, lift: 14, side: 0 },
        { ...edge(place, eye, 0.4, Math.PI / 2.6), lift: -8, side: 1 },
        { ...edge(place, eye, 0.4, -Math.PI / 2.6), lift: -8, side: -1 },
        { x: place.x, y: 0, z: place.z, lift: 0, side: 0 },
      ],
      alpha: room.member ? 1 : 0.75,
    });
  }
  for (const standing of stage.bodies) {
    if (standing.gone > 0) continue;
    const label = nameOf(standing, eye, within, selected, now);
    if (label) labels.push(label);
  }
  labels.push(...workLabels(stage, works, eye, selected, now));
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

/** At the edge of the floor that is nearest to the eye, where a label covers no other room; or turned away from there. */
function edge(place: { x: number; z: number; radius: number }, eye: { x: number; z: number }, more: number, turn = 0) {
  const angle = Math.atan2(eye.z - place.z, eye.x - place.x) - turn;
  const away = Math.min(place.radius + more, Math.hypot(eye.x - place.x, eye.z - place.z));
  return { x: place.x + Math.cos(angle) * away, y: 0, z: place.z + Math.sin(angle) * away };
}

/** Questions always; what is chosen or lies near by its name, where no screen tells it. */
function workLabels(
  stage: Stage,
  works: Works,
  eye: { x: number; y: number; z: number },
  selected: string | null,
  now: number,
): Label[] {
  const labels: Label[] = [];
  for (const ask of works.asks) {
    const spot = works.spotOf(ask, stage, now);
    if (!spot) continue;
    labels.push({
      key: `ask ${ask.id}`,
      words: { text: ask.text, size: 12, weight: 560 },
      rank: ask.mine ? 1800 : 700,
      ...spot,
      y: spot.y + 2.1,
      rgb: URGENT,
      sheet: 2,
      lift: 14,
      alpha: ask.mine ? 1 : 0.75,
    });
  }
  for (const thing of works.all) {
    // Its screen tells what a task that runs is called.
    if (thing.gone > 0 || !thing.task || thing.screen) continue;
    const spot = thingAt(thing, now);
    const distance = Math.hypot(spot.x - eye.x, spot.y - eye.y, spot.z - eye.z);
    const fresh = now - thing.since < 4;
    if (distance > WORK_WITHIN && thing.key !== selected && !fresh) continue;
    labels.push({
      key: `task ${thing.key}`,
      words: { text: thing.task.name, size: 12, weight: 480 },
      rank: (thing.key === selected ? 950 : 0) + (fresh ? 260 : 60) - distance,
      ...spot,
      y: spot.y + 0.4,
      rgb: FORM_COLOUR[thing.form],
      sheet: 0.7,
      lift: 12,
      alpha: 0.95,
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
  const aside = body.me ? 'you' : AFAR[body.trust];
  const ghost = body.state === 'offline' || body.state === 'away';
  return {
    key: `name ${body.id}`,
    words: { text: body.handle, size: 12, weight: 560, ...(aside && { aside }) },
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
