// What can go wrong, each kind a class of its own.

import type { Problem } from './generated.ts';

/** Refusals that may end otherwise a moment later: the connection is tried again by itself. */
export const PASSING: ReadonlySet<string> = new Set([
  'overloaded',
  'shutting_down',
  'rate_limited',
  'not_stored',
  'outcome_unknown',
  'not_yet',
  'internal',
  'gone',
]);

/** Whatever this package throws. */
export class MeshError extends Error {
  constructor(message: string) {
    super(message);
    this.name = new.target.name;
  }
}

/** The node said no: `code` is stable, `detail` and `hint` are for people, `rule` names the rule that decided. */
export class Refused extends MeshError {
  readonly code: Problem['code'];
  readonly status: number;
  readonly detail: string;
  readonly hint: string;
  readonly retryAfterMs: number | undefined;
  readonly rule: Problem['rule'];

  constructor(problem: Problem) {
    super(`${problem.detail} (${problem.code}): ${problem.hint}`);
    this.code = problem.code;
    this.status = problem.status;
    this.detail = problem.detail;
    this.hint = problem.hint;
    this.retryAfterMs = problem.retry_after_ms ?? undefined;
    this.rule = problem.rule;
  }
}

/** Nobody answers at the address. Nothing was sent; a command may be repeated with the same key. */
export class Unreachable extends MeshError {}

/** Something else listens there than the node that is meant. It was shown no token and nothing else. */
export class Stranger extends MeshError {}

/** The client was closed, by `close` or because the node refused it for good. */
export class Closed extends MeshError {}
