// Messages that wait for this reader as a moderator.

import type { ItemOf } from '../api/events.ts';
import { explain } from '../api/problem.ts';
import type { Quarantined } from '../api/types.ts';
import { rooms } from '../room/rooms.svelte.ts';
import { mesh } from '../shell/mesh.svelte.ts';

class Quarantine {
  waiting = $state.raw<Quarantined[]>([]);
  loaded = $state(false);
  problem = $state('');
  /** Whether there is a room that this reader moderates. */
  readonly moderates = $derived([...rooms.byId.values()].some((room) => room.capabilities.includes('moderate')));
  #asking = false;
  #again = false;

  /** Asks the node; questions that come meanwhile are answered by one more. */
  async load(): Promise<void> {
    if (this.#asking) {
      this.#again = true;
      return;
    }
    this.#asking = true;
    try {
      this.waiting = (await mesh.call('quarantine.list')).items;
      this.problem = '';
    } catch (error) {
      this.problem = explain(error);
    } finally {
      this.loaded = true;
      this.#asking = false;
    }
    if (this.#again) {
      this.#again = false;
      await this.load();
    }
  }

  /** Of the stream: something waits, or somebody decided. */
  apply(item: ItemOf<'message.quarantined' | 'message.reviewed'>): void {
    if (item.type === 'message.reviewed') this.drop(item.data.message);
    if (this.moderates) void this.load();
  }

  drop(message: string): void {
    this.waiting = this.waiting.filter((one) => one.message.id !== message);
  }
}

export const quarantine = new Quarantine();
