// Which labels are drawn: the most important ones that do not touch each other. Pure, so that it can be tested.

export interface Candidate {
  key: string;
  /** Higher goes first. */
  rank: number;
  /** The middle of the label on the screen, in pixels, and its size. */
  x: number;
  y: number;
  width: number;
  height: number;
}

/** At most this many are drawn; beyond it a room's own label says how many are there. */
export const LABELS_MAX = 40;
const GAP = 3;

export function declutter(candidates: readonly Candidate[], most = LABELS_MAX): Set<string> {
  const sorted = [...candidates].sort((a, b) => b.rank - a.rank || (a.key < b.key ? -1 : 1));
  const placed: Candidate[] = [];
  for (const one of sorted) {
    if (placed.length >= most) break;
    if (placed.every((other) => apart(one, other))) placed.push(one);
  }
  return new Set(placed.map((one) => one.key));
}

const apart = (a: Candidate, b: Candidate): boolean =>
  Math.abs(a.x - b.x) * 2 >= a.width + b.width + GAP * 2 || Math.abs(a.y - b.y) * 2 >= a.height + b.height + GAP * 2;
