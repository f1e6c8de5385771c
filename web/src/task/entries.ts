// When what happened to a task, and between which messages that belongs.

import type { ApprovalView, Person, TaskView } from '../api/types.ts';
import { plural } from '../shell/words.ts';
import { ended } from './words.ts';

export type Entry =
  | { key: string; at: string; type: 'created' | 'ended'; task: TaskView }
  | { key: string; at: string; type: 'asked'; approval: ApprovalView };

/** What one author did to several tasks, told in one row. */
export interface Fold {
  key: string;
  at: string;
  type: 'fold';
  /** Absent: the node itself. */
  who?: Person;
  entries: TaskEntry[];
}
type TaskEntry = Exclude<Entry, { type: 'asked' }>;

/** Ids of approvals begin with the time they were made at, as UUIDv7 has it. */
export function madeAt(id: string): string {
  const ms = Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);
  return new Date(Number.isFinite(ms) ? ms : 0).toISOString();
}

export function entriesOf(tasks: readonly TaskView[], approvals: readonly ApprovalView[]): Entry[] {
  const list: Entry[] = [];
  for (const task of tasks) {
    list.push({ key: `${task.id} created`, at: task.created_at, type: 'created', task });
    if (ended(task.state) && task.ended_at)
      list.push({ key: `${task.id} ended`, at: task.ended_at, type: 'ended', task });
  }
  for (const approval of approvals) list.push({ key: approval.id, at: madeAt(approval.id), type: 'asked', approval });
  return list.sort((a, b) => a.at.localeCompare(b.at));
}

/**
 * Entries by the id of the message they stand before; under '' those behind the last one. Without the room's beginning
 * those before the first message shown are left out, and without its end those behind the last.
 */
export function weave(
  entries: readonly Entry[],
  messages: readonly { id: string; at: string }[],
  beginning: boolean,
  end: boolean,
): Map<string, Entry[]> {
  const woven = new Map<string, Entry[]>();
  let at = 0;
  for (const [index, message] of messages.entries()) {
    const before: Entry[] = [];
    while (at < entries.length && entries[at]!.at < message.at) before.push(entries[at++]!);
    if (before.length > 0 && (index > 0 || beginning)) woven.set(message.id, before);
  }
  const rest = entries.slice(at);
  if (end && rest.length > 0) woven.set('', rest);
  return woven;
}

/** Who created a task or did it. What failed or was called off names nobody, and always stands by itself. */
function authorOf(entry: Entry): { who?: Person } | null {
  if (entry.type === 'created') return { who: entry.task.creator ?? undefined };
  return entry.type === 'ended' && entry.task.state === 'done' && entry.task.result
    ? { who: entry.task.result.worker }
    : null;
}

/** Folds what one author did between two messages into one row, where it did the first of it; what needs a person stays open. */
export function folded(entries: readonly Entry[]): (Entry | Fold)[] {
  const list: (Entry | Fold)[] = [];
  const places = new Map<string, number>();
  for (const entry of entries) {
    const author = authorOf(entry);
    if (!author || entry.type === 'asked') {
      list.push(entry);
      continue;
    }
    const { who } = author;
    const place = places.get(who?.id ?? '');
    const before = place === undefined ? undefined : list[place]!;
    if (place === undefined || !before || before.type === 'asked') {
      places.set(who?.id ?? '', list.length);
      list.push(entry);
    } else if (before.type === 'fold') before.entries.push(entry);
    else list[place] = { key: `${before.key} and more`, at: before.at, type: 'fold', who, entries: [before, entry] };
  }
  return list;
}

/** "created 7 tasks and did 3". */
export function deedsOf(fold: Fold): string {
  const created = fold.entries.filter((one) => one.type === 'created').length;
  const did = fold.entries.length - created;
  const tasks = (count: number) => plural(count, 'task');
  if (created === 0) return `did ${tasks(did)}`;
  return `created ${tasks(created)}${did > 0 ? ` and did ${did}` : ''}`;
}
