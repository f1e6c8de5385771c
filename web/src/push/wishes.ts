// What its reader wants to hear lies on the node, so that it holds in every browser and for notifications; the page shows rooms by it.

import type { Attention, Hears } from '../api/types.ts';
import { people } from '../participant/people.svelte.ts';
import { attention, type Level } from '../room/attention.svelte.ts';
import { mesh } from '../shell/mesh.svelte.ts';

/** Whose wishes of this browser the node knows: they were here before it kept any. */
const KEY = 'mesh.attention.told';

export type Wishes = Omit<Attention, 'held_until'>;

export const read = (): Promise<Attention> => mesh.call('attention.get');

export async function change(part: Partial<Wishes>, of?: Attention): Promise<Attention> {
  const { held_until: _, ...wishes } = of ?? (await read());
  return mesh.call('attention.set', { ...wishes, ...part });
}

/** What of a room is heard from now on; of one that is not named, what names its reader. */
export async function hear(room: string, hears: Hears | null, of?: Attention): Promise<Attention> {
  const kept = of ?? (await read());
  const others = kept.rooms.filter((one) => one.room !== room);
  return change({ rooms: hears ? [...others, { room, hears }] : others }, kept);
}

/** The page's own lists follow. */
export function show({ rooms }: Attention): void {
  const told = attention.told;
  attention.told = undefined;
  const known = new Map(rooms.map((one) => [one.room, one.hears]));
  for (const room of new Set([...known.keys(), ...attention.levels().keys()])) {
    const level = known.get(room) ?? 'all';
    if (attention.level(room) !== level) attention.wish(room, { level });
  }
  attention.told = told;
}

/** Takes what the node keeps, and tells it of what is wished for at a room's bell. */
export async function follow(): Promise<void> {
  const me = people.me?.id ?? '';
  attention.told = (room: string, level: Level) =>
    void hear(room, level === 'all' ? null : level).catch(() => undefined);
  try {
    let kept = await read();
    if (localStorage.getItem(KEY) !== me) {
      const known = new Set(kept.rooms.map((one) => one.room));
      const here = [...attention.levels()].filter(([room]) => !known.has(room));
      if (here.length > 0)
        kept = await change({ rooms: [...kept.rooms, ...here.map(([room, hears]) => ({ room, hears }))] }, kept);
      localStorage.setItem(KEY, me);
    }
    show(kept);
  } catch {
    // What this browser knows goes on; the next connection tries again.
  }
}
