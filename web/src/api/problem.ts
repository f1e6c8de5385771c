// Refusals as exceptions: a problem document, or the plain fact that the node could not be reached.

import { rulingWords } from '../policy/ruling.ts';
import { readable } from '../shell/time.ts';
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

/** The node's words begin small and end without a stop, because other programs put them into their own sentences. */
function sentence(text: string | null | undefined): string {
  const words = text?.trim() ?? '';
  if (words === '') return '';
  // A place or a handle at the beginning is written as it is.
  const first = /^[a-z]+[ ,;']/.test(words) ? words.charAt(0).toUpperCase() + words.slice(1) : words;
  return /[.!?…]$/.test(first) ? first : `${first}.`;
}

/** For a person: what happened, what to do, and the rule that decided if there is one. */
export function explain(error: unknown): string {
  if (error instanceof MeshProblem) {
    const { title, detail, hint, rule } = error.problem;
    const said = `${detail ?? title} ${hint ?? ''}`;
    const why = rule?.why && !said.includes(rule.why) ? rule.why : '';
    // The rule that decided goes with every refusal, wherever it is shown.
    return [detail ?? title, hint, why, rule && rulingWords(rule)]
      .map(sentence)
      .filter(Boolean)
      .map(readable)
      .join(' ');
  }
  if (error instanceof Disconnected) return 'The connection ended before the node answered. Try again when it is back.';
  return error instanceof Error ? error.message : String(error);
}
