// The invitations into rooms that wait for this reader, and for those below it.

import type { Invitation, Item } from '../api/types.ts';
import { activity } from '../shell/activity.svelte.ts';
import { mesh } from '../shell/mesh.svelte.ts';

/** What makes or ends an invitation. */
export const touches = (item: Item): boolean =>
  item.type === 'room.member_invited' ||
  item.type === 'room.invitation_declined' ||
  item.type === 'room.member_joined' ||
  item.type === 'room.member_banned' ||
  item.type === 'room.archived';

class Invitations {
  waiting = $state.raw<Invitation[]>([]);
  #started = false;

  start(): void {
    void this.load();
    if (this.#started) return;
    this.#started = true;
    activity.listen((happening) => {
      if (happening.type === 'governed' && touches(happening.item)) void this.load();
    });
  }

  async load(): Promise<void> {
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
