// How much waits for this reader: one number, the same wherever it stands. The list behind it comes after the first picture.

class Waits {
  #of = $state.raw<() => number>(() => 0);

  get count(): number {
    return this.#of();
  }

  /** Who counts from here on. */
  from(count: () => number): void {
    this.#of = count;
  }
}

export const waits = new Waits();
