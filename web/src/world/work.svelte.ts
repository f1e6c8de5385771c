// What the world knows of work: the board's tasks, what their workers print, and the questions that wait.

import { about } from '../api/events.ts';
import type { ApprovalView, TaskView } from '../api/types.ts';
import { questionOf } from '../approval/words.ts';
import { fromTrust } from '../message/marks.ts';
import { people } from '../participant/people.svelte.ts';
import { quarantine } from '../quarantine/quarantine.svelte.ts';
import { activity, type Happening } from '../shell/activity.svelte.ts';
import { desk } from '../shell/desk.svelte.ts';
import { Gather } from '../shell/gather.ts';
import { plain } from '../shell/markdown.ts';
import { mesh } from '../shell/mesh.svelte.ts';
import { Board } from '../task/board.svelte.ts';
import { type Live, settled, streamed } from '../task/live.ts';
import { ended, nameOf } from '../task/words.ts';
import { ENDED_MAX, ENDED_MS, FORM, NAME_MAX } from './forms.ts';
import type { WorldWork } from './scene-view.ts';
import { WRITTEN_MAX } from './screens.ts';

const PAUSE_MS = 150;
/** Tasks of which this page remembers what they printed and who had them. */
const KEPT_MAX = 512;
/** What of a text can stand on a screen, with some to spare. */
const TEXT_MAX = 3_000;

interface Printed {
  /** What is stored, its end. */
  text: string;
  parts: number;
  fence: number;
  live: Live | null;
}

export class WorldWorkStore {
  readonly board = new Board();
  asks = $state.raw<ApprovalView[]>([]);
  /** The last line of what each running task prints, for the list beside the picture. */
  lines = $state<Record<string, string>>({});
  readonly #printed = new Map<string, Printed>();
  readonly #asked = new Set<string>();
  /** Who had a task last: a task that failed does not say. */
  readonly #had = new Map<string, string>();
  readonly #questions = new Gather(() => this.#readAsks(), PAUSE_MS);
  /** What a question is about, as it stands on the screen; what would run comes with what stands over the picture. */
  #wanted = (one: ApprovalView) => `? ${questionOf(one)}`;
  /** Told when words on a screen change. */
  print: (task: string, text: string, parts?: number) => void = () => {};

  readonly tasks = $derived([...this.board.tasks.values()].sort((a, b) => a.seq - b.seq));
  readonly open = $derived(this.tasks.filter((task) => !ended(task.state)));
  /** What ended is let go by the minute: not every second lays everything out anew. */
  readonly #minute = $derived(Math.floor(activity.now / 60_000));
  /** What ended just now, the newest first. */
  readonly recent = $derived.by(() => {
    const since = this.#minute * 60_000 - ENDED_MS;
    return this.tasks
      .filter((task) => ended(task.state) && Date.parse(task.ended_at ?? '') > since)
      .sort((a, b) => (b.ended_at ?? '').localeCompare(a.ended_at ?? ''))
      .slice(0, ENDED_MAX);
  });
  readonly scene = $derived.by((): WorldWork => {
    const next = new Map<string, string[]>();
    for (const task of this.open)
      for (const need of task.needs ?? []) next.set(need, [...(next.get(need) ?? []), task.id]);
    const shown = [...this.open, ...[...this.recent].sort((a, b) => a.seq - b.seq)];
    const mine = new Set(desk.approvals.map((one) => one.id));
    const held = new Map<string, number>();
    for (const { message } of quarantine.waiting) held.set(message.room, (held.get(message.room) ?? 0) + 1);
    return {
      tasks: shown.flatMap((task) => {
        const form = FORM[task.state];
        if (!form) return [];
        const worker = task.attempt?.worker ?? task.result?.worker.id ?? this.#had.get(task.id) ?? null;
        return [
          {
            id: task.id,
            name: plain(nameOf(task), NAME_MAX),
            form,
            room: task.room,
            author: task.creator?.id ?? null,
            // Before a task is taken nobody has it, even if somebody had it once.
            worker: form === 'queued' || form === 'waits' || form === 'paused' ? null : worker,
            to: task.assigned?.id ?? null,
            next: next.get(task.id) ?? [],
            about: task.about ?? null,
            parts: this.#printed.get(task.id)?.parts ?? 0,
            afar: (worker && fromTrust(people.byId.get(worker)?.trust)) || null,
          },
        ];
      }),
      asks: this.asks.map((one) => ({
        id: one.id,
        from: one.from.id,
        room: one.room,
        task: one.task ?? null,
        text: plain(`${one.from.handle}: ${questionOf(one)}`, 56),
        mine: mine.has(one.id),
      })),
      held: [...held].map(([room, count]) => ({ room, count })),
      loaded: this.board.loaded,
    };
  });

