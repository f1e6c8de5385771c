// What may be done about a task as it stands, and what is told afterwards. The core decides; this only offers what it would take.

import { explain } from '../api/problem.ts';
import type { TaskView } from '../api/types.ts';
import { people } from '../participant/people.svelte.ts';
import { rooms } from '../room/rooms.svelte.ts';
import { mesh } from '../shell/mesh.svelte.ts';
import { ui } from '../shell/ui.svelte.ts';
import { plural } from '../shell/words.ts';
import { type ColumnKey, columnOf, ended, nameOf } from './words.ts';

export type Deed = 'cancel' | 'pause' | 'resume' | 'retry' | 'assign' | 'resolve' | 'confirm' | 'redact';

type Standing = Pick<TaskView, 'state' | 'attempt' | 'result'>;

/** By the state alone. */
export function possible(task: Standing): Deed[] {
  switch (task.state) {
    case 'waiting':
    case 'retrying':
    case 'queued':
      return ['assign', 'pause', 'cancel'];
    case 'leased':
    case 'running':
      return ['pause', 'cancel'];
    case 'paused':
      return ['resume', 'assign', 'cancel'];
    case 'blocked':
      return ['resolve', 'pause', 'cancel'];
    case 'verifying':
      return ['cancel'];
    case 'failed':
    case 'cancelled':
      return ['retry', 'redact'];
    case 'done':
      return task.result && !task.result.of && typeof task.result.verified !== 'boolean'
        ? ['confirm', 'redact']
        : ['redact'];
    case 'skipped':
      return ['redact'];
  }
}

/** Whoever created it, and whoever moderates its room. */
export function steers(task: Pick<TaskView, 'room' | 'creator'>): boolean {
  if (!mesh.may('tasks:write')) return false;
  return task.creator?.id === people.me?.id || (rooms.byId.get(task.room)?.capabilities.includes('moderate') ?? false);
}

export const offered = (task: TaskView): Deed[] =>
  steers(task) ? possible(task).filter((deed) => deed !== 'confirm' || task.result?.worker.id !== people.me?.id) : [];

/** What dropping a task on a column does; a sentence says why nothing can be done. */
export function onDrop(task: Standing, column: ColumnKey): Deed | string | null {
  const from = columnOf(task.state);
  if (from === column) return null;
  const can = possible(task);
  if (column === 'failed') return can.includes('cancel') ? 'cancel' : 'What is over cannot be cancelled.';
  if (column === 'todo') {
    if (can.includes('retry')) return 'retry';
    if (can.includes('pause')) return 'pause';
    return ended(task.state)
      ? 'What is done stays done. Create a new task instead.'
      : 'A second opinion is on its way; wait for it, or cancel the task.';
  }
  if (column === 'doing') {
    if (can.includes('resume')) return 'resume';
    return can.includes('assign')
      ? 'Workers take tasks by themselves. To choose who does it, assign it.'
      : 'Workers take tasks by themselves.';
  }
  if (column === 'done')
    return can.includes('resolve') ? 'resolve' : 'A task is done when its worker hands in a result.';
  return 'Workers ask for a person by themselves.';
}

export type Steer = 'cancel' | 'pause' | 'resume' | 'retry';

const DONE: Record<Steer, readonly [one: string, many: string]> = {
  cancel: ['is cancelled', 'are cancelled'],
  pause: ['is paused', 'are paused'],
  resume: ['goes on', 'go on'],
  retry: ['begins again', 'begin again'],
};
const BACK = { cancel: 'retry', pause: 'resume', resume: 'pause', retry: 'cancel' } as const;

/** One task by its name, several by their number. */
function toldOf(tasks: readonly TaskView[], deed: Steer): string {
  const [first] = tasks;
  const [one, many] = DONE[deed];
  const what = tasks.length === 1 && first ? `${nameOf(first)} ${one}.` : `${tasks.length} tasks ${many}.`;
  const stopped = deed === 'pause' ? tasks.filter((task) => task.attempt).length : 0;
  if (stopped === 0) return what;
  return `${what} ${stopped > 1 ? 'Their workers were' : 'Its worker was'} told to stop.`;
}

/** Does it, says so, and offers the way back where there is one. True if it was done. */
export const act = async (task: TaskView, deed: Steer, reason = ''): Promise<boolean> =>
  (await actAll([task], deed, reason)).length > 0;

/** The same for many: those that it was done to. What the node refuses stays as it was; the rest can be taken back together. */
export async function actAll(tasks: readonly TaskView[], deed: Steer, reason = ''): Promise<TaskView[]> {
  const tried = await Promise.allSettled(
    tasks.map(({ id: task }) =>
      deed === 'cancel'
        ? mesh.call('task.cancel', { task, reason: reason || undefined })
        : mesh.call(`task.${deed}`, { task }),
    ),
  );
  const went = tasks.filter((_, at) => tried[at]?.status === 'fulfilled');
  const refused = tried.find((one) => one.status === 'rejected');
  const undo = () => void actAll(went, BACK[deed]);
  if (!refused) ui.tell(toldOf(went, deed), false, undo);
  else if (went.length === 0) ui.tell(`Nothing was changed. ${explain(refused.reason)}`, true);
  else {
    const left = plural(tasks.length - went.length, 'is', 'are');
    ui.tell(`${toldOf(went, deed)} ${left} as before: ${explain(refused.reason)}`, true, undo);
  }
  return went;
}

/** `to` is nobody: whoever fits. */
export function assign(task: TaskView, to: { id: string; handle: string } | null): Promise<boolean> {
  const before = task.assigned ?? null;
  const words = to ? `is for ${to.handle} now.` : 'is for whoever fits.';
  return done(
    () => mesh.call('task.assign', { task: task.id, to: to?.id ?? null }),
    `${nameOf(task)} ${words}`,
    () => void assign({ ...task, assigned: to && people.byId.get(to.id) }, before),
  );
}

/** Takes it from whoever has it and gives it to somebody else, who goes on from what is stored. */
export function handOn(task: TaskView, to: { id: string; handle: string } | null): Promise<boolean> {
  const run = async () => {
    await mesh.call('task.pause', { task: task.id });
    try {
      await mesh.call('task.assign', { task: task.id, to: to?.id ?? null });
    } finally {
      // Whether it has another hand now or not: it does not stay paused.
      await mesh.call('task.resume', { task: task.id });
    }
  };
  return done(run, `${nameOf(task)} goes on with ${to ? to.handle : 'whoever fits'}.`);
}

/** Runs a command and tells how it went. */
export async function done(run: () => Promise<unknown>, words: string, undo?: () => void): Promise<boolean> {
  try {
    await run();
    ui.tell(words, false, undo);
    return true;
  } catch (error) {
    ui.tell(`Nothing was changed. ${explain(error)}`, true);
    return false;
  }
}
