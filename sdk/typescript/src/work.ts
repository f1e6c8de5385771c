// Takes tasks and does them: leases held by heartbeats, results told once.

import { Refused } from './errors.ts';
import type { TakenTask, TaskOutput } from './generated.ts';
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

/** Enrols, takes tasks and hands in what the handler gives, until `signal` says to stop. */
export async function work(mesh: Mesh, { capabilities = [], slots = 1, signal, handler }: Work): Promise<void> {
  await mesh.call('worker.enrol', { capabilities, slots, runner: 'themesh-typescript' });
  const running = new Set<Promise<void>>();
  const stopped = new Promise<'stop'>((resolve) => signal?.addEventListener('abort', () => resolve('stop'), { once: true }));
  while (!signal?.aborted) {
    const taking = mesh.call('task.take', {
      count: slots - running.size,
      wait_ms: TAKE_WAIT_MS,
      lease_ms: LEASE_MS,
      start: true,
    });
    const taken = await Promise.race([taking, stopped]);
    if (taken === 'stop') break;
    for (const one of taken.items) {
      const attempt: Promise<void> = attemptOf(mesh, handler, one).finally(() => running.delete(attempt));
      running.add(attempt);
    }
    if (running.size >= slots) await Promise.race(running);
  }
  await Promise.all(running);
}

async function attemptOf(mesh: Mesh, handler: Work['handler'], taken: TakenTask): Promise<void> {
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
    if (end === undefined) return;
    await mesh.callRaw(end.operation, { ...name, ...end.input, idempotency_key: `${end.operation}:${taken.fence}` });
  } catch (why) {
    const stale = why instanceof Refused && ['stale_fence', 'conflict', 'not_found'].includes(why.code);
    if (!stale) throw why;
  } finally {
    clearInterval(holding);
    lost.abort();
  }
}

async function ended(mesh: Mesh, handler: Work['handler'], task: Task): Promise<{ operation: string; input: object }> {
  try {
    const made = await handler(task);
    const output = typeof made === 'string' ? { text: made } : made;
    return { operation: 'task.finish', input: { output, ...(await mesh.signResult(task.taken, output)) } };
  } catch (why) {
    const reason = why instanceof Error ? why.message : String(why);
    return { operation: 'task.fail', input: { reason, last: why instanceof Failed && why.last } };
  }
}