  constructor() {
    import('./side.ts').then(
      ({ wanted }) => {
        this.#wanted = wanted;
        this.again();
      },
      () => {
        // The question itself stands there; its card has all of it.
      },
    );
  }

  load(): void {
    if (!mesh.may('tasks:read')) return;
    void this.board.load();
    void this.#questions.now();
  }

  async #readAsks(): Promise<void> {
    try {
      const before = this.asks;
      this.asks = (await mesh.call('approval.list', {})).items;
      // A question stands on its screen until it is answered.
      for (const task of new Set([...before, ...this.asks].map((one) => one.task)))
        if (task) this.#show(task, this.#printed.get(task) ?? this.#of(task, 0));
    } catch {
      // The strip above keeps what it knew; the page of approvals says what is wrong.
    }
  }

  hear(happening: Happening): void {
    if (happening.type === 'output') {
      const { task, fence, text } = happening.output;
      const known = this.#of(task, fence);
      known.live = streamed(known.live, fence, text);
      this.#show(task, known);
      return;
    }
    if (happening.type !== 'work') return;
    const { item } = happening;
    this.board.hear(item);
    if (about(item, 'approval')) void this.#questions.now();
    if (item.type === 'task.taken') {
      this.#had.set(item.data.task, item.data.worker);
      for (const old of [...this.#had.keys()].slice(0, -KEPT_MAX)) this.#had.delete(old);
    }
    if (item.type === 'task.redacted') this.#printed.delete(item.data.task);
    if (item.type !== 'task.progressed') return;
    const { task, fence, part, text } = item.data;
    const known = this.#of(task, fence);
    known.parts = Math.max(known.parts, part);
    const words = item.data.enveloped ? '' : (text ?? '');
    known.live = settled(known.live, fence, words);
    known.text = `${known.text}${words}${words === '' || words.endsWith('\n') ? '' : '\n'}`.slice(-TEXT_MAX);
    this.#show(task, known, known.parts);
  }

  #of(task: string, fence: number): Printed {
    const known = this.#printed.get(task);
    // Another attempt begins on an empty screen.
    if (known && known.fence >= fence) return known;
    const fresh = { text: '', parts: 0, fence, live: null };
    this.#printed.set(task, fresh);
    // The longest ago goes: the node has it all.
    for (const old of [...this.#printed.keys()].slice(0, -KEPT_MAX)) {
      this.#printed.delete(old);
      delete this.lines[old];
    }
    return fresh;
  }

  #show(task: string, known: Printed, parts?: number): void {
    const asked = this.asks.find((one) => one.task === task);
    const text = `${known.text}${known.live?.text ?? ''}${asked ? `\n${this.#wanted(asked)}` : ''}`;
    this.print(task, text, parts);
    const line = text.trimEnd().split('\n').at(-1)?.trim() ?? '';
    if (this.lines[task] !== line) this.lines[task] = line;
  }

  /** What was printed before this page was there: asked for once, for as many as have screens. */
  recall(tasks: readonly TaskView[]): void {
    for (const task of tasks.filter((one) => one.attempt).slice(-WRITTEN_MAX)) {
      const fence = task.attempt?.fence;
      if (fence === undefined || this.#asked.has(`${task.id} ${fence}`)) continue;
      if (this.#asked.size >= KEPT_MAX) this.#asked.clear();
      this.#asked.add(`${task.id} ${fence}`);
      mesh.call('task.output', { task: task.id, limit: 500 }).then(
        ({ items }) => {
          const pieces = items.filter((piece) => piece.fence === fence && piece.kind === 'progress');
          const known = this.#of(task.id, fence);
          if (known.text !== '' || pieces.length === 0) return;
          known.text = pieces
            .map((piece) => `${piece.output?.text ?? ''}\n`)
            .join('')
            .slice(-TEXT_MAX);
          known.parts = Math.max(known.parts, pieces.length);
          this.#show(task.id, known, known.parts);
        },
        () => {
          // The screen fills with what comes.
        },
      );
    }
  }

  /** All that stands on screens, for a view that was just made. */
  again(): void {
    for (const [task, known] of this.#printed) this.#show(task, known, known.parts);
  }

  end(): void {
    this.board.end();
    this.#questions.end();
  }
}
