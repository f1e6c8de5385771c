// The tasks a board shows: loaded once, then kept up by what the stream tells of.

import { about } from '../api/events.ts';
import { explain, MeshProblem } from '../api/problem.ts';
import type { Item, TaskState, TaskView } from '../api/types.ts';
import { rooms } from '../room/rooms.svelte.ts';
import { Gather } from '../shell/gather.ts';
import { mesh } from '../shell/mesh.svelte.ts';
import type { BoardFilter } from '../shell/route.ts';
import { COLUMNS, type ColumnKey, columnOf, ended } from './words.ts';

/** Soon enough to look live, late enough to gather a burst. */
const PAUSE_MS = 150;
/** With more changes than this the lists are asked for anew. */
const ONE_BY_ONE_MAX = 12;
const OPEN_MAX = 500;
const ENDED_PAGE = 50;
const OPEN: TaskState[] = COLUMNS.flatMap((column) => column.states).filter((state) => !ended(state));
const OVER: TaskState[] = COLUMNS.flatMap((column) => column.states).filter(ended);

const PRESSING = { low: 0, medium: 1, high: 2, critical: 3 };

/** What goes first in each column. */
export function sorted<T extends Pick<TaskView, 'ended_at' | 'seq' | 'state' | 'priority' | 'urgency'>>(
  key: ColumnKey,
  tasks: T[],
): T[] {
  const byEnd = (a: T, b: T) => (b.ended_at ?? '').localeCompare(a.ended_at ?? '') || b.seq - a.seq;
  const byRank = (a: T, b: T) =>
    Number(a.state === 'paused') - Number(b.state === 'paused') ||
    b.priority + PRESSING[b.urgency] - a.priority - PRESSING[a.urgency] ||
    a.seq - b.seq;
  const bySeq = (a: T, b: T) => a.seq - b.seq;
  return [...tasks].sort(key === 'todo' ? byRank : key === 'done' || key === 'failed' ? byEnd : bySeq);
}

export class Board {
  filter = $state.raw<BoardFilter>({});
  tasks = $state.raw<ReadonlyMap<string, TaskView>>(new Map());
  loaded = $state(false);
  problem = $state('');
  /** Older ended tasks exist from here back. */
  older = $state<number | null>(null);
  /** How many there are in each state, of all that the node knows in this room. */
  #counts = $state.raw<ReadonlyMap<TaskState, number>>(new Map());
  readonly #touched = new Set<string>();
  /** All is read anew, not only what was touched. */
  #whole = true;
  readonly #gather = new Gather(() => this.#follow(), PAUSE_MS);

  readonly columns = $derived.by(() => {
    const by = new Map<ColumnKey, TaskView[]>(COLUMNS.map((column) => [column.key, []]));
    for (const task of this.tasks.values()) by.get(columnOf(task.state))!.push(task);
    return COLUMNS.map((column) => {
      const list = sorted(column.key, by.get(column.key)!);
      const known = column.states.reduce((sum, state) => sum + (this.#counts.get(state) ?? 0), 0);
      return { ...column, tasks: list, count: Math.max(list.length, this.#narrow ? 0 : known) };
    });
  });
  readonly capabilities = $derived(
    [
      ...new Set([...this.tasks.values()].map((task) => task.capability).filter((one) => typeof one === 'string')),
    ].sort(),
  );

  /** The figures of the node know rooms only. */
  get #narrow(): boolean {
    const { q, worker, capability } = this.filter;
    return (q ?? worker ?? capability) !== undefined;
  }

  get #asked() {
    const { room, q, worker, capability } = this.filter;
    return { ...(q && { q }), ...(room && { room }), ...(worker && { worker }), ...(capability && { capability }) };
  }

  show(filter: BoardFilter): Promise<void> {
    this.filter = filter;
    return this.load();
  }

  load(): Promise<void> {
    this.#whole = true;
    return this.#gather.now();
  }

  async #readAll(): Promise<void> {
    const asked = this.filter;
    try {
      const [open, over, stats] = await Promise.all([
        mesh.call('task.list', { ...this.#asked, states: OPEN, limit: OPEN_MAX }),
        mesh.call('task.list', { ...this.#asked, states: OVER, limit: ENDED_PAGE }),
        mesh.call('task.stats', { days: 1, room: this.filter.room }),
      ]);
      // Something else is looked for by now, and its answer is on the way.
      if (asked !== this.filter) return;
      this.tasks = new Map([...open.items, ...over.items].map((task) => [task.id, task]));
      this.older = over.prev;
      this.#counts = new Map(stats.states.map((one) => [one.state, one.count]));
      this.problem = '';
    } catch (error) {
      this.problem = explain(error);
    } finally {
      this.loaded = true;
    }
  }

  async more(): Promise<void> {
    if (this.older === null) return;
    try {
      const page = await mesh.call('task.list', {
        ...this.#asked,
        states: OVER,
        limit: ENDED_PAGE,
        before: this.older,
      });
      this.tasks = new Map([...page.items, ...this.tasks.values()].map((task) => [task.id, task]));
      this.older = page.prev;
    } catch (error) {
      this.problem = explain(error);
    }
  }

  hear(item: Item): void {
    // A question holds its task up, and an answer lets it go on, without a word about the task itself.
    if (about(item, 'approval')) return void this.load();
    if (!about(item, 'task')) return;
    const { task, room } = item.data;
    if (item.type === 'task.progressed' || item.type === 'task.lease_extended') return;
    const mine = this.filter.room ? rooms.find(this.filter.room)?.id : undefined;
    if (mine && room !== mine) return;
    this.#touched.add(task);
    this.#gather.ask();
  }

  end(): void {
    this.#gather.end();
  }

  async #follow(): Promise<void> {
    const touched = [...this.#touched];
    this.#touched.clear();
    const whole = this.#whole || this.#narrow || touched.length > ONE_BY_ONE_MAX;
    this.#whole = false;
    if (whole) return this.#readAll();
    const next = new Map(this.tasks);
    const stats = mesh.call('task.stats', { days: 1, room: this.filter.room });
    // A rejection is looked at below; it must not count as nobody's before.
    stats.catch(() => {});
    for (const id of touched) {
      try {
        next.set(id, await mesh.call('task.get', { task: id }));
      } catch (error) {
        if (error instanceof MeshProblem) next.delete(id);
      }
    }
    this.tasks = next;
    try {
      this.#counts = new Map((await stats).states.map((one) => [one.state, one.count]));
    } catch {
      // The counts stay as they were until the next change.
    }
  }
}
