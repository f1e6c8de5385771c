// Schedules in words: when, how they stand, and what came of a time.

import type { Schedule, ScheduleDone, ScheduleHalt } from '../api/types.ts';
import { span } from '../shell/time.ts';
import { plural } from '../shell/words.ts';

const HALTED: Record<ScheduleHalt, string> = {
  asked: 'paused by a person’s word',
  refused: 'paused: what it is for was refused',
  missed: 'paused: its only time passed while the node was down',
};

export const standing = ({ paused, state }: Schedule): string =>
  paused ? HALTED[paused] : state === 'due' ? 'runs now' : 'live';

export function pace({ when, zone }: Schedule): string {
  switch (when.kind) {
    case 'once':
      return 'once';
    case 'every':
      return `every ${span(when.seconds * 1000)}`;
    case 'cron':
      return `${when.cron} (${zone})`;
  }
}

export function came(run: ScheduleDone): string {
  const late = run.late && run.outcome !== 'missed' ? `, ${span(Date.parse(run.at) - Date.parse(run.due))} late` : '';
  const tasks = run.tasks?.length ?? 0;
  switch (run.outcome) {
    case 'done':
      return `${tasks > 0 ? `${plural(tasks, 'task')} created` : 'said'}${late}`;
    case 'waits':
      return `waits for the room’s moderators${late}`;
    case 'refused':
      return `refused: ${run.why ?? run.code ?? ''}`;
    case 'missed':
      return 'missed while the node was down, and left out';
  }
}

/** A day from `now` on, at an hour of this browser’s clock. */
export function morning(now: Date, days: number, hour: number): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, hour);
}

/** How a clock field writes a moment. */
export function local(at: Date): string {
  const two = (number: number) => String(number).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** This browser’s time zone. */
export const here = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
