// What a task looks like in the world, and for how long what ended is seen.

import type { TaskState } from '../api/types.ts';
import type { Form } from './scene-view.ts';

/** What ended stays to be seen for so long, and so many of them. */
export const ENDED_MS = 10 * 60_000;
export const ENDED_MAX = 36;
export const NAME_MAX = 64;

export const FORM: Record<TaskState, Form | null> = {
  waiting: 'waits',
  retrying: 'queued',
  queued: 'queued',
  leased: 'running',
  running: 'running',
  paused: 'paused',
  blocked: 'asks',
  verifying: 'opinion',
  done: 'done',
  failed: 'failed',
  cancelled: null,
  skipped: null,
};
