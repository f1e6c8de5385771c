// The page's words for the states of a task, in one place so that every view says the same.

import type { NotTaken, TaskState, TaskView, Urgency } from '../api/types.ts';
import type { IconName } from '../shell/Icon.svelte';
import * as icons from '../shell/icons.ts';

export const TASK: Record<TaskState, string> = {
  waiting: 'waits for others',
  retrying: 'tries again soon',
  queued: 'queued',
  leased: 'taken',
  running: 'running',
  paused: 'paused',
  blocked: 'waits for a person',
  verifying: 'second opinion',
  done: 'done',
  failed: 'failed',
  cancelled: 'cancelled',
  skipped: 'not needed',
};

export const SIGN: Record<TaskState, IconName> = {
  waiting: icons.waiting,
  retrying: 'retry',
  queued: icons.queue,
  leased: icons.running,
  running: icons.running,
  paused: icons.pause,
  blocked: icons.person,
  verifying: icons.verify,
  done: 'check',
  failed: 'alert',
  cancelled: 'ban',
  skipped: icons.skip,
};

export type ColumnKey = 'todo' | 'doing' | 'needs' | 'done' | 'failed';

export interface Column {
  key: ColumnKey;
  name: string;
  states: readonly TaskState[];
  /** What an empty one says. */
  empty: string;
}

export const COLUMNS: readonly Column[] = [
  {
    key: 'todo',
    name: 'To do',
    states: ['waiting', 'retrying', 'queued', 'paused'],
    empty: 'Nothing waits to be taken.',
  },
  { key: 'doing', name: 'Doing', states: ['leased', 'running'], empty: 'No worker is at anything.' },
  { key: 'needs', name: 'Needs you', states: ['blocked', 'verifying'], empty: 'Nothing waits for an answer.' },
  { key: 'done', name: 'Done', states: ['done', 'skipped'], empty: 'Nothing is done yet.' },
  { key: 'failed', name: 'Failed or cancelled', states: ['failed', 'cancelled'], empty: 'Nothing failed.' },
];

export const columnOf = (state: TaskState): ColumnKey =>
  COLUMNS.find((column) => column.states.includes(state))?.key ?? 'todo';

const ENDED: readonly TaskState[] = ['done', 'failed', 'cancelled', 'skipped'];
export const ended = (state: TaskState): boolean => ENDED.includes(state);

export const URGENCY: Record<Urgency, string> = {
  low: '',
  medium: 'half of the time is gone',
  high: 'little time is left',
  critical: 'late',
};

export const NOT: Record<NotTaken, string> = {
  stopped: 'all dispatch is stopped',
  not_queued: 'the task is not queued',
  assigned: 'it is for somebody else',
  offline: 'is not there',
  mode: 'is paused or drains',
  full: 'all its slots are in use',
  breaker: 'failed again and again and has to wait',
  capability: 'cannot do that',
  room: 'may not execute in this room',
  apart: 'works on something this is kept apart from',
  budget: 'a budget is used up',
  rival: 'a better worker is asked first',
  local: 'is of a peer; a worker of this mesh is asked first',
  stays: 'is of a peer, and the task does not leave this mesh',
};

/** What a task without its words is called. */
export const ERASED = 'words erased';

/** A second opinion has no words that could be erased: the node itself asks for it. */
/** Why an attempt failed, besides what the worker said of it. */
export const CAUSE = {
  reported: '',
  lease_expired: 'no sign of life in time',
  check_failed: 'the output did not pass the check',
} as const;

export const nameOf = (task: Pick<TaskView, 'title' | 'about'>): string =>
  task.title ?? (task.about ? 'Second opinion' : ERASED);
