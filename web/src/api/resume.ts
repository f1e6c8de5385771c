// The reader's place in the stream: decides whether a push continues it, repeats it, or shows that something is missing.

export type Step = 'next' | 'seen' | 'gap';

/**
 * Pushes carry the last seq this subscriber could see before them. If that is beyond our own place, something in between
 * never arrived, and only a new subscription from our place brings it.
 */
export class Place {
  #seq: number | null = null;

  /** The last seq taken in; null before the first subscription was answered. */
  get seq(): number | null {
    return this.#seq;
  }

  /** A subscription begins: from here on, or after the place that is already known. */
  begin(head: number): void {
    if (this.#seq === null) this.#seq = head;
  }

  /** Judges a push and moves on if it fits. */
  take(prev: number, seq: number): Step {
    if (this.#seq === null) {
      this.#seq = seq;
      return 'next';
    }
    if (seq <= this.#seq) return 'seen';
    if (prev > this.#seq) return 'gap';
    this.#seq = seq;
    return 'next';
  }

  /** A quiet stream says that everything up to here was sent. */
  tail(seq: number): void {
    if (this.#seq === null || seq > this.#seq) this.#seq = seq;
  }

  /** Forgets the place, for another participant or an emptied replica. */
  forget(): void {
    this.#seq = null;
  }
}
