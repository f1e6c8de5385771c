// Messages that were written and not yet confirmed, kept in this browser so that closing the page does not lose them.

import type { Draft } from './timeline.ts';

const PREFIX = 'mesh.outbox.';
/** As many as a person could still be waiting for; the browser gives a page about 5 MB. */
const DRAFTS_MAX = 200;

export function loadOutbox(me: string): Draft[] {
  try {
    const stored = JSON.parse(localStorage.getItem(PREFIX + me) ?? '[]') as Draft[];
    return Array.isArray(stored) ? stored : [];
  } catch {
    return [];
  }
}

export function saveOutbox(me: string, drafts: readonly Draft[]): void {
  try {
    if (drafts.length === 0) localStorage.removeItem(PREFIX + me);
    else localStorage.setItem(PREFIX + me, JSON.stringify(drafts.slice(-DRAFTS_MAX)));
  } catch {
    // Storage can be full or forbidden; the messages are then kept by this page alone, and leaving it asks first.
  }
}
