// The links to other meshes as the node tells them, for as long as something on the page shows them.

import { about } from '../api/events.ts';
import { explain } from '../api/problem.ts';
import type { Link } from '../api/types.ts';
import { activity, type Happening } from '../shell/activity.svelte.ts';
import { connection } from '../shell/connection.svelte.ts';
import { Gather } from '../shell/gather.ts';
import { mesh } from '../shell/mesh.svelte.ts';

/** Much happens at once when two meshes meet. */
const PAUSE_MS = 200;

class Links {
  list = $state.raw<Link[] | null>(null);
  problem = $state('');
  /** The link that is opened on the page, by its id or by what its peer is called. */
  chosen = $state(new URLSearchParams(location.search).get('link') ?? '');
  #shown = 0;
  #deaf: (() => void) | undefined;
  #gather = new Gather(() => this.#load(), PAUSE_MS);

  /** Whether the reader's credential may see them at all. */
  get may(): boolean {
    return mesh.may('admin:federation');
  }

  /** Keeps the list as it is on the node from now on; the result ends it. */
  watch(): () => void {
    this.#shown += 1;
    if (this.#shown === 1) this.#deaf = activity.listen((happening) => this.#hear(happening));
    void this.now();
    return () => {
      this.#shown -= 1;
      if (this.#shown > 0) return;
      this.#deaf?.();
      // What is shown next time may have changed meanwhile.
      this.list = null;
    };
  }

  /** The link for which somebody speaks here. */
  of(participant: string): Link | undefined {
    return this.list?.find((link) => link.participant.id === participant);
  }

  /** Asks now: what was asked before may be older than what was just done. */
  async now(): Promise<void> {
    if (connection.live && this.may) await this.#gather.now().catch(() => {});
  }

  #hear(happening: Happening): void {
    switch (happening.type) {
      case 'governed':
      case 'work':
        if (about(happening.item, 'link') || this.#lent(happening.item.type)) this.#gather.ask();
        return;
      case 'arrived':
      case 'left':
        if (this.of(happening.participant)) this.#gather.ask();
        return;
      case 'message':
        if (this.#shares(happening.message.room)) this.#gather.ask();
    }
  }

  /** Whether what happened changes which tasks a peer has. */
  #lent(kind: string): boolean {
    return (
      /^task\.(?:taken|finished|attempt_failed|cancelled|created)$/.test(kind) &&
      this.list?.some((link) => link.lends || link.borrows) === true
    );
  }

  #shares(room: string): boolean {
    return (
      this.list?.some(
        (link) => link.shared.some((one) => one.room === room) || link.offered.some((one) => one.room === room),
      ) === true
    );
  }

  async #load(): Promise<void> {
    try {
      const { items } = await mesh.call('link.list');
      this.list = items.toSorted((a, b) => (a.name < b.name ? -1 : 1));
      this.problem = '';
    } catch (error) {
      this.problem = explain(error);
    }
  }
}

export const links = new Links();
