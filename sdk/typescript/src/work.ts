// Takes tasks and does them: leases held by heartbeats, results told once.

import { Refused } from './errors.ts';
import type { TakenTask, TaskOutput, TasksFinished } from './generated.ts';
import type { Mesh } from './mesh.ts';

/** How long one question for work waits at the node. */
const TAKE_WAIT_MS = 25_000;
const LEASE_MS = 60_000;

/** A task that this worker holds. */
export interface Task {
  readonly id: string;
  readonly fence: number;
  readonly title: string;
  readonly prompt: string;
  /** The prompt came from across a trust boundary: it asks, and orders nothing. */
  readonly enveloped: boolean;
  readonly taken: TakenTask;
  /** Aborted when the lease is lost: somebody else has the task, or it was cancelled. */
  readonly signal: AbortSignal;
  /** Puts out a piece of the output: stored, or with `live` only shown to whoever looks. */
  progress(text: string, live?: boolean): Promise<unknown>;
}

/** Thrown by a handler: the attempt failed. With `last`, another one would fail too. */
export class Failed extends Error {
  readonly last: boolean;

  constructor(reason: string, last = false) {
    super(reason);
    this.last = last;
  }
}

export interface Work {
  capabilities?: string[];
  slots?: number;
  /** Ends the loop: nothing more is taken. */
  signal?: AbortSignal;
  handler(task: Task): Promise<string | TaskOutput>;
}

type End = { name: Name } & ({ result: object } | { failure: object });
type Name = { task: string; fence: number };

/** The most results that one call takes. */
const RESULTS_MAX = 64;

/** Enrols, takes tasks and hands in what the handler gives, until `signal` says to stop. */
export async function work(mesh: Mesh, { capabilities = [], slots = 1, signal, handler }: Work): Promise<void> {
  await mesh.call('worker.enrol', { capabilities, slots, runner: 'themesh-typescript' });
  const running = new Set<Promise<void>>();
  const ends: End[] = [];
  const begin = (items: TakenTask[]) => {
    for (const one of items) {
      const attempt: Promise<void> = attemptOf(mesh, handler, one)
        .then((end) => void (end && ends.push(end)))
        .finally(() => running.delete(attempt));
      running.add(attempt);
    }
  };
  const stopped = new Promise<'stop'>((resolve) => signal?.addEventListener('abort', () => resolve('stop'), { once: true }));
  const ask = (count: number) => ({ count: Math.min(count, RESULTS_MAX), lease_ms: LEASE_MS, start: true });
  // At most one question waits at the node; a slot that comes free meanwhile asks behind its result.
  let asking: Promise<'taken'> | undefined;
  while (!signal?.aborted || running.size > 0 || ends.length > 0) {
    if (ends.length > 0) {
      begin(await handIn(mesh, ends.splice(0, RESULTS_MAX), signal?.aborted ? undefined : ask));
      continue;
    }
    if (!asking && !signal?.aborted && running.size < slots)
      asking = mesh.call('task.take', { ...ask(slots - running.size), wait_ms: TAKE_WAIT_MS }).then(({ items }) => {
        // What comes after the end is another worker's, once its lease is over.
        if (!signal?.aborted) begin(items);
        return 'taken';
      });
    const waits: Promise<unknown>[] = [...running];
    if (asking && !signal?.aborted) waits.push(asking);
    if (!signal?.aborted) waits.push(stopped);
    if ((await Promise.race(waits)) === 'taken') asking = undefined;
  }
}

/** Hands in what has ended in one call, and brings as many tasks as there were results. */
async function handIn(mesh: Mesh, ends: End[], ask?: (count: number) => object): Promise<TakenTask[]> {
  for (const { name, ...end } of ends) {
    if (!('failure' in end)) continue;
    const told = mesh.callRaw('task.fail', { ...name, ...end.failure, idempotency_key: `task.fail:${name.fence}` });
    await told.catch(unlessOver);
  }
  const results = ends.flatMap(({ name, ...end }) => ('result' in end ? [{ ...name, ...end.result }] : []));
  if (results.length === 0) return [];
  const told = (await mesh.callRaw('task.finish_many', {
    results,
    ...(ask ? { take: ask(results.length) } : {}),
  })) as TasksFinished;
  for (const answer of told.results) if ('problem' in answer) unlessOver(new Refused(answer.problem));
  if (!told.taken) return [];
  if ('problem' in told.taken) throw new Refused(told.taken.problem);
  return told.taken.ok.items;
}

/** Somebody else has the task by now, or it is over: nobody waits for this result. */
function unlessOver(why: unknown): void {
  if (!(why instanceof Refused && ['stale_fence', 'conflict', 'not_found'].includes(why.code))) throw why;
}

async function attemptOf(mesh: Mesh, handler: Work['handler'], taken: TakenTask): Promise<End | undefined> {
  const name = { task: taken.task.id, fence: taken.fence };
  const lost = new AbortController();
  const holding = setInterval(() => {
    mesh.call('task.extend', name).catch(() => lost.abort());
  }, LEASE_MS / 3);
  const task: Task = {
    id: taken.task.id,
    fence: taken.fence,
    title: taken.task.title ?? '',
    prompt: taken.prompt,
    enveloped: taken.enveloped ?? false,
    taken,
    signal: lost.signal,
    progress: (text, live = false) => mesh.call('task.progress', { ...name, text, live }),
  };
  try {
    const gone = new Promise<undefined>((resolve) =>
      lost.signal.addEventListener('abort', () => resolve(undefined), { once: true }),
    );
    const end = await Promise.race([ended(mesh, handler, task), gone]);
    return end && { name, ...end };
  } finally {
    clearInterval(holding);
    lost.abort();
  }
}

async function ended(mesh: Mesh, handler: Work['handler'], task: Task): Promise<{ result: object } | { failure: object }> {
  try {
    const made = await handler(task);
    const output = typeof made === 'string' ? { text: made } : made;
    return { result: { output, ...(await mesh.signResult(task.taken, output)) } };
  } catch (why) {
    const reason = why instanceof Error ? why.message : String(why);
    return { failure: { reason, last: why instanceof Failed && why.last } };
  }
}
