// When what happened to a task, and between which messages that belongs.

import type { ApprovalView, TaskView } from '../api/types.ts';
import { ended } from './words.ts';

export type Entry =
  | { key: string; at: string; type: 'created' | 'ended'; task: TaskView }
  | { key: string; at: string; type: 'asked'; approval: ApprovalView };

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
