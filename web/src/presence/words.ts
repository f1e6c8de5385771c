// The page's words for how somebody is.

import type { PresenceState, Reachability } from '../api/types.ts';

export const STATE: Record<PresenceState, string> = {
  idle: 'here',
  busy: 'busy',
  dnd: 'do not disturb',
  away: 'away',
  offline: 'not connected',
};

/** How soon words get to somebody. */
export const REACH: Record<Reachability, string> = {
  at_once: 'at once',
  next_turn: 'at its next turn',
  when_asked: 'when it asks',
};
