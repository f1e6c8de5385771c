// Refusals as exceptions: a problem document, or the plain fact that the node could not be reached.

import type { Problem } from './types.ts';

/** The node answered and said no. Nothing was stored. */
export class MeshProblem extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail ?? problem.title);
    this.name = 'MeshProblem';
    this.problem = problem;
  }

  get code(): string {
    return this.problem.code;
  }

  /** Whether the same request may succeed later without being changed. */
  get temporary(): boolean {
    return this.problem.status === 429 || this.problem.status >= 500;
  }
}

/** The connection ended before an answer came. Whether it was stored is not known; the same idempotency key finds out. */
export class Disconnected extends Error {
  constructor() {
    super('The connection ended before the node answered.');
    this.name = 'Disconnected';
  }
}

/** One sentence for a person, with the node's hint if there is one. */
export function explain(error: unknown): string {
  if (error instanceof MeshProblem) {
    const { title, detail, hint } = error.problem;
    return [detail ?? title, hint].filter(Boolean).join(' ');
  }
  if (error instanceof Disconnected) return 'The connection ended before the node answered. Try again when it is back.';
  return error instanceof Error ? error.message : String(error);
}
