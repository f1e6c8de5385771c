// Work among the messages of a room: tasks that were created and that ended, and questions that wait.

import { about, type EventName } from '../api/events.ts';
import type { ApprovalView, Item, Message, TaskView } from '../api/types.ts';
import { activity } from '../shell/activity.svelte.ts';
import { Gather } from '../shell/gather.ts';
import { mesh } from '../shell/mesh.svelte.ts';
import { type Entry, entriesOf, weave } from './entries.ts';

const PAUSE_MS = 150;
const TASKS_MAX = 100;
/** What happens to a task that shows among the messages. */
const SHOWN = new Set<EventName>([
  'task.created',
  'task.taken',
  'task.started',
  'task.finished',
  'task.decided',
  'task.attempt_failed',
  'task.cancelled',
  'task.skipped',
  'task.retried',
  'task.paused',
  'task.resumed',
  'task.resolved',
  'task.redacted',
]);

export class Feed {
  readonly room: string;
  #tasks = $state.raw<TaskView[]>([]);
  #approvals = $state.raw<ApprovalView[]>([]);
  readonly entries = $derived(entriesOf(this.#tasks, this.#approvals));
  readonly #gather = new Gather(() => this.#read(), PAUSE_MS);
  readonly #stop: () => void;

  constructor(room: string) {
    this.room = room;
    this.#stop = activity.listen((happening) => {
      if (happening.type === 'work' && this.#mine(happening.item)) this.#gather.ask();
    });
  }

  load(): void {
    void this.#gather.now();
  }

  #mine(item: Item): boolean {
    return item.room === this.room && (SHOWN.has(item.type) || about(item, 'approval'));
  }

  async #read(): Promise<void> {
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
