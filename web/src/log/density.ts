// The past as bars: how high they are, which stretch of time is shown, and where a moment stands in it. No page in here.

import type { Density, PastKind, StepOf } from '../api/types.ts';

/** Everything of one kind has one colour and one word. */
export const KINDS: readonly { kind: PastKind; name: string; one: string; colour: string }[] = [
  { kind: 'message', name: 'Messages', one: 'message', colour: 'var(--line-strong)' },
  { kind: 'created', name: 'Tasks created', one: 'task created', colour: 'var(--accent)' },
  { kind: 'done', name: 'Tasks done', one: 'task done', colour: 'var(--good)' },
  { kind: 'failed', name: 'Tasks failed', one: 'task failed', colour: 'var(--bad)' },
  { kind: 'asked', name: 'Questions', one: 'question', colour: 'var(--warning)' },
  { kind: 'joined', name: 'Arrivals', one: 'arrival', colour: 'var(--bot)' },
];

const HOUR_MS = 3_600_000;
export const RANGES = [
  { name: 'hour', ms: HOUR_MS },
  { name: 'day', ms: 24 * HOUR_MS },
  { name: 'week', ms: 7 * 24 * HOUR_MS },
  { name: 'all', ms: 0 },
] as const;
export type RangeName = (typeof RANGES)[number]['name'];
/** The node counts a year at most between two moments that anybody looks at. */
const LEAST_MS = 60_000;

/** From when on a range is looked at; never from before the log began, and never less than a minute. */
export function since(name: RangeName, now: number, begun: number | null): number {
  const ms = RANGES.find((one) => one.name === name)?.ms ?? 0;
  const from = ms === 0 ? (begun ?? now - RANGES[1].ms) : now - ms;
  return Math.min(now - LEAST_MS, begun === null ? from : Math.max(from, begun));
}

/** The smallest range that has a moment in it, from `least` on. */
export function rangeWith(at: number, now: number, least: RangeName): RangeName {
  const from = RANGES.findIndex((one) => one.name === least);
  return RANGES.slice(from).find((one) => one.ms === 0 || at >= now - one.ms)?.name ?? 'all';
}

export interface Bar {
  kind: PastKind;
  /** The stretch. */
  index: number;
  /** From the foot, and how high: parts of the whole height. */
  y: number;
  high: number;
}

/** Bars that stand on each other. Heights grow with the square root: one event is seen beside a thousand. */
export function bars(density: Pick<Density, 'kinds'>): Bar[] {
  const width = Math.max(0, ...density.kinds.map((one) => one.counts.length));
  const sums = Array.from({ length: width }, (_, index) =>
    density.kinds.reduce((sum, one) => sum + (one.counts[index] ?? 0), 0),
  );
  const most = Math.sqrt(Math.max(1, ...sums));
  return sums.flatMap((sum, index) => {
    let foot = 0;
    return density.kinds.flatMap(({ kind, counts }) => {
      const count = counts[index] ?? 0;
      if (count === 0) return [];
      const high = (Math.sqrt(sum) / most) * (count / sum);
      const bar = { kind, index, y: foot, high };
      foot += high;
      return [bar];
    });
  });
}

/** Where a moment stands between two, from 0 to 1. */
export const part = (at: number, from: number, to: number): number =>
  Math.min(1, Math.max(0, (at - from) / Math.max(1, to - from)));

/** The next place of a kind, or of any. */
export function stepTo(steps: readonly StepOf[], kind: PastKind | 'any', by: 1 | -1): number | null {
  const fits = steps.filter((one) => kind === 'any' || one.kind === kind);
  const places = fits.flatMap((one) => (by > 0 ? one.next : one.prev) ?? []);
  if (places.length === 0) return null;
  return by > 0 ? Math.min(...places) : Math.max(...places);
}
