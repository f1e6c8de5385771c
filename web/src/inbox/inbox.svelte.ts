// Everything that waits for this reader. What is answered leaves at once; what the node refuses comes back and says why.

import { untrack } from 'svelte';
import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import { about } from '../api/events.ts';
import { explain } from '../api/problem.ts';
import type { Alert, HeldTool, Message, SkillView, TaskView } from '../api/types.ts';
import { lockAll } from '../approval/settled.svelte.ts';
import { byHand, keepByHand } from '../message/kept.ts';
import { people } from '../participant/people.svelte.ts';
import { quarantine } from '../quarantine/quarantine.svelte.ts';
import { attention } from '../room/attention.svelte.ts';
import { invitations } from '../room/invitations.svelte.ts';
import { rooms } from '../room/rooms.svelte.ts';
import { activity } from '../shell/activity.svelte.ts';
import { connection } from '../shell/connection.svelte.ts';
import { desk } from '../shell/desk.svelte.ts';
import { Gather } from '../shell/gather.ts';
import { mesh } from '../shell/mesh.svelte.ts';
import { UNDO_MS, ui } from '../shell/ui.svelte.ts';
import { plural } from '../shell/words.ts';
import { heldSkills } from '../skill/held.svelte.ts';
import { steers } from '../task/deeds.ts';
import { aside, keepAside } from './aside.ts';
import { type Notice, type Row, type RowOf, rowsOf } from './rows.ts';
import { type Mark, visit } from './visit.ts';
import { waits } from './waits.svelte.ts';

/** Soon enough to look live, late enough to gather a burst. */
const SAID_PAUSE_MS = 150;
const WORK_PAUSE_MS = 1_000;
/** The node's most of one answer, and as many tasks as a person looks through. */
const SAID_MAX = 500;
const TASKS_MAX = 100;

/** What changes which tasks need a person seldom, and what changes it never. */
const QUIET = new Set(['task.progressed', 'task.lease_extended', 'task.urgency_raised']);

/** What the node lists. */
export interface Listed {
  said: Message[];
  tasks: TaskView[];
  tools: HeldTool[];
  /** Absent in what an older page has kept. */
  skills?: SkillView[];
  notices: Notice[];
  /** Absent in what an older page has kept. */
  alerts?: Alert[];
  times: [number, string][];
}

class Inbox {
  /** Messages that name this reader or are for it alone. */
  #said = $state.raw<Message[]>([]);
  /** Tasks that wait for a person whom this reader is, and its own that failed. */
  #tasks = $state.raw<TaskView[]>([]);
  #notices = $state.raw<Notice[]>([]);
  /** What is wrong and waits for this reader to know of it. */
  #alerts = $state.raw<Alert[]>([]);
  /** Tools that nobody may use before this reader has looked at them. */
  #tools = $state.raw<HeldTool[]>([]);
  /** Failed tasks that were seen. */
  #aside = $state.raw<readonly string[]>([]);
  readonly #times = new SvelteMap<number, string>();
  /** What was answered here and is still listed by the node. */
  readonly #gone = new SvelteSet<string>();
  /** Messages whose reading is not told yet, because it can be taken back. */
  readonly #untold = new Set<Message>();
  /** Why the last answer was refused, by row. */
  readonly problems = new SvelteMap<string, string>();
  /** Words of answers that were refused. */
  readonly drafts = new Map<string, string>();
  loaded = $state(false);
  problem = $state('');
  /** Where the last visit ended. */
  since: Mark | null = null;
  #started = false;
  readonly #readSaid = new Gather(() => this.#loadSaid(), SAID_PAUSE_MS);
  readonly #readTasks = new Gather(() => this.#loadTasks(), WORK_PAUSE_MS);
  readonly #readTools = new Gather(() => this.#loadTools(), WORK_PAUSE_MS);
  readonly #readSkills = new Gather(() => this.#loadSkills(), WORK_PAUSE_MS);
  readonly #readNotices = new Gather(() => this.#loadNotices(), WORK_PAUSE_MS);
  readonly #readAlerts = new Gather(() => this.#loadAlerts(), SAID_PAUSE_MS);

