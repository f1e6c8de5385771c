// Many reasons to ask the node again become one question.

/** Calls `work` soon after it was asked for, once for all who ask meanwhile, and never twice at the same time. */
export class Gather {
  readonly #work: () => Promise<unknown>;
  readonly #pauseMs: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #busy = false;
  #again = false;
  #ended = false;

  constructor(work: () => Promise<unknown>, pauseMs: number) {
    this.#work = work;
    this.#pauseMs = pauseMs;
  }

  ask(): void {
    if (this.#ended) return;
    if (this.#busy) this.#again = true;
    else this.#timer ??= setTimeout(() => void this.#run(), this.#pauseMs);
  }

  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }

  async #run(): Promise<void> {
    this.#timer = undefined;
    this.#busy = true;
    try {
      await this.#work();
    } finally {
      this.#busy = false;
      if (this.#again) {
        this.#again = false;
        this.ask();
      }
    }
  }
}
