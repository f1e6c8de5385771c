// Until where this reader had seen the mesh when it was last here: kept in this browser as it leaves.

/** A place in the log and its moment. */
export interface Mark {
  seq: number;
  at: number;
}

const KEY = 'mesh.visit.';
/** Whoever is back sooner is still on the same visit. */
const SAME_MS = 30 * 60_000;

interface Kept extends Mark {
  /** Where the visit before had ended. */
  before: Mark | null;
}

/** Where the last visit ended, as of now; null for somebody who was never here. */
export function lastSeen(kept: Kept | null, now: number): Mark | null {
  if (!kept) return null;
  return now - kept.at > SAME_MS ? { seq: kept.seq, at: kept.at } : kept.before;
}

function read(me: string): Kept | null {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY + me) ?? 'null') as Kept | null;
    return typeof kept?.seq === 'number' && typeof kept.at === 'number' ? kept : null;
  } catch {
    return null;
  }
}

/** Where the last visit ended; from now on the end of this one is kept, whenever the page goes out of sight. */
export function visit(me: string, head: () => number): Mark | null {
  const before = lastSeen(read(me), Date.now());
  const leave = () => {
    if (document.visibilityState !== 'hidden') return;
    try {
      localStorage.setItem(KEY + me, JSON.stringify({ seq: head(), at: Date.now(), before } satisfies Kept));
    } catch {
      // Storage can be full or forbidden; the next visit knows nothing of this one.
    }
  };
  document.addEventListener('visibilitychange', leave);
  return before;
}