  readonly #all = $derived.by(() =>
    rowsOf({
      notices: [...this.#ofLog(), ...this.#notices],
      alerts: this.#alerts,
      approvals: desk.approvals,
      acts: desk.acts,
      invitations: invitations.waiting,
      tasks: this.#tasks,
      held: quarantine.moderates ? quarantine.waiting : [],
      tools: this.#tools,
      skills: heldSkills.waiting,
      messages: this.#said.filter(unread),
      times: this.#times,
      me: people.me?.id ?? '',
    }),
  );
  readonly rows = $derived(this.#all.filter((row) => !this.#gone.has(row.key) && !this.#aside.includes(row.key)));

  /** What is listed as the node told it, to be kept for when it is away. */
  get listed(): Listed {
    return {
      said: this.#said,
      tasks: this.#tasks,
      tools: this.#tools,
      skills: heldSkills.waiting,
      notices: this.#notices,
      alerts: this.#alerts,
      times: [...this.#times],
    };
  }

  /** Lists what was kept. */
  recall(kept: Listed): void {
    this.#said = kept.said;
    this.#tasks = kept.tasks;
    this.#tools = kept.tools;
    heldSkills.waiting = kept.skills ?? [];
    this.#notices = kept.notices;
    this.#alerts = kept.alerts ?? [];
    for (const [seq, at] of kept.times) this.#times.set(seq, at);
    this.#aside = aside(people.me?.id ?? '');
    waits.from(() => this.rows.length);
    this.loaded = true;
  }

  /** Asks for everything now, and again whenever something of it changed. */
  start(): void {
    invitations.load();
    this.#aside = aside(people.me?.id ?? '');
    void this.load();
    if (this.#started) return;
    this.#started = true;
    this.since = visit(people.me?.id ?? '', () => connection.head);
    waits.from(() => this.rows.length);
    activity.listen(({ type, ...happening }) => {
      if (type === 'changed') this.#readSaid.ask();
      if (type === 'joined' && 'room' in happening && happening.participant === people.me?.id)
        this.#skillsOf(happening.room);
      if (type !== 'work' || !('item' in happening)) return;
      const { item } = happening;
      if (about(item, 'alert')) this.#readAlerts.ask();
      else if (about(item, 'dispatch')) this.#readNotices.ask();
      else if (about(item, 'tool')) this.#readTools.ask();
      else if (about(item, 'skill')) this.#skillsOf(item.data.room);
      else if (about(item, 'approval')) void this.#readTasks.now();
      else if (about(item, 'task') && !QUIET.has(item.type)) this.#readTasks.ask();
    });
    addEventListener('pagehide', () => this.#tell());
    document.addEventListener('visibilitychange', () => {
      // Read elsewhere meanwhile.
      if (document.visibilityState === 'visible') this.#readSaid.ask();
    });
    $effect.root(() => {
      const counts = $derived(
        [...rooms.byId.values()].map((room) => `${room.id}${room.with ? room.unread : room.unread_mentions}`).join(),
      );
      $effect(() => {
        void counts;
        untrack(() => this.#readSaid.ask());
      });
      $effect(() => {
        const unknown = [
          ...[...desk.acts, ...invitations.waiting].map((one) => one.seq),
          ...this.#tools.map((one) => one.offer),
        ].filter((seq) => !this.#times.has(seq));
        for (const seq of unknown) void this.#ask(seq);
      });
    });
  }

  async load(): Promise<void> {
    if (!connection.live) return;
    heldSkills.forget();
    const all = [
      this.#readSaid,
      this.#readTasks,
      this.#readTools,
      this.#readSkills,
      this.#readNotices,
      this.#readAlerts,
    ];
    try {
      await Promise.all(all.map((one) => one.now()));
      this.problem = '';
    } catch (error) {
      this.problem = explain(error);
    } finally {
      this.loaded = true;
    }
  }

  #ofLog(): Notice[] {
    const log = connection.status?.log;
    if (log?.problem)
      return [{ id: 'log', what: `The log is damaged: ${log.problem}`, place: { page: 'audit', filter: {} } }];
    if (log && !log.writable)
      return [
        {
          id: 'log',
          what: 'The node takes no commands: its log cannot be written.',
          place: { page: 'audit', filter: {} },
        },
      ];
    return [];
  }

  /** When something in the log happened. */
  async #ask(seq: number): Promise<void> {
    this.#times.set(seq, '');
    try {
      const [item] = (await mesh.call('event.list', { after: seq - 1, limit: 1 })).items;
      if (item?.seq === seq) this.#times.set(seq, item.at);
    } catch {
      // Not for this reader to know; the row stands without a time.
    }
  }

  async #loadSaid(): Promise<void> {
    if (!connection.live || !mesh.may('messages:read')) return;
    const { items } = await mesh.call('inbox.list', { mentions_only: true, limit: SAID_MAX });
    const marked = await Promise.all(
      Object.entries(byHand(people.me?.id ?? '')).map(([room, mark]) =>
        mesh.call('message.list', { room, after: mark.from - 1, limit: SAID_MAX }).then(
          (page) => page.items.filter(forMe),
          // A room that is gone.
          () => [],
        ),
      ),
    );
    this.#said = [...new Map([...items, ...marked.flat()].map((message) => [message.id, message])).values()];
    this.#forget();
  }

  async #loadTasks(): Promise<void> {
    if (!connection.live || !mesh.may('tasks:read')) return;
    const [blocked, failed, approvals] = await Promise.all([
      mesh.call('task.list', { states: ['blocked'], limit: TASKS_MAX }),
      mesh.call('task.list', { states: ['failed'], creator: people.me?.id, limit: TASKS_MAX }),
      mesh.call('approval.list'),
    ]);
    // Where somebody else was asked, that one answers.
    const asked = new Set(approvals.items.map((one) => one.task));
    this.#tasks = [...blocked.items.filter((task) => steers(task) && !asked.has(task.id)), ...failed.items];
    this.#forget();
  }

  async #loadTools(): Promise<void> {
    if (!connection.live || !mesh.may('tasks:read')) return;
    this.#tools = (await mesh.call('tool.held')).items;
    this.#forget();
  }

  #skillsOf(room: string): void {
    heldSkills.changed(room);
    this.#readSkills.ask();
  }

