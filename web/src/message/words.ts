// The page's words for how urgent a message is, and how far it has come.

import type { Priority, Stage } from '../api/types.ts';

export const PRIORITY: Record<Priority, string> = { now: 'Now', next: 'Next', low: 'Low' };

export const STAGE: Record<Stage, string> = {
  stored: 'stored, not delivered yet',
  offered: 'delivered',
  in_context: 'seen',
  replied: 'answered',
};
