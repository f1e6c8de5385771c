// Many reasons to ask the node again become one question, and an older answer never replaces a newer one.

import { Disconnected } from '../api/problem.ts';

/** Nobody waits for what was asked for soon; once the connection is back it is asked anew. */
function quiet(error: unknown): void {
  if (!(error instanceof Disconnected)) throw error;
}

/** Calls `work` soon after it was asked for, once for all who ask meanwhile, and never twice at the same time. */
export class Gather {
  readonly #work: () => Promise<unknown>;
  readonly #pauseMs: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: Promise<void> | null = null;
  #again = false;
  #ended = false;

  constructor(work: () => Promise<unknown>, pauseMs: number) {
    this.#work = work;
    this.#pauseMs = pauseMs;
  }

  /** Asks soon. */
  ask(): void {
    if (this.#ended) return;
    if (this.#running) this.#again = true;
    else this.#timer ??= setTimeout(() => this.#run().catch(quiet), this.#pauseMs);
  }

  /**
   * Asks without the pause, after the question that is under way: what it answers may be older than what the caller has just
   * done. Ends when the newer answer is there.
   */
  async now(): Promise<void> {
    while (this.#running) await this.#running;
    if (!this.#ended) await this.#run();
  }

  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }

  #run(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#again = false;
    this.#running = this.#work().then(
      () => this.#done(),
      (error) => {
        this.#done();
        throw error;
      },
    );
    return this.#running;
  }

  #done(): void {
    this.#running = null;
    if (this.#again) this.ask();
  }
}
