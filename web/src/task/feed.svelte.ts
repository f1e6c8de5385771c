// Work among the messages of a room: tasks that were created and that ended, and questions that wait.

import type { ApprovalView, Item, Message, TaskView } from '../api/types.ts';
import { activity } from '../shell/activity.svelte.ts';
import { Gather } from '../shell/gather.ts';
import { mesh } from '../shell/mesh.svelte.ts';
import { type Entry, entriesOf, weave } from './entries.ts';

const PAUSE_MS = 150;
const TASKS_MAX = 100;
const ROW =
  /^(task\.(created|taken|started|finished|decided|attempt_failed|cancelled|skipped|retried|paused|resumed|resolved|redacted)|approval\.)/;

export class Feed {
  readonly room: string;
  #tasks = $state.raw<TaskView[]>([]);
  #approvals = $state.raw<ApprovalView[]>([]);
  readonly entries = $derived(entriesOf(this.#tasks, this.#approvals));
  readonly #gather = new Gather(() => this.load(), PAUSE_MS);
  readonly #stop: () => void;

  constructor(room: string) {
    this.room = room;
    this.#stop = activity.listen((happening) => {
      if (happening.type === 'work' && this.#mine(happening.item)) this.#gather.ask();
    });
    if (mesh.may('tasks:read')) void this.load();
  }

  #mine(item: Item): boolean {
    return ROW.test(item.type) && (item.room ?? item.data.room) === this.room;
  }

  async load(): Promise<void> {
    try {
      const [tasks, approvals] = await Promise.all([
        mesh.call('task.list', { room: this.room, limit: TASKS_MAX }),
        mesh.call('approval.list', { room: this.room }),
      ]);
      this.#tasks = tasks.items;
      this.#approvals = approvals.items;
    } catch {
      // Messages are there without them; the board says what is wrong.
    }
  }

  answered(approval: string): void {
    this.#approvals = this.#approvals.filter((one) => one.id !== approval);
  }

  /** Before which message each entry stands; under '' those after the last one. */
  between(messages: readonly Message[], beginning: boolean, end: boolean): Map<string, Entry[]> {
    return weave(this.entries, messages, beginning, end);
  }

  end(): void {
    this.#stop();
    this.#gather.end();
  }
}
