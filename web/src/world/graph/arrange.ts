// Asks the worker for places: one graph at a time, and after it the newest that came meanwhile.

import type { Spot } from './graph.ts';
import type { ToSettle } from './settle.ts';

export class Arranger {
  readonly #worker = new Worker(new URL('./settle.worker.ts', import.meta.url), { type: 'module' });
  #busy = false;
  #next: ToSettle | null = null;

  constructor(done: (places: Record<string, Spot>) => void, failed: () => void) {
    this.#worker.onmessage = ({ data }: MessageEvent<Record<string, Spot>>) => {
      this.#busy = false;
      done(data);
      const next = this.#next;
      this.#next = null;
      if (next) this.ask(next);
    };
    this.#worker.onerror = failed;
  }

  ask(graph: ToSettle): void {
    if (this.#busy) {
      this.#next = graph;
      return;
    }
    this.#busy = true;
    this.#worker.postMessage(graph);
  }

  end(): void {
    this.#worker.terminate();
  }
}
