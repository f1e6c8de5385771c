// One room's messages in the order of the log, with what is being sent at the end. Plain logic; the rune store wraps it.

import type { ItemOf, Of } from '../api/events.ts';
import type { FileRef, Item, Message, Person, Priority, Quote, Reactions, SignedInput } from '../api/types.ts';

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
  /** Messages to quote. */
  quotes?: string[];
  /** Files of the room to bring along. */
  files?: FileRef[];
  /** The content as this browser signed it, the same at every attempt; null: the node attests it. */
  signed?: SignedInput | null;
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

/** What stands in place of a quote until it is fetched: pushes name only ids. */
const named = (message: string): Quote => ({ message, room: '', text: '' });

function build(item: ItemOf<'message.posted' | 'message.quarantined'>): Message | null {
  if (!item.room || !item.from) return null;
  const { quotes, text = '', ...data } = item.data;
  return {
    ...data,
    text,
    seq: item.seq,
    at: item.at,
    room: item.room,
    from: item.from,
    ...(quotes && { quotes: quotes.map(named) }),
  };
}

/** The message that a `message.posted` item tells of. */
export function messageOf(item: Item): Message | null {
  return item.type === 'message.posted' ? build(item) : null;
}

/** A message of the reader that waits: in quarantine, where nobody else but moderators sees it, or for its room's home. */
export function heldOf(item: Item): Message | null {
  if (item.type !== 'message.quarantined') return null;
  const message = build(item);
  return message && { ...message, held: item.data.home ? 'home' : 'waiting' };
}

/** Whether parts of the message have to be fetched, because the stream did not bring them. */
export const incomplete = ({ quotes, files }: Message): boolean =>
  [...(quotes ?? []).map((quote) => quote.room), ...(files ?? []).map((file) => file.about)].some((part) => !part);

/** What happens to a message that is there. */
type Later = Exclude<Of<'message'>, { type: 'message.posted' | 'message.quarantined' }>;

/** Applies what later happened to a message, by the reader's `own` hand or another's; the same list when it is about a message
 * that is not here. */
export function change(list: Message[], item: Later, own = false): Message[] {
  const id = item.data.message;
  const index = list.findIndex((message) => message.id === id);
  if (index < 0) return list;
  const next = changed(list[index]!, item, own);
  return next ? list.with(index, next) : list.toSpliced(index, 1);
}

const EMPTY = { text: '', payload: undefined, quotes: undefined, files: undefined, reactions: undefined };

/** The message as it is then; null when it is not there any more. */
function changed(old: Message, item: Later, own: boolean): Message | null {
  switch (item.type) {
    case 'message.reacted':
    case 'message.unreacted': {
      const by = item.from?.id ?? '';
      const on = item.type === 'message.reacted';
      return { ...old, reactions: reacted(old.reactions ?? [], item.data.reaction, by, on, own) };
    }
    case 'message.pinned':
    case 'message.unpinned':
      return old;
    case 'message.deleted':
      return { ...old, deleted: true, ...EMPTY };
    case 'message.redacted':
      return { ...old, redacted: true, ...EMPTY };
    case 'message.rescanned':
      return { ...old, guard: item.data.guard };
    case 'message.reviewed':
      // A released message is posted anew, at its own place.
      return item.data.released ? null : { ...old, held: old.held === 'home' ? 'away' : 'rejected' };
    case 'message.edited':
      return {
        ...old,
        text: item.data.text ?? old.text,
        mentions: item.data.mentions ?? old.mentions,
        edited_at: item.at,
        // The signature was of the text before.
        signed: undefined,
        ...(item.data.guard && { guard: item.data.guard }),
      };
  }
}

/** The reactions after one more, or one less; what is there already is not counted twice. */
function reacted(list: Reactions[], reaction: string, who: string, on: boolean, own: boolean): Reactions[] {
  const index = list.findIndex((one) => one.reaction === reaction);
  const old = list[index] ?? { reaction, count: 0, by: [] };
  const named = old.by.includes(who);
  // Answers name the first few only: somebody who is not named may be there all the same.
  if (on ? named : !named && old.count === old.by.length) return list;
  const by = on ? [...old.by, who] : old.by.filter((one) => one !== who);
  const next = { ...old, by, count: old.count + (on ? 1 : -1), ...(own && { own: on }) };
  if (index < 0) return [...list, next];
  return next.count > 0 ? list.with(index, next) : list.toSpliced(index, 1);
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

/** A row that did not change stays the same object as in `former`, so that only what changed is drawn again. */
export function rows(
  list: readonly Message[],
  dayOf: (at: string) => string,
  readSeq: number,
  me: string,
  former: readonly Row[] = [],
): Row[] {
  let before: Message | undefined;
  let marked = false;
  const known = new Map(former.map((row) => [row.message, row]));
  return list.map((message) => {
    const day = !before || dayOf(before.at) !== dayOf(message.at);
    const unread = !marked && readSeq > 0 && message.seq > readSeq && message.from.id !== me;
    if (unread) marked = true;
    const head = day || unread || !before || !sameBreath(before, message);
    before = message;
    const row = known.get(message);
    const same = row && row.day === day && row.head === head && row.unread === unread;
    return same ? row : { message, day, head, unread };
  });
}

function sameBreath(a: Message, b: Message): boolean {
  return (
    a.from.id === b.from.id &&
    !b.reply_to &&
    b.priority === 'next' &&
    !a.deleted &&
    !a.redacted &&
    marksOf(a) === marksOf(b) &&
    Date.parse(b.at) - Date.parse(a.at) < GROUP_MS_MAX
  );
}

/** Everything about a message that a reader must see before the words: what differs stands under a name of its own. */
function marksOf(message: Message): string {
  const { trust, command, guard, relayed, released, signed, held, labels, closing, scheduled } = message;
  const from = relayed ? `${relayed.origin} ${relayed.sender}` : '';
  return [
    trust,
    command ?? false,
    guard?.marked ?? false,
    from,
    released ? 'released' : '',
    signed?.revoked ? 'revoked' : '',
    held,
    labels?.join(),
    closing ?? false,
    scheduled?.name,
  ].join('|');
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
    trust: me.trust,
    ...(draft.signed && { signed: { key: draft.signed.key, sig: draft.signed.sig } }),
    ...(draft.quotes && { quotes: draft.quotes.map(named) }),
    ...(draft.files && { files: draft.files }),
    reply_to: draft.reply_to,
    thread: draft.thread,
  };
}
