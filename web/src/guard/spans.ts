// Where in a text something was found. The node counts bytes of UTF-8, the browser UTF-16; this turns one into pieces to show.

export interface Piece {
  text: string;
  /** The names of what was found here; none for plain text. */
  found: string[];
}

export interface Span {
  name: string;
  from: number;
  to: number;
}

/** The text cut at the bounds of the spans. Spans may overlap; one that is not in the text is left out. */
export function pieces(text: string, spans: readonly Span[]): Piece[] {
  const bytes = new TextEncoder().encode(text);
  const decoder = new TextDecoder();
  const inside = spans.filter((span) => span.from < span.to && span.from >= 0 && span.to <= bytes.length);
  const bounds = new Set([0, bytes.length]);
  for (const span of inside) for (const at of [span.from, span.to]) bounds.add(begin(bytes, at));
  const sorted = [...bounds].sort((a, b) => a - b);
  const list: Piece[] = [];
  for (let index = 1; index < sorted.length; index++) {
    const [from, to] = [sorted[index - 1]!, sorted[index]!];
    const found = inside
      .filter((span) => begin(bytes, span.from) <= from && begin(bytes, span.to) >= to)
      .map((span) => span.name);
    list.push({ text: decoder.decode(bytes.subarray(from, to)), found: [...new Set(found)] });
  }
  return list;
}

/** The first byte of the character that this byte belongs to. */
function begin(bytes: Uint8Array, at: number): number {
  let from = at;
  while (from > 0 && from < bytes.length && (bytes[from]! & 0xc0) === 0x80) from--;
  return from;
}

/** Soft hyphen, zero-width characters and the byte order mark. */
const HIDDEN = new Set([0x00ad, 0x200b, 0x200c, 0x200d, 0x200e, 0x200f, 0x2060, 0xfeff]);

/** Characters that nobody sees are written as their code points, so that a reviewer does. */
export function unhide(text: string): string {
  return [...text]
    .map((char) => {
      const code = char.codePointAt(0)!;
      const hidden =
        (code < 0x20 && !/[\n\t]/.test(char)) ||
        (code >= 0x7f && code < 0xa0) ||
        HIDDEN.has(code) ||
        (code >= 0x202a && code <= 0x202e) ||
        (code >= 0x2066 && code <= 0x2069) ||
        (code >= 0xe0000 && code <= 0xe007f);
      return hidden ? `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩` : char;
    })
    .join('');
}
