// Messages that wait for this reader as a moderator.

import type { ItemOf } from '../api/events.ts';
import { explain } from '../api/problem.ts';
import type { Quarantined } from '../api/types.ts';
import { rooms } from '../room/rooms.svelte.ts';
import { Gather } from '../shell/gather.ts';
import { mesh } from '../shell/mesh.svelte.ts';

const PAUSE_MS = 100;

class Quarantine {
  waiting = $state.raw<Quarantined[]>([]);
  loaded = $state(false);
  problem = $state('');
  /** Whether there is a room that this reader moderates. */
  readonly moderates = $derived([...rooms.byId.values()].some((room) => room.capabilities.includes('moderate')));
  readonly #gather = new Gather(() => this.#read(), PAUSE_MS);

  load(): Promise<void> {
    return this.#gather.now();
  }

  async #read(): Promise<void> {
    try {
      this.waiting = (await mesh.call('quarantine.list')).items;
      this.problem = '';
    } catch (error) {
      this.problem = explain(error);
    } finally {
      this.loaded = true;
    }
  }

  /** Of the stream: something waits, or somebody decided. */
  apply(item: ItemOf<'message.quarantined' | 'message.reviewed'>): void {
    if (item.type === 'message.reviewed') this.drop(item.data.message);
    if (this.moderates) this.#gather.ask();
  }

  drop(message: string): void {
    this.waiting = this.waiting.filter((one) => one.message.id !== message);
  }
}

export const quarantine = new Quarantine();
