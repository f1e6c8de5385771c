// Rooms this participant can see, who is in them, and what is unread.

import { SvelteMap } from 'svelte/reactivity';
import type { Room } from '../api/types.ts';
import { people } from '../participant/people.svelte.ts';
import { attention } from './attention.svelte.ts';

class Rooms {
  readonly byId = new SvelteMap<string, Room>();
  /** Ids of members by room, where they have been asked for. */
  readonly members = new SvelteMap<string, ReadonlySet<string>>();

  /** Where the first unread message of a room stands, once this page knows. */
  readonly firstUnread = new SvelteMap<string, number>();

  /** Named rooms in the order they were made: their ids begin with the time. */
  readonly named = $derived([...this.byId.values()].filter((room) => room.kind !== 'direct').sort(byAge));
  readonly joined = $derived(
    this.named.filter((room) => room.member && !room.archived).sort((a, b) => title(a).localeCompare(title(b))),
  );
  readonly others = $derived(
    this.named.filter((room) => !room.member && !room.archived).sort((a, b) => title(a).localeCompare(title(b))),
  );
  readonly direct = $derived(
    [...this.byId.values()].filter((room) => room.kind === 'direct').sort((a, b) => b.last_seq - a.last_seq),
  );
  /** As they stand in the list: favourites, rooms, conversations, each in the reader's order. */
  readonly favourites = $derived(attention.sorted([...this.joined, ...this.direct].filter(favourite)));
  readonly listed = $derived(attention.sorted(this.joined.filter((room) => !favourite(room))));
  readonly talks = $derived(attention.sorted(this.direct.filter((room) => !favourite(room))));
  readonly mine = $derived([...this.favourites, ...this.listed, ...this.talks]);
  readonly unread = $derived([...this.byId.values()].reduce((sum, room) => sum + attention.unread(room), 0));

  find(name: string): Room | undefined {
    return this.byId.get(name) ?? this.named.find((room) => room.name === name);
  }

  directWith(participant: string): Room | undefined {
    return this.direct.find((room) => room.with?.id === participant);
  }

  change(id: string, values: Partial<Room>): void {
    const room = this.byId.get(id);
    if (room) this.byId.set(id, { ...room, ...values });
  }

  setAll(all: readonly Room[]): void {
    const named = new Set(all.map((room) => room.id));
    for (const id of this.byId.keys()) if (!named.has(id)) this.byId.delete(id);
    for (const room of all) this.byId.set(room.id, room);
    this.firstUnread.clear();
  }

  /** What is pinned, and what is gone and is pinned no more. */
  pin(room: string, message: string, event: string): void {
    const pinned = this.byId.get(room)?.pinned ?? [];
    const rest = pinned.filter((one) => one !== message);
    if (event === 'message.pinned') this.change(room, { pinned: [...rest, message] });
    else if (/unpinned|deleted|redacted/.test(event) && rest.length < pinned.length)
      this.change(room, { pinned: rest });
  }

  /** Adds or removes one member and keeps the count right. */
  member(room: string, participant: string, inside: boolean): void {
    const known = this.members.get(room);
    if (!known || known.has(participant) === inside) return;
    const next = new Set(known);
    if (inside) next.add(participant);
    else next.delete(participant);
    this.members.set(room, next);
    this.change(room, { members: next.size });
  }
}

const favourite = (room: Room) => attention.favourite(room.id);
const byAge = (a: Room, b: Room) => (a.id < b.id ? -1 : 1);

/** What a room is called: its name, or what the other one is called. */
export function title(room: Room): string {
  return room.kind === 'direct'
    ? room.with
      ? people.called(room.with)
      : 'direct conversation'
    : (room.name ?? room.id);
}

export const rooms = new Rooms();
