// What a reader has taken in, by place: everything of a room up to the last message that was in sight.

import type { Call } from '../api/call.ts';
import type { Message, Room } from '../api/types.ts';
import { pageKeyHeader } from '../login/pageKey.ts';
import { people } from '../participant/people.svelte.ts';
import { rooms } from '../room/rooms.svelte.ts';
import { type ByHand, byHand, keepByHand } from './kept.ts';

/** Places are told together: a reader who scrolls passes many. */
const PAUSE_MS = 250;
/** The node's limit of one acknowledgement. */
const SEQS_MAX = 500;

export class Reading {
  readonly #call: Call;
  readonly #told = new Map<string, number>();
  readonly #waiting = new Set<number>();
  /** Told, and not answered yet. */
  readonly #sent = new Set<number>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(call: Call) {
    this.#call = call;
    addEventListener('pagehide', () => this.#leave());
  }

  /** Everything of the room up to `seq` was read; `messages` are those of the room that are at hand, up to its end. */
  upTo(room: Room, seq: number, messages: readonly Message[]): void {
    if (!room.member || seq <= 0) return;
    const me = people.me?.id ?? '';
    const marked = byHand(me)[room.id];
    if (room.unread > 0 || marked) {
      this.#tellFrom(room, seq, messages, me);
      const left = unreadAfter(seq, messages, me);
      this.#left(room.id, left);
      if (marked) keepByHand(me, room.id, left.messages > 0 ? left : null);
    } else this.#tellFrom(room, seq, messages, me);
  }

  /** What others wrote between what was told and this place. */
  #tellFrom(room: Room, seq: number, messages: readonly Message[], me: string): void {
    const first = rooms.firstUnread.get(room.id);
    const before = this.#told.get(room.id) ?? (first === undefined ? seq : first) - 1;
    if (seq <= before) return;
    this.#told.set(room.id, seq);
    for (const one of messages)
      if (one.seq > before && one.seq <= seq && one.from.id !== me) this.#waiting.add(one.seq);
    if (this.#waiting.size > 0) this.#timer ??= setTimeout(() => this.#tell(), PAUSE_MS);
  }

  #left(room: string, left: ByHand): void {
    const known = rooms.byId.get(room);
    if (known?.unread !== left.messages || known.unread_mentions !== left.mentions)
      rooms.change(room, { unread: left.messages, unread_mentions: left.mentions });
    if (left.messages === 0) rooms.firstUnread.delete(room);
    else if (rooms.firstUnread.get(room) !== left.from) rooms.firstUnread.set(room, left.from);
  }

  /** Where the first unread message stands: told by what came while the page was open, or counted from the end. */
  first(room: Room, messages: readonly Message[]): number | undefined {
    if (room.unread === 0) return undefined;
    const known = rooms.firstUnread.get(room.id);
    if (known !== undefined) return known;
    const me = people.me?.id ?? '';
    const others = messages.filter((one) => one.from.id !== me && !one.deleted && !one.held);
    const found = others.at(-Math.min(room.unread, others.length))?.seq;
    if (found !== undefined) rooms.firstUnread.set(room.id, found);
    return found;
  }

  /** From this message on the room is unread again, for this reader in this browser. */
  unread(room: Room, message: Message, messages: readonly Message[]): void {
    const me = people.me?.id ?? '';
    const left = unreadAfter(message.seq - 1, messages, me);
    this.#left(room.id, left);
    keepByHand(me, room.id, left);
  }

  /** What was marked by hand comes on top of what the node counts. */
  remember(): void {
    this.#tell();
    for (const [id, mark] of Object.entries(byHand(people.me?.id ?? ''))) {
      const room = rooms.byId.get(id);
      if (!room?.member) continue;
      rooms.change(id, {
        unread: room.unread + mark.messages,
        unread_mentions: room.unread_mentions + mark.mentions,
      });
      rooms.firstUnread.set(id, mark.from);
    }
  }

  #tell(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const seqs of pieces([...this.#waiting])) {
      for (const seq of seqs) this.#sent.add(seq);
      this.#call('inbox.ack', { seqs })
        .catch(() => {
          // Told when the node is back.
          for (const seq of seqs) this.#waiting.add(seq);
        })
        .finally(() => {
          for (const seq of seqs) this.#sent.delete(seq);
        });
    }
    this.#waiting.clear();
  }

  /** A socket ends with its page, and what it was given last may never leave. A request like this one outlives them. */
  #leave(): void {
    for (const seqs of pieces([...this.#sent, ...this.#waiting]))
      void fetch('/api/inbox/ack', {
        method: 'POST',
        keepalive: true,
        headers: { 'content-type': 'application/json', ...pageKeyHeader() },
        body: JSON.stringify({ seqs }),
      }).catch(() => {
        // The node offers the messages again.
      });
  }
}

function pieces(all: number[]): number[][] {
  return Array.from({ length: Math.ceil(all.length / SEQS_MAX) }, (_, at) =>
    all.slice(at * SEQS_MAX, (at + 1) * SEQS_MAX),
  );
}

/** What others wrote after a place. */
export function unreadAfter(seq: number, messages: readonly Message[], me: string): ByHand {
  const left = messages.filter((one) => one.seq > seq && one.from.id !== me && !one.deleted && !one.held);
  return {
    from: left[0]?.seq ?? 0,
    messages: left.length,
    mentions: left.filter((one) => one.mentions.includes(me)).length,
  };
}
