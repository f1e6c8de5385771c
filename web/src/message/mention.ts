// The mention being typed at the caret.

export interface Typed {
  /** Where the @ stands. */
  start: number;
  /** Where the caret stands. */
  end: number;
  query: string;
}

export function mentionAt(text: string, caret: number): Typed | null {
  const match = /(?:^|[\s([{"'])@([a-z0-9-]{0,40})$/u.exec(text.slice(0, caret));
  if (!match) return null;
  const query = match[1]!;
  return { start: caret - query.length - 1, end: caret, query };
}

/** The text with the mention completed, and where the caret goes. */
export function complete(text: string, typed: Typed, handle: string): { text: string; caret: number } {
  const rest = text.slice(typed.end);
  const word = `@${handle}${rest.startsWith(' ') ? '' : ' '}`;
  return {
    text: text.slice(0, typed.start) + word + rest,
    caret: typed.start + word.length + (rest.startsWith(' ') ? 1 : 0),
  };
}
