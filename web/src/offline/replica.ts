// What this browser keeps of the mesh for when the node is away: one state and the rooms that were opened, of one person. It is
// bounded, says as of which place in the log it is, and is thrown away whole rather than guessed at.

import type {
  ActView,
  ApprovalView,
  Invitation,
  Me,
  Message,
  Participant,
  Quarantined,
  Room,
  Status,
} from '../api/types.ts';
import type { Listed } from '../inbox/inbox.svelte.ts';

const NAME = 'mesh';
/** Rooms, the longest unopened go first; messages of each, the newest; and their size as text. */
export const ROOMS_MAX = 40;
export const MESSAGES_MAX = 200;
export const CHARS_MAX = 400_000;

export interface State {
  /** The key of this page's sign-in: what another one has left is not shown. */
  key: string | undefined;
  /** The place in the log up to which everything is taken in, and when that was. */
  seq: number;
  at: number;
  me: Me;
  status: Status | null;
  people: Participant[];
  rooms: Room[];
  members: [string, ReadonlySet<string>][];
  approvals: ApprovalView[];
  acts: ActView[];
  invitations: Invitation[];
  held: Quarantined[];
  work: { running: number; blocked: number; micros: number };
  inbox: Listed;
}

export interface KeptRoom {
  room: string;
  messages: Message[];
  older: boolean;
  /** When it was last kept. */
  at: number;
}

const done = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

let opening: Promise<IDBDatabase> | undefined;

function database(): Promise<IDBDatabase> {
  opening ??= (async () => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore('state');
      request.result.createObjectStore('rooms', { keyPath: 'room' });
    };
    const opened = await done(request);
    // Another tab erases it, or brings a newer form.
    opened.onversionchange = () => {
      opened.close();
      opening = undefined;
    };
    return opened;
  })();
  opening.catch(() => {
    opening = undefined;
  });
  return opening;
}

/** One transaction; what `work` asks for is done whole or not at all. */
async function transact(work: (state: IDBObjectStore, rooms: IDBObjectStore) => void): Promise<void> {
  const all = (await database()).transaction(['state', 'rooms'], 'readwrite');
  work(all.objectStore('state'), all.objectStore('rooms'));
  await new Promise<void>((resolve, reject) => {
    all.oncomplete = () => resolve();
    all.onabort = () => reject(all.error);
  });
}

export async function readState(): Promise<State | undefined> {
  const store = (await database()).transaction('state').objectStore('state');
  return (await done(store.get('state'))) as State | undefined;
}

export async function readRoom(room: string): Promise<KeptRoom | undefined> {
  const store = (await database()).transaction('rooms').objectStore('rooms');
  return (await done(store.get(room))) as KeptRoom | undefined;
}

export async function readRooms(): Promise<KeptRoom[]> {
  const store = (await database()).transaction('rooms').objectStore('rooms');
  return (await done(store.getAll())) as KeptRoom[];
}

/** The newest messages, as many as fit. */
export function bounded(messages: readonly Message[]): Message[] {
  let from = messages.length;
  for (let left = CHARS_MAX; from > 0 && messages.length - from < MESSAGES_MAX; from--) {
    left -= JSON.stringify(messages[from - 1]).length;
    if (left < 0) break;
  }
  return messages.slice(from);
}

/** Puts the state with the rooms that changed; `gone` are those that are kept no more. */
export const write = (value: State, changed: readonly KeptRoom[], gone: readonly string[]): Promise<void> =>
  transact((state, rooms) => {
    state.put(value, 'state');
    for (const one of changed) rooms.put(one);
    for (const room of gone) rooms.delete(room);
  });

export const writeRooms = (changed: readonly KeptRoom[]): Promise<void> =>
  transact((_, rooms) => {
    for (const one of changed) rooms.put(one);
  });

export const forgetRooms = (): Promise<void> =>
  transact((_, rooms) => {
    rooms.clear();
  });

/** Where the nodes of the graph were for somebody, so that it looks tomorrow as it did today. */
export interface Places {
  mesh: string;
  me: string;
  at: Record<string, readonly [number, number, number]>;
}

export async function readPlaces(): Promise<Places | undefined> {
  const store = (await database()).transaction('state').objectStore('state');
  return (await done(store.get('places'))) as Places | undefined;
}

export const writePlaces = (places: Places): Promise<void> => transact((state) => void state.put(places, 'places'));

/** Nothing is left, also of what another tab holds open. */
export async function erase(): Promise<void> {
  const open = await opening?.catch(() => undefined);
  open?.close();
  opening = undefined;
  await done(indexedDB.deleteDatabase(NAME));
}
