// Watches how long frames take and says when to draw less, and at last when to offer the flat page.

/** Frames that are looked at together. */
const FRAMES = 45;
/** Slower than this on average: step down. 28 ms is about 36 frames a second. */
const SLOW_MS = 28;
/** Slower than this with everything switched off: the flat page is better. */
const HOPELESS_MS = 110;
/** A gap like this is a hidden tab or a machine asleep, not a slow frame. */
const GAP_MS = 1500;

export type Advice = 'fine' | 'less' | 'flat';

export class Watchdog {
  #sum = 0;
  #count = 0;

  /** Takes the time of one frame. `lowest`: nothing is left to switch off. */
  frame(ms: number, lowest: boolean): Advice {
    if (ms > GAP_MS) return 'fine';
    this.#sum += ms;
    if (++this.#count < FRAMES) return 'fine';
    const average = this.#sum / this.#count;
    this.#sum = 0;
    this.#count = 0;
    if (lowest) return average > HOPELESS_MS ? 'flat' : 'fine';
    return average > SLOW_MS ? 'less' : 'fine';
  }
}
