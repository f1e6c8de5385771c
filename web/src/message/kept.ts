// What a reader left where it was: the words in a box, the place in a room. Words are kept in this browser until they are sent;
// places as long as its tab lives.

import type { Priority } from '../api/types.ts';

export interface Unsent {
  text: string;
  priority: Priority;
  /** The message that it answers. */
  reply?: string;
}

/** The first message in sight, and how far below the list's upper edge it stands. */
export interface Place {
  seq: number;
  top: number;
}

const UNSENT = 'mesh.unsent.';
const PLACES = 'mesh.places.';
const BY_HAND = 'mesh.unread.';
/** As many as anybody writes at the same time; older ones go first. */
const KEPT_MAX = 100;

/** A map in the browser's storage, by a key that names its owner. */
function read<T>(storage: Storage, key: string): Record<string, T> {
  try {
    const stored: unknown = JSON.parse(storage.getItem(key) ?? '{}');
    return typeof stored === 'object' && stored !== null ? (stored as Record<string, T>) : {};
  } catch {
    return {};
  }
}

function put<T>(storage: Storage, key: string, name: string, value: T | null): void {
  const { [name]: _, ...others } = read<T>(storage, key);
  const kept = value === null ? others : { ...others, [name]: value };
  const entries = Object.entries(kept).slice(-KEPT_MAX);
  try {
    if (entries.length === 0) storage.removeItem(key);
    else storage.setItem(key, JSON.stringify(Object.fromEntries(entries)));
  } catch {
    // Storage can be full or forbidden; then it lives as long as the page.
  }
}

export const unsent = (me: string, place: string): Unsent | undefined => read<Unsent>(localStorage, UNSENT + me)[place];
export const keepUnsent = (me: string, place: string, value: Unsent): void =>
  put(localStorage, UNSENT + me, place, value.text === '' && !value.reply ? null : value);

export const placeIn = (me: string, room: string): Place | undefined => read<Place>(sessionStorage, PLACES + me)[room];
export const keepPlace = (me: string, room: string, place: Place | null): void =>
  put(sessionStorage, PLACES + me, room, place);

/** What a reader marked unread. The node knows that it was read, and tells its author so; this is a note of the reader's own. */
export interface ByHand {
  from: number;
  messages: number;
  mentions: number;
}
export const byHand = (me: string): Record<string, ByHand> => read<ByHand>(localStorage, BY_HAND + me);
export const keepByHand = (me: string, room: string, mark: ByHand | null): void =>
  put(localStorage, BY_HAND + me, room, mark);
