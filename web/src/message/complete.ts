// What is being typed at the caret and could be completed: a mention, an emoji, a command and whom it is about.

export interface Typed {
  kind: 'mention' | 'emoji' | 'command' | 'whom';
  /** Where the word with its sign begins. */
  start: number;
  /** Where the caret stands. */
  end: number;
  query: string;
}

const WHOM = /^\/(?:pause|drain|resume|take|bring|set|move)\s+@?([a-z0-9-]*)$/i;

export function typedAt(text: string, caret: number, commands: boolean): Typed | null {
  const before = text.slice(0, caret);
  const at = (kind: Typed['kind'], query: string, sign: number): Typed => ({
    kind,
    start: caret - query.length - sign,
    end: caret,
    query,
  });
  if (commands && before.startsWith('/') && !before.startsWith('//')) {
    if (!/\s/.test(before)) return at('command', before.slice(1), 1);
    const whom = WHOM.exec(before);
    if (whom) return at('whom', whom[1]!, 0);
  }
  const mention = /(?:^|[\s([{"'])@([\p{L}\p{N}-]{0,40})$/u.exec(before);
  if (mention) return at('mention', mention[1]!, 1);
  const emoji = /(?:^|[\s([{"'])(:([a-z0-9_+-]{2,30}):?)$/.exec(before);
  return emoji ? { kind: 'emoji', start: caret - emoji[1]!.length, end: caret, query: emoji[2]! } : null;
}

/** The text with the word completed, and where the caret goes; a `last` word needs no space behind it. */
export function complete(text: string, typed: Typed, word: string, last = false): { text: string; caret: number } {
  const rest = text.slice(typed.end);
  const put = `${word}${last || rest.startsWith(' ') ? '' : ' '}`;
  return {
    text: text.slice(0, typed.start) + put + rest,
    caret: typed.start + put.length + (!last && rest.startsWith(' ') ? 1 : 0),
  };
}

/** Lines after which a paste looks like a report or a log, and may be meant as code. */
const PASTED_LINES_MIN = 8;
export const looksPasted = (pasted: string): boolean =>
  pasted.split('\n').length >= PASTED_LINES_MIN && !pasted.includes('```');

/** A piece of the text as code; its fence is longer than any within. */
export function asCode(text: string, piece: string): string {
  const longest = Math.max(2, ...[...piece.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return text.replace(piece, () => `${fence}\n${piece.replace(/\n$/, '')}\n${fence}\n`);
}
