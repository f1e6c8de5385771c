// What changed between two texts, word by word.

export interface Part {
  kind: 'same' | 'gone' | 'new';
  text: string;
}

/** Words compared with words: beyond it the whole middle counts as changed. */
const CELLS_MAX = 250_000;

const words = (text: string): string[] => text.match(/\s+|[^\s]+/g) ?? [];

export function diff(before: string, after: string): Part[] {
  const [a, b] = [words(before), words(after)];
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a.at(-1 - tail) === b.at(-1 - tail)) tail++;
  const parts: Part[] = [];
  const add = (kind: Part['kind'], list: readonly string[]) => {
    const text = list.join('');
    const last = parts.at(-1);
    if (!text) return;
    if (last?.kind === kind) last.text += text;
    else parts.push({ kind, text });
  };
  add('same', a.slice(0, head));
  for (const [kind, word] of middle(a.slice(head, a.length - tail), b.slice(head, b.length - tail))) add(kind, [word]);
  add('same', a.slice(a.length - tail));
  return parts;
}

/** By the longest row of words that both have. */
function middle(a: readonly string[], b: readonly string[]): [Part['kind'], string][] {
  const gone = (word: string): [Part['kind'], string] => ['gone', word];
  const fresh = (word: string): [Part['kind'], string] => ['new', word];
  if (a.length * b.length > CELLS_MAX) return [...a.map(gone), ...b.map(fresh)];
  const width = b.length + 1;
  const common = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      common[i * width + j] =
        a[i] === b[j]
          ? common[(i + 1) * width + j + 1]! + 1
          : Math.max(common[(i + 1) * width + j]!, common[i * width + j + 1]!);
  const parts: [Part['kind'], string][] = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) {
      parts.push(['same', a[i++]!]);
      j++;
    } else if (common[(i + 1) * width + j]! >= common[i * width + j + 1]!) parts.push(gone(a[i++]!));
    else parts.push(fresh(b[j++]!));
  }
  return [...parts, ...a.slice(i).map(gone), ...b.slice(j).map(fresh)];
}
