// Where rooms and avatars stand. Deterministic: the same rooms in the same order stand at the same places on every screen,
// and a new room or a new member moves nobody.

export interface Place {
  x: number;
  z: number;
}

export interface RoomPlace extends Place {
  radius: number;
  /** Where the door looks: towards the landing. */
  door: number;
}

/** Between the centres of neighbouring rooms. */
export const SPACING = 18;
export const RADIUS_MIN = 5;
export const RADIUS_MAX = 7;
/** Those who are in no room stand here, in front of the first room. */
export const LANDING: RoomPlace = { x: 0, z: SPACING * 0.92, radius: 2.6, door: -Math.PI / 2 };

const STEPS = [
  [1, 0],
  [0, 1],
  [-1, 1],
  [-1, 0],
  [0, -1],
  [1, -1],
] as const;

/** The n-th cell of a spiral over a hexagonal grid: 0 in the middle, then ring after ring. */
export function spiral(index: number): Place {
  let q = 0;
  let r = 0;
  let left = index;
  for (let ring = 1; left > 0; ring++) {
    // A ring begins straight behind the middle, so that few rooms stand side by side and behind each other.
    if (left <= ring * 6) {
      q = 0;
      r = -ring;
      for (const [dq, dr] of STEPS) {
        const along = Math.min(left - 1, ring);
        q += dq * along;
        r += dr * along;
        left -= along;
        if (left <= 1) return place(q, r);
      }
      return place(q, r);
    }
    left -= ring * 6;
  }
  return place(q, r);
}

const place = (q: number, r: number): Place => ({ x: SPACING * (q + r / 2), z: SPACING * r * (Math.sqrt(3) / 2) });

export function roomRadius(members: number): number {
  return Math.min(RADIUS_MAX, RADIUS_MIN + Math.sqrt(members) * 0.42);
}

export function roomPlace(index: number, members: number): RoomPlace {
  const { x, z } = spiral(index);
  return { x, z, radius: roomRadius(members), door: Math.atan2(LANDING.z - z, LANDING.x - x) };
}

/** Fractions of a turn such that any first few are spread evenly: 0, 1/2, 1/4, 3/4, 1/8, … */
export function spread(index: number): number {
  let result = 0;
  let half = 0.5;
  for (let rest = index; rest > 0; rest >>= 1) {
    if (rest & 1) result += half;
    half /= 2;
  }
  return result;
}

/** Seats in the inner circle, and twice as many in each one around it. */
const INNER = 8;
const BODY = 1.5;

/** The n-th seat of a room: circles around the pillar, facing it. */
export function seat(index: number, radius: number): Place & { facing: number } {
  let circle = 0;
  let first = 0;
  let size = INNER;
  while (index >= first + size) {
    first += size;
    size *= 2;
    circle++;
  }
  const inner = Math.max(2.3, radius * 0.56);
  const distance = inner + circle * Math.min(BODY, (radius - 0.9 - inner) / 2);
  const angle = (spread(index - first) + 0.08 + circle * 0.03) * Math.PI * 2;
  return { x: Math.cos(angle) * distance, z: Math.sin(angle) * distance, facing: angle + Math.PI };
}

/** Who has which seat. A seat stays taken until its owner goes; a newcomer takes the first free one. */
export class Seats {
  readonly #taken: (string | undefined)[] = [];

  take(id: string): number {
    const own = this.#taken.indexOf(id);
    if (own >= 0) return own;
    const free = this.#taken.indexOf(undefined);
    const index = free >= 0 ? free : this.#taken.length;
    this.#taken[index] = id;
    return index;
  }

  leave(id: string): void {
    const index = this.#taken.indexOf(id);
    if (index >= 0) this.#taken[index] = undefined;
  }
}
