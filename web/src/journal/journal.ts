// What is asked of journals: the same in the address, in the form and in the call.

import type { Input } from '../api/operations.ts';
import type { JournalLevel } from '../api/types.ts';

export interface JournalFilter {
  who?: string;
  level?: JournalLevel;
  task?: string;
  room?: string;
  q?: string;
}

export const LEVELS: readonly JournalLevel[] = ['debug', 'info', 'warn', 'error'];

/** The page's words for the levels. */
export const LEVEL: Record<JournalLevel, string> = { debug: 'debug', info: 'info', warn: 'warning', error: 'error' };

export function filterOf(query: Record<string, string>): JournalFilter {
  const { who, level, task, room, q } = query;
  const known = LEVELS.find((one) => one === level);
  return {
    ...(who && { who: who.replace(/^@/, '') }),
    ...(known && { level: known }),
    ...(task && { task }),
    ...(room && { room }),
    ...(q && { q }),
  };
}

/** The call for a page: the newest lines, or those before a place. */
export function inputOf(
  { who, level, task, room, q }: JournalFilter,
  limit: number,
  before?: number,
): Input<'journal.list'> {
  return {
    limit,
    ...(who && { participant: who }),
    ...(level && { level }),
    ...(task && { task }),
    ...(room && { room }),
    ...(q && { text: q }),
    ...(before !== undefined && { before }),
  };
}

/** The newest first, each once: what was read again stands where it stood. */
export function merged<T extends { seq: number }>(known: readonly T[], more: readonly T[]): T[] {
  const by = new Map([...known, ...more].map((line) => [line.seq, line]));
  return [...by.values()].sort((a, b) => b.seq - a.seq);
}
