// What happens right now: the pace of messages, who is typing, and the happenings that the world shows as light.

import { SvelteMap } from 'svelte/reactivity';
import type { ItemOf, Of } from '../api/events.ts';
import type { Item, Message, Output, Person, Stands } from '../api/types.ts';

export type Happening =
  | { type: 'message'; message: Message }
  | { type: 'arrived' | 'left'; participant: string }
  | { type: 'joined' | 'parted'; participant: string; room: string }
  /** Rules, moderation, keys or secrets changed. */
  | { type: 'governed'; item: Item }
  /** Words reached a session, or an act waits for a person's word, has it or is done. */
  | { type: 'influence'; item: Of<'act'> | ItemOf<'session.influenced'> }
  /** Something happened to a task, a worker, an approval, a budget, a template or a memory. */
  | { type: 'work'; item: Item }
  /** A file of a room was put, removed or erased. */
  | { type: 'file'; item: Of<'file'> }
  /** A message is not what it was. */
  | { type: 'changed'; item: Of<'message'> }
  | { type: 'output'; output: Output }
  /** Somebody stands somewhere else in a room, or is out of the reader's range. */
  | { type: 'stands'; event: Stands };

/** Somebody who stopped without saying so is forgotten after this time. */
const TYPING_MS_MAX = 8_000;
const PACE_MS = 60_000;

class Activity {
  /** When each message of the last minute came. */
  #times = $state.raw<number[]>([]);
  #listeners = new Set<(happening: Happening) => void>();
  /** The clock of this page, for times that are told as "ago". */
  now = $state(Date.now());
  readonly typing = new SvelteMap<string, { room: string; person: Person; until: number }>();
  readonly perMinute = $derived(this.#times.filter((time) => time > this.now - PACE_MS).length);

  tick(now: number): void {
    this.now = now;
    if (this.#times.length > 0 && this.#times[0]! < now - PACE_MS) {
      this.#times = this.#times.filter((time) => time > now - PACE_MS);
    }
    for (const [key, one] of this.typing) if (one.until < now) this.typing.delete(key);
  }

  tell(happening: Happening): void {
    if (happening.type === 'message') {
      const { from, room } = happening.message;
      this.#times = [...this.#times, Date.now()];
      this.typing.delete(`${room} ${from.id}`);
    }
    for (const listener of this.#listeners) listener(happening);
  }

  /** Tells each happening from now on; the result ends it. */
  listen(listener: (happening: Happening) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  types(room: string, person: Person, typing: boolean): void {
    const key = `${room} ${person.id}`;
    if (typing) this.typing.set(key, { room, person, until: Date.now() + TYPING_MS_MAX });
    else this.typing.delete(key);
  }

  typingIn(room: string): Person[] {
    return [...this.typing.values()].filter((one) => one.room === room).map((one) => one.person);
  }
}

export const activity = new Activity();
