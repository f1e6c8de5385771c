// Marks of an axis, and bars in their places.

/** The least round number that is not below the greatest value: 1, 2 or 5 times a power of ten. */
export function top(greatest: number): number {
  if (!(greatest > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(greatest));
  for (const step of [1, 2, 5, 10]) if (step * power >= greatest * 0.999999) return step * power;
  return 10 * power;
}

/** The days up to today, the oldest first, as the node names them. */
export function days(count: number, now: number): string[] {
  return Array.from({ length: count }, (_, index) =>
    new Date(now - (count - 1 - index) * 86_400_000).toISOString().slice(0, 10),
  );
}

/** "21 Nov". */
export const dayShort = (day: string): string =>
  new Date(`${day}T12:00:00Z`).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
