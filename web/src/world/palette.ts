// The world's colours, as they appear on the screen: the renderer is told to leave them alone.

import type { ParticipantKind, Trust } from '../api/types.ts';
import type { Form } from './scene-view.ts';

type Rgb = readonly [number, number, number];

function rgb(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16);
  return [(value >> 16) / 255, ((value >> 8) & 255) / 255, (value & 255) / 255];
}

export const GROUND = rgb('#070b12');
export const GRID = rgb('#1a4560');
export const HORIZON = rgb('#12304a');
export const FLOOR = rgb('#0b1622');
export const LINE = rgb('#4de1ff');
export const TEXT = rgb('#e6edf5');
export const QUIET = rgb('#93a4b8');

export const KIND_COLOUR: Record<ParticipantKind, Rgb> = {
  human: rgb('#ffb454'),
  agent: rgb('#4de1ff'),
  bot: rgb('#a78bfa'),
  bridge: rgb('#f472b6'),
};

export const TRUST_COLOUR: Record<Trust, Rgb> = {
  owner: rgb('#ffd479'),
  local: rgb('#93a4b8'),
  federated: rgb('#9aa5ff'),
  untrusted: rgb('#ff9d5c'),
};

export const URGENT = rgb('#fbbf24');
export const GOOD = rgb('#4ade80');
export const BAD = rgb('#f87171');

/** What a task's state looks like; in the order of the numbers for the shaders. */
export const FORM_COLOUR: Record<Form, Rgb> = {
  waits: rgb('#5b7086'),
  queued: rgb('#b8d4e6'),
  running: rgb('#4de1ff'),
  asks: URGENT,
  opinion: rgb('#9aa5ff'),
  paused: rgb('#7b8ca0'),
  done: GOOD,
  failed: BAD,
  held: rgb('#ff9d5c'),
};
export const FORMS = Object.keys(FORM_COLOUR) as Form[];

/** Numbers for the shaders. */
export const KIND_INDEX = { human: 0, agent: 1, bot: 2, bridge: 3 } as const;
export const STATE_INDEX = { idle: 0, busy: 1, dnd: 2, away: 3, offline: 4 } as const;
export const TRUST_INDEX = { local: 0, owner: 1, federated: 2, untrusted: 3 } as const;
export const ROOM_INDEX = { room: 0, direct: 1, group: 2, broadcast: 3 } as const;
