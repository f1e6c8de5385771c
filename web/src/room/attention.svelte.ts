// How much a reader wants to hear of each room. The node counts what is unread; what of it is shown is the reader's own. It is kept in
// this browser, and levels on the node as well.

import type { Room } from '../api/types.ts';

export type Level = 'all' | 'mentions' | 'nothing';
export type Order = 'name' | 'activity';

interface Wish {
  level?: Level;
  favourite?: boolean;
}

const KEY = 'mesh.attention.';
/** As many rooms as anybody sets by hand; older ones go first. */
const ROOMS_MAX = 500;

class Attention {
  #me = '';
  #wishes = $state.raw<Record<string, Wish>>({});
  order = $state<Order>('name');
  /** Who is told of another level. */
  told?: (room: string, level: Level) => void;

  /** Reads what this person wished for in this browser. */
  start(me: string): void {
    this.#me = me;
    try {
      const kept = JSON.parse(localStorage.getItem(KEY + me) ?? '{}') as {
        rooms?: Record<string, Wish>;
        order?: Order;
      };
      this.#wishes = kept.rooms ?? {};
      this.order = kept.order === 'activity' ? 'activity' : 'name';
    } catch {
      // What cannot be read is as if nothing was wished for.
    }
  }

  level(room: string): Level {
    return this.#wishes[room]?.level ?? 'all';
  }

  favourite(room: string): boolean {
    return this.#wishes[room]?.favourite ?? false;
  }

  wish(room: string, wish: Wish): void {
    const { [room]: before, ...others } = this.#wishes;
    const next = { ...before, ...wish };
    const plain = (next.level ?? 'all') === 'all' && !next.favourite;
    this.#wishes = plain ? others : Object.fromEntries(Object.entries({ ...others, [room]: next }).slice(-ROOMS_MAX));
    this.#keep();
    if (wish.level) this.told?.(room, wish.level);
  }

  /** The rooms with another level than most. */
  levels(): Map<string, Level> {
    return new Map(
      Object.entries(this.#wishes).flatMap(([room, { level }]) => (level && level !== 'all' ? [[room, level]] : [])),
    );
  }

  sortBy(order: Order): void {
    this.order = order;
    this.#keep();
  }

  #keep(): void {
    try {
      localStorage.setItem(KEY + this.#me, JSON.stringify({ rooms: this.#wishes, order: this.order }));
    } catch {
      // Storage can be full or forbidden; then it holds as long as the page.
    }
  }

  /** How much of what is unread in a room asks for the reader. */
  unread(room: Room): number {
    const level = this.level(room.id);
    if (!room.member || level === 'nothing') return 0;
    return level === 'mentions' ? room.unread_mentions : room.unread;
  }

  mentions(room: Room): number {
    return this.level(room.id) === 'nothing' ? 0 : room.unread_mentions;
  }

  /** The rooms in the reader's order; what is muted stands last. */
  sorted(list: readonly Room[]): Room[] {
    const muted = (room: Room) => Number(this.level(room.id) === 'nothing');
    const newest = this.order === 'activity';
    return list.toSorted((a, b) => muted(a) - muted(b) || (newest ? b.last_seq - a.last_seq : 0));
  }
}

export const attention = new Attention();
