// Finding by a few typed letters: names that begin so come first, then words that do, then letters in order.

export function score(query: string, name: string): number {
  const q = query.toLowerCase();
  const n = name.toLowerCase();
  if (q === '') return 1;
  if (n === q) return 100;
  if (n.startsWith(q)) return 80 - n.length / 100;
  const word = n.search(new RegExp(`[\\s._/-]${literal(q)}`));
  if (word >= 0) return 60 - word / 100;
  const inside = n.indexOf(q);
  if (inside >= 0) return 40 - inside / 100;
  let at = -1;
  for (const letter of q) {
    at = n.indexOf(letter, at + 1);
    if (at < 0) return 0;
  }
  return 10 - n.length / 100;
}

const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** The best `limit` of `things` by any of their names, best first; equal ones keep their order. */
export function best<T>(
  query: string,
  things: readonly T[],
  names: (thing: T) => string | readonly string[],
  limit: number,
): T[] {
  return things
    .map((thing, index) => ({
      thing,
      index,
      points: Math.max(...[names(thing)].flat().map((name) => score(query, name))),
    }))
    .filter((one) => one.points > 0)
    .sort((a, b) => b.points - a.points || a.index - b.index)
    .slice(0, limit)
    .map((one) => one.thing);
}
