// How long to wait before connecting again: doubles up to a limit, spread so that many pages do not come back at once.

export const FIRST_WAIT_MS = 400;
export const WAIT_MS_MAX = 15_000;

/** `chance` is between 0 and 1. */
export function backoffMs(attempt: number, chance: number): number {
  const full = Math.min(WAIT_MS_MAX, FIRST_WAIT_MS * 2 ** Math.max(0, attempt - 1));
  return Math.round(full * (0.5 + chance / 2));
}
