// The page's words for how somebody is.

import type { PresenceState } from '../api/types.ts';

export const STATE: Record<PresenceState, string> = {
  idle: 'here',
  busy: 'busy',
  dnd: 'do not disturb',
  away: 'away',
  offline: 'not connected',
};
