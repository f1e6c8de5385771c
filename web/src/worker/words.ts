// The page's words for the states of workers.

import type { BreakerState, WorkerMode } from '../api/types.ts';

export const BREAKER: Record<BreakerState, string> = {
  closed: 'works normally',
  open: 'failed again and again: gets nothing for a minute',
  half_open: 'one task is let through to see',
};

export const MODE: Record<WorkerMode, string> = { open: 'takes work', paused: 'paused', draining: 'drains' };