  async #loadSkills(): Promise<void> {
    if (!connection.live) return;
    await heldSkills.load();
    this.#forget();
  }

  async #loadNotices(): Promise<void> {
    if (!connection.live || !mesh.may('tasks:read')) return;
    const workers = await mesh.call('worker.list');
    this.#notices = workers.stopped
      ? [{ id: 'dispatch', what: 'All dispatch is stopped: no worker gets a task.', place: { page: 'workers' } }]
      : [];
  }

  async #loadAlerts(): Promise<void> {
    if (!connection.live || !mesh.may('tasks:read')) return;
    this.#alerts = (await mesh.call('alert.list', { mine: true })).items;
    this.#forget();
  }

  /** What the node lists no more need not be remembered. */
  #forget(): void {
    const listed = new Set(this.#all.map((row) => row.key));
    for (const key of this.#gone) if (!listed.has(key)) this.#gone.delete(key);
    for (const key of this.problems.keys()) if (!listed.has(key)) this.problems.delete(key);
  }

  #leave(row: Row): void {
    this.problems.delete(row.key);
    this.#gone.add(row.key);
    // What comes under the hand now was not meant.
    lockAll();
  }

  /** A refused answer: the row is back, and says why. */
  #back(row: Row, why: string): void {
    this.#gone.delete(row.key);
    this.problems.set(row.key, why);
    // What does not wait any more has no row that could say it.
    const listed = this.#all.some((one) => one.key === row.key);
    ui.tell(listed ? 'The node refused it: it waits again, and says why.' : `Nothing was answered. ${why}`, true);
  }

  /** Answers in place. `told` says what was done, `undo` takes it back. */
  async answer(row: Row, run: () => Promise<unknown>, told: string, undo?: () => void): Promise<boolean> {
    this.#leave(row);
    try {
      await run();
    } catch (error) {
      this.#back(row, explain(error));
      return false;
    }
    if (told) ui.tell(told, false, undo, undo && UNDO_MS);
    return true;
  }

  /** Words in reply; the message was read then. */
  async reply(row: RowOf<'message'>, text: string): Promise<void> {
    const { message } = row;
    this.drafts.set(row.key, text);
    const direct = rooms.byId.get(message.room)?.kind === 'direct' && !message.thread;
    const sent = await this.answer(
      row,
      () =>
        mesh.sender.deliver({
          room: message.room,
          text,
          ...(!direct && { reply_to: message.id, thread: message.thread ?? message.id }),
        }),
      `Sent to ${message.from.handle}.`,
    );
    if (!sent) return;
    this.drafts.delete(row.key);
    this.#count([message], -1);
    this.#untold.add(message);
    this.#tell();
  }

  /** Out of the way, for as long as it can be taken back only here. */
  read(rows: readonly RowOf<'message' | 'task' | 'tool'>[]): void {
    const messages = rows.flatMap((row) => (row.is === 'message' ? [row.message] : []));
    const others = rows.flatMap((row) => (row.is === 'message' ? [] : [row.key]));
    const kind = rows.some((row) => row.is === 'task')
      ? rows.some((row) => row.is === 'tool')
        ? 'row'
        : 'task'
      : 'tool';
    for (const row of rows) this.#leave(row);
    for (const one of messages) this.#untold.add(one);
    this.#count(messages, -1);
    this.#putAside([...this.#aside, ...others]);
    const timer = setTimeout(() => this.#tell(), UNDO_MS);
    const words = [
      ...(messages.length > 0 ? [`${plural(messages.length, 'message')} marked read`] : []),
      ...(others.length > 0 ? [`${plural(others.length, kind)} put aside`] : []),
    ];
    const undo = () => {
      clearTimeout(timer);
      const back = messages.filter((one) => this.#untold.delete(one));
      this.#count(back, 1);
      this.#putAside(this.#aside.filter((key) => !others.includes(key)));
      for (const row of rows) if (row.is !== 'message' || back.includes(row.message)) this.#gone.delete(row.key);
    };
    ui.tell(`${words.join(', ')}.`, false, undo, UNDO_MS);
  }

  #putAside(keys: readonly string[]): void {
    this.#aside = keys;
    keepAside(people.me?.id ?? '', keys);
  }

  /** The counts beside the rooms go with the list. */
  #count(messages: readonly Message[], by: number): void {
    for (const message of messages) {
      const room = rooms.byId.get(message.room);
      const named = message.mentions.includes(people.me?.id ?? '') ? by : 0;
      if (room)
        rooms.change(room.id, {
          unread: Math.max(0, room.unread + by),
          unread_mentions: Math.max(0, room.unread_mentions + named),
        });
    }
  }

  /** Tells the node what was read. */
  #tell(): void {
    const messages = [...this.#untold];
    this.#untold.clear();
    if (messages.length === 0) return;
    const me = people.me?.id ?? '';
    for (const { room, seq, mentions } of messages) {
      const mark = byHand(me)[room];
      if (!mark || mark.from > seq) continue;
      const left = { ...mark, messages: mark.messages - 1, mentions: mark.mentions - Number(mentions.includes(me)) };
      keepByHand(me, room, left.messages > 0 ? left : null);
    }
    mesh.call('inbox.ack', { seqs: messages.map((one) => one.seq) }).then(
      () => this.#readSaid.ask(),
      (error) => {
        this.#count(messages, 1);
        for (const row of this.#all)
          if (row.is === 'message' && messages.some((one) => one.id === row.message.id))
            this.#back(row, explain(error));
      },
    );
  }
}

/** Whether somebody else's message is for this reader. */
function forMe(message: Message): boolean {
  const me = people.me?.id ?? '';
  if (message.deleted || message.held) return false;
  // What a schedule says to its own owner is news for that one too.
  if (message.from.id === me) return message.scheduled !== undefined && message.mentions.includes(me);
  return rooms.byId.get(message.room)?.kind === 'direct' || message.mentions.includes(me);
}

/** The list may be older than what was read in the room itself, and rooms that are muted are not heard. */
function unread(message: Message): boolean {
  const room = rooms.byId.get(message.room);
  if (!room?.member || room.unread === 0 || attention.level(room.id) === 'nothing') return false;
  return message.seq >= (rooms.firstUnread.get(room.id) ?? 0);
}

export const inbox = new Inbox();
