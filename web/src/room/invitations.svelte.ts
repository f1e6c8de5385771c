// The invitations into rooms that wait for this reader, and for those below it.

import type { Invitation, Item } from '../api/types.ts';
import { activity } from '../shell/activity.svelte.ts';
import { Gather } from '../shell/gather.ts';
import { mesh } from '../shell/mesh.svelte.ts';

/** What makes or ends an invitation. */
export const touches = (item: Item): boolean =>
  item.type === 'room.member_invited' ||
  item.type === 'room.invitation_declined' ||
  item.type === 'room.member_joined' ||
  item.type === 'room.member_banned' ||
  item.type === 'room.archived';

const PAUSE_MS = 50;

class Invitations {
  waiting = $state.raw<Invitation[]>([]);
  readonly #gather = new Gather(() => this.#read(), PAUSE_MS);

  constructor() {
    activity.listen((happening) => {
      if (happening.type === 'governed' && touches(happening.item)) this.#gather.ask();
    });
  }

  load(): void {
    void this.#gather.now();
  }

  async #read(): Promise<void> {
    try {
      this.waiting = (await mesh.call('member.invitations')).items;
    } catch {
      // The banner keeps what it knew; the next event or connection asks again.
    }
  }

  /** Answers one; it is gone from the page before the node tells of it. */
  async answer(one: Invitation, accept: boolean): Promise<void> {
    const input = { room: one.room, participant: one.participant.id };
    await (accept ? mesh.call('member.accept', input) : mesh.call('member.decline', input));
    this.waiting = this.waiting.filter((other) => other.seq !== one.seq);
    await mesh.refreshRoom(one.room);
  }
}

export const invitations = new Invitations();
