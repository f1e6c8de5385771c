// What the graph needs beside what the world knows: machines, as those who run on them say, and other meshes. Each is asked for as
// far as the reader may.

import { about } from '../../api/events.ts';
import type { Link } from '../../api/types.ts';
import { people } from '../../participant/people.svelte.ts';
import { rooms } from '../../room/rooms.svelte.ts';
import type { Happening } from '../../shell/activity.svelte.ts';
import { connection } from '../../shell/connection.svelte.ts';
import { Gather } from '../../shell/gather.ts';
import { plain } from '../../shell/markdown.ts';
import { mesh } from '../../shell/mesh.svelte.ts';
import type { WorldData, WorldWork } from '../scene-view.ts';
import type { Sources } from './graph.ts';

/** Who comes and goes is asked for together, and not more often than this. */
const PAUSE_MS = 2_500;
const HOST_MAX = 60;

export class GraphSources {
  #hosts = $state.raw<Sources['hosts']>([]);
  #links = $state.raw<readonly Link[]>([]);
  /** All that can be had was asked for once. */
  loaded = $state(false);
  readonly #gather = new Gather(() => this.#read(), PAUSE_MS);

  load(): void {
    void this.#gather.now().catch(() => undefined);
  }

  hear(happening: Happening): void {
    if (happening.type === 'arrived' || happening.type === 'left') this.#gather.ask();
    else if (happening.type === 'work' && about(happening.item, 'worker')) this.#gather.ask();
  }

  end(): void {
    this.#gather.end();
  }

  /** What cannot be had is left out; the rest is there without it. */
  async #read(): Promise<void> {
    const none = () => ({ items: [] });
    const [sessions, workers, links] = await Promise.all([
      mesh.may('agents:read') ? mesh.call('session.list', {}).catch(none) : none(),
      mesh.may('tasks:read') ? mesh.call('worker.list', {}).catch(none) : none(),
      mesh.may('admin:federation') ? mesh.call('link.list', {}).catch(none) : none(),
    ]);
    const hosts = new Map<string, string>();
    const named = (participant: string, name: string | null | undefined) => {
      const host = plain(name ?? '', HOST_MAX).trim();
      if (host !== '') hosts.set(participant, host);
    };
    for (const { participant, client } of sessions.items) named(participant.id, client.hostname);
    for (const { worker, machine } of workers.items) named(worker.id, machine);
    this.#hosts = [...hosts].map(([participant, name]) => ({ participant, name }));
    this.#links = links.items;
    this.loaded = true;
  }

  of(data: WorldData, work: WorldWork): Sources {
    return {
      mesh: connection.status?.name || 'this mesh',
      rooms: data.rooms,
      people: data.bodies.map((body) => ({ ...body, parent: people.byId.get(body.id)?.parent ?? null })),
      tasks: work.tasks,
      hosts: this.#hosts,
      links: this.#links.map((link) => ({
        id: link.id,
        name: link.name,
        participant: link.participant.id,
        open: link.state === 'open',
        trust: link.participant.trust,
        rooms: [
          ...link.shared.map((one) => one.room),
          ...link.offered.flatMap((one) => (one.room !== null && one.open ? [one.room] : [])),
        ].filter((room) => rooms.byId.has(room)),
      })),
    };
  }
}
