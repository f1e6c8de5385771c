// What is always in sight about work: what runs, what waits for this reader's answer, what was spent today.

import { about, type EventName } from '../api/events.ts';
import type { ActView, ApprovalView, TaskState } from '../api/types.ts';
import { questionOf } from '../approval/words.ts';
import { activity } from './activity.svelte.ts';
import { connection } from './connection.svelte.ts';
import { Gather } from './gather.ts';
import { mesh } from './mesh.svelte.ts';
import { ui } from './ui.svelte.ts';

/** At most one question a second, however much happens. */
const PAUSE_MS = 1_000;
/** What does not change how many tasks run or wait. */
const QUIET = new Set<EventName>(['task.progressed', 'task.lease_extended', 'task.urgency_raised']);

class Desk {
  /** Approvals that this reader may give or refuse. */
  approvals = $state.raw<ApprovalView[]>([]);
  /** Acts that this reader may release. */
  acts = $state.raw<ActView[]>([]);
  running = $state(0);
  /** Tasks that wait for a person. */
  blocked = $state(0);
  /** Millionths of the currency. */
  micros = $state(0);
  loaded = $state(false);
  #started = false;
  readonly #gather = new Gather(() => this.#load(), PAUSE_MS);

  /** Asks now, and again whenever something happened. */
  start(): void {
    if (!mesh.may('tasks:read')) return;
    void this.#gather.now();
    if (this.#started) return;
    this.#started = true;
    activity.listen((happening) => {
      if (happening.type === 'influence' && about(happening.item, 'act')) void this.#gather.now();
      if (happening.type !== 'work' || QUIET.has(happening.item.type)) return;
      // A question to this reader is not kept waiting.
      if (about(happening.item, 'approval')) void this.#gather.now();
      else this.#gather.ask();
    });
  }

  /** An answer was given: it is gone before the node says so. */
  answered(approval: string): void {
    this.approvals = this.approvals.filter((one) => one.id !== approval);
  }

  /** An act was released: it is gone before the node says so. */
  released(act: string): void {
    this.acts = this.acts.filter((one) => one.act !== act);
  }

  /** Whoever cannot see the strip hears of a new question. */
  #tell(approvals: ApprovalView[], acts: ActView[]): void {
    const known = new Set(this.approvals.map((one) => one.id));
    const fresh = this.loaded ? approvals.find((one) => !known.has(one.id)) : undefined;
    if (fresh) ui.urgent = `${fresh.from.handle} asks: ${questionOf(fresh)}`;
    const held = new Set(this.acts.map((one) => one.act));
    const wanted = this.loaded ? acts.find((one) => !held.has(one.act)) : undefined;
    if (wanted)
      ui.urgent = `${wanted.participant.handle} may not do what it wants, after what it has read: ${wanted.operation}`;
    this.approvals = approvals;
    this.acts = acts;
  }

  async #load(): Promise<void> {
    if (!connection.live) return;
    try {
      const [approvals, stats, acts] = await Promise.all([
        mesh.call('approval.list', { mine: true }),
        mesh.call('task.stats', { days: 1 }),
        mesh.may('messages:read') ? mesh.call('act.list') : { items: [] },
      ]);
      const count = (...states: TaskState[]) =>
        stats.states.filter((one) => states.includes(one.state)).reduce((sum, one) => sum + one.count, 0);
      this.#tell(
        approvals.items,
        acts.items.filter((act) => act.yours && !act.released_by && !act.declined_by),
      );
      this.running = count('leased', 'running');
      this.blocked = count('blocked');
      this.micros = stats.days.at(-1)?.spend.micros ?? 0;
      this.loaded = true;
    } catch {
      // The strip keeps what it knew; the pages about work say what is wrong.
    }
  }
}

export const desk = new Desk();
