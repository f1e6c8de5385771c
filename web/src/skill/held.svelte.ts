// Skills that nobody may use before this reader has looked at them. The node tells them room by room.

import { MeshProblem } from '../api/problem.ts';
import type { Room, SkillView } from '../api/types.ts';
import { people } from '../participant/people.svelte.ts';
import { rooms } from '../room/rooms.svelte.ts';
import { mesh } from '../shell/mesh.svelte.ts';

/** As many rooms as are asked about at once. */
const ROOMS_AT_ONCE = 8;
const VERSIONS_MAX = 500;

class HeldSkills {
  waiting = $state.raw<SkillView[]>([]);
  /** Rooms where something happened since they were asked about; null: all of them. */
  #changed: Set<string> | null = null;

  /** What is known is as old as the page's last link to the node. */
  forget(): void {
    this.#changed = null;
  }

  changed(room: string): void {
    this.#changed?.add(room);
  }

  async load(): Promise<void> {
    if (!mesh.may('memory:read')) return;
    const only = this.#changed;
    const since = new Set<string>();
    this.#changed = since;
    try {
      const read = [...rooms.byId.values()].filter((room) => room.capabilities.includes('data-read'));
      const asked = only ? read.filter((room) => only.has(room.id)) : read;
      const kept = this.waiting.filter((one) => only && !only.has(one.room));
      const found: SkillView[] = [];
      for (let at = 0; at < asked.length; at += ROOMS_AT_ONCE)
        found.push(...(await Promise.all(asked.slice(at, at + ROOMS_AT_ONCE).map(heldIn))).flat());
      this.waiting = [...kept, ...found.filter(answerable)];
    } catch (error) {
      this.#changed = only && new Set([...only, ...since]);
      throw error;
    }
  }
}

async function heldIn(room: Room): Promise<SkillView[]> {
  try {
    return (await mesh.call('skill.list', { room: room.id, held: true, limit: VERSIONS_MAX })).items;
  } catch (error) {
    // A room that is gone, or closed to this reader meanwhile.
    if (error instanceof MeshProblem && [403, 404].includes(error.problem.status)) return [];
    throw error;
  }
}

/** The node lists one's own too; a stranger waits for somebody else's word on those. */
const answerable = (skill: SkillView): boolean =>
  skill.by.id !== people.me?.id || people.me.trust === 'owner' || people.me.trust === 'local';

export const heldSkills = new HeldSkills();
