// A room's simulation clock in words. Simulated times are shown as they are, in UTC: they are nobody's local time.

import type { Clock, ClockCause } from '../api/types.ts';

/** The rates that are offered; any from 1 to 100 holds. */
export const RATES = [1, 2, 5, 10, 30, 60, 100] as const;

const STANDS: Record<ClockCause, string> = {
  set: 'stands still',
  rate: 'stands still',
  paused: 'stands still',
  resumed: 'stands still',
  stepped: 'stands still',
  alone: 'stands still: nobody who hears it was connected',
  forgotten: 'stands still: it ticked long enough and nobody touched it',
  archived: 'stands still: the room is closed',
};

/** What it shows now, if the answer came at `came`, both by this browser's clock. */
export function shows(clock: Clock, came: number, now: number): string {
  const passed = clock.paused ? 0 : Math.max(0, now - came) * clock.rate;
  return new Date(Date.parse(clock.now) + passed).toISOString();
}

/** A simulated moment: day and time. */
export const simulated = (at: string): string => `${at.slice(0, 10)} ${at.slice(11, 16)}`;

export const state = (clock: Clock): string => (clock.paused ? STANDS[clock.paused] : `runs ×${clock.rate}`);
