// One room's messages in the order of the log, with what is being sent at the end. Plain logic; the rune store wraps it.

import type { Item, Message, Person, Priority } from '../api/types.ts';

export type SendState = 'pending' | 'failed';

/** A message this page wants to be stored and that the node has not confirmed. */
export interface Draft {
  key: string;
  room: string;
  text: string;
  at: string;
  reply_to?: string;
  thread?: string;
  priority: Priority;
  state: SendState;
  /** Why it failed and what to do. */
  problem?: string;
}

/** Puts messages into a list sorted by seq; the same message again takes the older one's place. */
export function merge(list: readonly Message[], more: readonly Message[]): Message[] {
  if (more.length === 0) return [...list];
  const first = more[0]!.seq;
  const last = list.at(-1);
  if (more.length === 1 && (!last || first > last.seq)) return [...list, more[0]!];
  const bySeq = new Map(list.map((message) => [message.seq, message]));
  for (const message of more) bySeq.set(message.seq, message);
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
}

/** The message that a `message.posted` item tells of. */
export function messageOf(item: Item): Message | null {
  if (item.type !== 'message.posted' || !item.room || !item.from) return null;
  const data = item.data as Partial<Message>;
  return {
    ...data,
    id: data.id ?? `m${item.seq}`,
    text: data.text ?? '',
    mentions: data.mentions ?? [],
    priority: data.priority ?? 'next',
    seq: item.seq,
    at: item.at,
    room: item.room,
    from: item.from,
  };
}

/** Applies an edit or a deletion; the same list when it is about a message that is not here. */
export function change(list: Message[], item: Item): Message[] {
  const id = (item.data.message ?? item.data.id) as string | undefined;
  const index = list.findIndex((message) => message.id === id);
  if (index < 0) return list;
  const old = list[index]!;
  const next =
    item.type === 'message.deleted'
      ? { ...old, deleted: true, text: '' }
      : {
          ...old,
          text: (item.data.text as string | undefined) ?? old.text,
          mentions: (item.data.mentions as string[] | undefined) ?? old.mentions,
          edited_at: item.at,
        };
  return list.with(index, next);
}

/** Messages of one person within this time stand under one name. */
export const GROUP_MS_MAX = 5 * 60_000;

export interface Row {
  message: Message;
  /** A new day begins here. */
  day: boolean;
  /** The name is shown. */
  head: boolean;
  /** The first one not read yet. */
  unread: boolean;
}

export function rows(list: readonly Message[], dayOf: (at: string) => string, readSeq: number, me: string): Row[] {
  let before: Message | undefined;
  let marked = false;
  return list.map((message) => {
    const day = !before || dayOf(before.at) !== dayOf(message.at);
    const unread = !marked && readSeq > 0 && message.seq > readSeq && message.from.id !== me;
    if (unread) marked = true;
    const head = day || unread || !before || !sameBreath(before, message);
    before = message;
    return { message, day, head, unread };
  });
}

function sameBreath(a: Message, b: Message): boolean {
  return (
    a.from.id === b.from.id &&
    !b.reply_to &&
    b.priority === 'next' &&
    !a.deleted &&
    Date.parse(b.at) - Date.parse(a.at) < GROUP_MS_MAX
  );
}

/** What a draft looks like among the messages. */
export function draftMessage(draft: Draft, me: Person): Message {
  return {
    id: draft.key,
    seq: Number.MAX_SAFE_INTEGER,
    at: draft.at,
    room: draft.room,
    from: me,
    text: draft.text,
    mentions: [],
    priority: draft.priority,
    reply_to: draft.reply_to,
    thread: draft.thread,
  };
}
