// Which labels are drawn: the most important ones that do not touch each other. Pure, so that it can be tested.

/** Its middle in pixels, and its size. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Candidate extends Box {
  key: string;
  /** Higher goes first. */
  rank: number;
  /** Where else it may stand, in this order, if its first place is taken. */
  others?: readonly { x: number; y: number }[];
}

/** At most this many are drawn; beyond it a room's own label says how many are there. */
export const LABELS_MAX = 40;
const GAP = 3;

/** Which ones are drawn, and at which of their places: 0 is the first. */
export function declutter(
  candidates: readonly Candidate[],
  most = LABELS_MAX,
  /** What lies over the picture: no label stands under it. */
  covered: readonly Box[] = [],
): Map<string, number> {
  const sorted = [...candidates].sort((a, b) => b.rank - a.rank || (a.key < b.key ? -1 : 1));
  const placed: Candidate[] = [];
  const chosen = new Map<string, number>();
  for (const one of sorted) {
    if (placed.length >= most) break;
    const spots = [one, ...(one.others ?? []).map((spot) => ({ ...one, ...spot }))];
    const at = spots.findIndex(
      (spot) => placed.every((other) => apart(spot, other)) && covered.every((box) => apart(spot, box)),
    );
    if (at < 0) continue;
    placed.push(spots[at]!);
    chosen.set(one.key, at);
  }
  return chosen;
}

const apart = (a: Box, b: Box): boolean =>
  Math.abs(a.x - b.x) * 2 >= a.width + b.width + GAP * 2 || Math.abs(a.y - b.y) * 2 >= a.height + b.height + GAP * 2;
