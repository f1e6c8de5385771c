// The state of the link to the node, in words that say what it means for the reader's data.

import type { Link } from '../api/socket.ts';
import type { Status } from '../api/types.ts';

class Connection {
  link = $state<Link>('connecting');
  /** When the next attempt begins, while offline. */
  retryAt = $state<number | null>(null);
  /** Since when the link is down, for "as of". */
  since = $state<number | null>(null);
  /** The last seq of the log this page knows of. */
  head = $state(0);
  status = $state.raw<Status | null>(null);
  /** How often the stream had a hole that was read again. */
  gaps = $state(0);

  readonly live = $derived(this.link === 'live');

  set(link: Link, retryAt: number | null): void {
    if (link === 'live') this.since = null;
    else if (this.since === null) this.since = Date.now();
    // A new attempt is not shown as a change while the link was already known to be down.
    this.link = link === 'connecting' && this.link === 'offline' ? 'offline' : link;
    this.retryAt = retryAt;
  }
}

export const connection = new Connection();
