// Lines of the log that say the same again and again, as one that opens.

import type { LogEntry } from '../api/types.ts';
import { actorOf } from './audit.ts';

/** Fewer are as quickly read as opened. */
export const FOLD_MIN = 3;

/** What makes neighbours one: coming and going, whoever it is; else the same of the same actor in the same room. */
function key(entry: LogEntry): string {
  if (entry.type.startsWith('session.')) return 'session';
  const { id, by } = actorOf(entry.by);
  return [entry.type, id ?? by, 'room' in entry.facts ? entry.facts.room : ''].join(' ');
}

/** The lines in their order; neighbours that are one stand together. Nothing is left out. */
export function fold(entries: readonly LogEntry[]): LogEntry[][] {
  const runs: LogEntry[][] = [];
  let before = '';
  for (const entry of entries) {
    const now = key(entry);
    if (now === before) runs.at(-1)!.push(entry);
    else runs.push([entry]);
    before = now;
  }
  return runs.flatMap((run) => (run.length < FOLD_MIN ? run.map((one) => [one]) : [run]));
}

/** How often each type is there, the most frequent first. */
export function counted(run: readonly LogEntry[]): { type: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const { type } of run) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts].map(([type, count]) => ({ type, count })).sort((a, b) => b.count - a.count);
}
