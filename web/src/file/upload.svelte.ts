// A file that was chosen and waits to go along with a message. Nothing of it leaves this browser before the message is sent.

import type { Call } from '../api/call.ts';
import { explain, MeshProblem } from '../api/problem.ts';
import type { FileRef } from '../api/types.ts';
import { type Attempt, attempt, BYTES_MAX, nameOf, put, size } from './bytes.ts';

export class Upload {
  readonly file: File;
  readonly name: string;
  /** How much of it the node has. */
  sent = $state(0);
  sending = $state(false);
  /** Why it does not go. */
  problem = $state('');
  /** Once the node has it. */
  stored: FileRef | null = $state.raw(null);
  #stop = new AbortController();
  #attempt: Attempt | undefined;

  constructor(file: File) {
    this.file = file;
    this.name = nameOf(file);
    if (this.tooLarge) this.problem = `It is too large: a file has at most ${size(BYTES_MAX)}. Nothing of it was sent.`;
  }

  get tooLarge(): boolean {
    return this.file.size > BYTES_MAX;
  }

  cancel(): void {
    this.#stop.abort();
  }

  /** True once the node has it; a second time nothing is sent. */
  async put(call: Call, room: string): Promise<boolean> {
    if (this.stored) return true;
    if (this.tooLarge) return false;
    this.#stop = new AbortController();
    this.problem = '';
    this.sent = 0;
    this.sending = true;
    try {
      this.#attempt ??= await attempt(call, room, this.name);
      this.stored = await put(
        this.#attempt,
        room,
        this.name,
        this.file,
        (bytes) => (this.sent = bytes),
        this.#stop.signal,
      );
    } catch (error) {
      // What the node refused is another request the next time; what broke off is the same.
      if (error instanceof MeshProblem) this.#attempt = undefined;
      this.problem = explain(error);
    } finally {
      this.sending = false;
    }
    return this.stored !== null;
  }
}
