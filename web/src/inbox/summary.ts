// What happened in a while, added up: who spoke where how often, what work came to its end, who is new.

import type { Item } from '../api/types.ts';

export interface Summary {
  /** Messages of others by room, the most first. */
  rooms: { room: string; count: number }[];
  done: number;
  failed: number;
  /** Ids of those who are new on the mesh. */
  joined: string[];
}

/** What the summary is made of: nothing else has to be asked for. */
export const SUMMED = ['message.posted', 'task.finished', 'task.attempt_failed', 'participant.registered'] as const;

export function summaryOf(items: readonly Item[], me: string): Summary {
  const rooms = new Map<string, number>();
  const ended = { done: new Set<string>(), failed: new Set<string>() };
  const joined: string[] = [];
  for (const item of items) {
    if (item.type === 'message.posted' && item.from?.id === me) continue;
    if (item.type === 'message.posted' && item.room) rooms.set(item.room, (rooms.get(item.room) ?? 0) + 1);
    else if (item.type === 'task.finished') ended.done.add(item.data.task);
    else if (item.type === 'task.attempt_failed') ended.failed.add(item.data.task);
    else if (item.type === 'participant.registered' && item.data.participant !== me) joined.push(item.data.participant);
  }
  // What was tried again and done in the end is done.
  const failed = [...ended.failed].filter((task) => !ended.done.has(task)).length;
  return {
    rooms: [...rooms].map(([room, count]) => ({ room, count })).sort((a, b) => b.count - a.count),
    done: ended.done.size,
    failed,
    joined,
  };
}
