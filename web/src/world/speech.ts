// What is said becomes light: from whoever says it to the pillar of the room, and from there to those who listen.

import { plain } from '../shell/markdown.ts';
import type { Beams } from './beams.ts';
import { type Crowd, colourOf } from './crowd.ts';
import { at } from './motion.ts';
import type { Glimpse } from './names.ts';
import { PILLAR_HEIGHT, type Platforms } from './platforms.ts';
import type { Spoken } from './scene-view.ts';
import { HEIGHT } from './shapes.ts';
import type { Stage } from './standing.ts';

/** From who speaks to the pillar, then from the pillar to who listens. */
const TO_PILLAR = 0.62;
const TO_LISTENER = 0.72;
/** A big room does not become a firework: so many listeners at most are shown being reached. */
export const LISTENERS_MAX = 28;

/** Sends the light on its way; answers the glimpse of the words that stands over whoever said them. */
export function speak(
  message: Spoken,
  now: number,
  still: boolean,
  selected: string | null,
  { stage, beams, crowd, platforms }: { stage: Stage; beams: Beams; crowd: Crowd; platforms: Platforms },
): Glimpse | null {
  const speaker = stage.get(message.from);
  if (!speaker) return null;
  const { kind } = speaker.body;
  const rgb = colourOf(kind, message.urgent);
  const spot = at(speaker.path, now);
  const mouth = { x: spot.x, y: spot.y + HEIGHT[kind] * 0.8, z: spot.z };
  crowd.spark(message.from, now, selected);
  const place = message.room === null ? undefined : stage.places.get(message.room);
  const toPillar = still || !place ? 0 : TO_PILLAR;
  const top = place ? { x: place.x, y: PILLAR_HEIGHT * 0.92, z: place.z } : mouth;
  if (place && message.room !== null) {
    if (!still) beams.fly(mouth, top, now, TO_PILLAR, rgb, 1);
    platforms.pulse(message.room, rgb, now + toPillar);
  }
  for (const id of message.to.slice(0, LISTENERS_MAX)) {
    const listener = stage.get(id);
    if (!listener || listener.body.state === 'offline') continue;
    const ear = at(listener.path, now);
    if (!still) {
      const target = { x: ear.x, y: ear.y + HEIGHT[listener.body.kind] * 0.7, z: ear.z };
      beams.fly(top, target, now + toPillar, TO_LISTENER, rgb, place ? 0.5 : 1);
    }
    crowd.spark(id, now + toPillar + (still ? 0 : TO_LISTENER), selected);
  }
  return { id: message.from, text: plain(message.text, 38), urgent: message.urgent, start: now };
}
