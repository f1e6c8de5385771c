// One task as its page shows it: words, attempts, output as it comes, numbers, and the graph it is part of.

import { about, type Of } from '../api/events.ts';
import { explain } from '../api/problem.ts';
import type { Item, Output, ProvenanceView, TaskDetail, TaskPiece, TaskView, TaskWhy } from '../api/types.ts';
import { people } from '../participant/people.svelte.ts';
import { rooms } from '../room/rooms.svelte.ts';
import { activity } from '../shell/activity.svelte.ts';
import { desk } from '../shell/desk.svelte.ts';
import { Gather } from '../shell/gather.ts';
import { mesh } from '../shell/mesh.svelte.ts';
import { done, offered } from './deeds.ts';
import { type Live, settled, streamed } from './live.ts';

const PAUSE_MS = 150;
/** Tasks of a graph that are drawn. */
const GRAPH_MAX = 200;

export class OneTask {
  readonly id: string;
  detail = $state.raw<TaskDetail | null>(null);
  pieces = $state.raw<TaskPiece[]>([]);
  /** What is printed at this moment and not stored yet. */
  live = $state.raw<Live | null>(null);
  why = $state.raw<TaskWhy | null>(null);
  provenance = $state.raw<ProvenanceView | null>(null);
  graph = $state.raw<TaskView[]>([]);
  problem = $state('');
  /** Why a part could not be read; the rest is shown. */
  missing = $state.raw<string[]>([]);
  readonly room = $derived(this.detail ? rooms.byId.get(this.detail.room) : undefined);
  /** What this reader may do about it. */
  readonly can = $derived(this.detail ? offered(this.detail) : []);
  readonly questions = $derived(desk.approvals.filter((one) => one.task === this.id));
  /** Who has it, or did it. */
  readonly worker = $derived(
    this.detail?.attempt ? people.byId.get(this.detail.attempt.worker) : this.detail?.result?.worker,
  );
  readonly #gather = new Gather(() => this.#read(), PAUSE_MS);

  constructor(id: string) {
    this.id = id;
  }

  load(): Promise<void> {
    return this.#gather.now();
  }

  /** Takes in what happens from now on; the result ends that, and this. */
  follow(): () => void {
    const stop = activity.listen((happening) => {
      if (happening.type === 'work' || happening.type === 'governed') this.hear(happening.item);
      else if (happening.type === 'output') this.print(happening.output);
    });
    return () => {
      stop();
      this.end();
    };
  }

  /** Says whether the result is good: it counts for whoever did it. */
  async confirm(good: boolean): Promise<void> {
    const { detail: task } = this;
    if (!task) return;
    const said = `The result counts as ${good ? 'good' : 'bad'} for ${task.result?.worker.handle}.`;
    await done(() => mesh.call('task.confirm', { task: task.id, good }), said);
  }

  async #read(): Promise<void> {
    try {
      this.detail = await mesh.call('task.get', { task: this.id });
      this.problem = '';
    } catch (error) {
      this.problem = explain(error);
      return;
    }
    const { needs, needed_by, result } = this.detail;
    const linked = (needs?.length ?? 0) + (needed_by?.length ?? 0) > 0;
    const missing: string[] = [];
    const part = async (name: string, read: () => Promise<void>) => {
      try {
        await read();
      } catch (error) {
        missing.push(`${name} could not be read. ${explain(error)}`);
      }
    };
    await Promise.all([
      part('The output', async () => this.#add(await this.#output())),
      part('Why it is where it is', async () => {
        this.why = await mesh.call('task.why', { task: this.id });
      }),
      part('Where the result comes from', async () => {
        this.provenance = result ? await mesh.call('task.provenance', { task: this.id }) : null;
      }),
      part('The graph', async () => {
        this.graph = linked ? (await mesh.call('task.list', { graph: this.id, limit: GRAPH_MAX })).items : [];
      }),
    ]);
    this.missing = missing;
  }

  async #output(): Promise<TaskPiece[]> {
    const all: TaskPiece[] = [];
    let after = this.pieces.at(-1)?.seq;
    for (;;) {
      const page = await mesh.call('task.output', { task: this.id, after, limit: 500 });
      all.push(...page.items);
      if (page.next === null || page.items.length === 0) return all;
      after = page.next;
    }
  }

  #add(more: TaskPiece[]): void {
    if (more.length === 0) return;
    const by = new Map([...this.pieces, ...more].map((piece) => [piece.seq, piece]));
    this.pieces = [...by.values()].sort((a, b) => a.seq - b.seq);
    for (const piece of more) this.live = settled(this.live, piece.fence, piece.output?.text ?? '');
  }

  hear(item: Item): void {
    if (about(item, 'task')) this.#worked(item);
    // A question holds its task up, and an answer lets it go on, without a word about the task itself.
    else if (about(item, 'worker', 'dispatch', 'approval')) this.#gather.ask();
    // Who may execute in its room.
    else if (about(item, 'room') && item.room === this.detail?.room) this.#gather.ask();
  }

  #worked(item: Of<'task'>): void {
    const { task } = item.data;
    const mine = task === this.id;
    if (mine && item.type === 'task.redacted') this.pieces = [];
    if (!mine && !this.graph.some((one) => one.id === task)) return;
    if (item.type === 'task.lease_extended') return;
    // A piece brings its words along; everything else is asked for.
    if (mine && item.type === 'task.progressed' && item.data.text !== undefined && !item.data.enveloped) {
      const { fence, text } = item.data;
      this.#add([{ seq: item.seq, at: item.at, kind: 'progress', fence, worker: item.from, output: { text } }]);
    } else this.#gather.ask();
  }

  print(output: Output): void {
    if (output.task === this.id) this.live = streamed(this.live, output.fence, output.text);
  }

  end(): void {
    this.#gather.end();
  }
}
