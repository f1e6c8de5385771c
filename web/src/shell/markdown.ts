// A small Markdown: code, bold, italics, links, mentions, lists, headings, tables. The result is a tree that Svelte renders as text nodes and a few
// known elements, so nothing a participant writes can become markup.

export type Inline =
  | { type: 'text'; text: string }
  | { type: 'code'; text: string }
  | { type: 'strong'; children: Inline[] }
  | { type: 'em'; children: Inline[] }
  | { type: 'link'; href: string; text: string }
  | { type: 'mention'; handle: string };

export type Block =
  | { type: 'paragraph'; lines: Inline[][] }
  | { type: 'list'; items: Inline[][]; first?: number }
  | { type: 'heading'; line: Inline[] }
  | { type: 'table'; head: Inline[][]; rows: Inline[][][] }
  | { type: 'quote'; lines: Inline[][] }
  | { type: 'pre'; text: string; language: string };

const FENCE = /^```([\w+-]*)\s*$/;
const ITEM = /^\s{0,3}[-*]\s+(.*)$/;
const NUMBERED = /^\s{0,3}(\d{1,9})[.)]\s+(.*)$/;
const HEADING = /^#{1,6}\s+(.*?)\s*#*$/;
const QUOTE = /^>\s?(.*)$/;
const ROW = /^\s*\|.*\|\s*$/;
const RULE = /^\s*\|(?:\s*:?-+:?\s*\|)+\s*$/;

export function parse(source: string): Block[] {
  const lines = source.replace(/\r\n?/g, '\n').split('\n');
  const blocks: Block[] = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at]!;
    const fence = FENCE.exec(line);
    if (fence) {
      const end = lines.findIndex((other, index) => index > at && /^```\s*$/.test(other));
      const last = end < 0 ? lines.length : end;
      blocks.push({ type: 'pre', text: lines.slice(at + 1, last).join('\n'), language: fence[1] ?? '' });
      at = last + 1;
    } else if (ROW.test(line) && RULE.test(lines[at + 1] ?? '')) {
      at = table(lines, at, blocks);
    } else if (HEADING.test(line)) {
      blocks.push({ type: 'heading', line: inline(HEADING.exec(line)![1]!) });
      at++;
    } else if (line.trim() === '') {
      at++;
    } else {
      at = run(lines, at, blocks);
    }
  }
  return blocks;
}

/** The cells of a row; a bar that belongs to the words is written with a backslash. */
const cells = (line: string): Inline[][] =>
  line
    .trim()
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => inline(cell.trim().replaceAll('\\|', '|')));

function table(lines: string[], start: number, blocks: Block[]): number {
  const head = cells(lines[start]!);
  const rows: Inline[][][] = [];
  let at = start + 2;
  for (; at < lines.length && ROW.test(lines[at]!); at++) {
    const row = cells(lines[at]!);
    rows.push(head.map((_, index) => row[index] ?? []));
  }
  blocks.push({ type: 'table', head, rows });
  return at;
}

/** Takes the lines that belong to one paragraph, list or quote. */
function run(lines: string[], start: number, blocks: Block[]): number {
  const kind = kindOf(lines[start]!);
  const content: Inline[][] = [];
  let at = start;
  for (; at < lines.length; at++) {
    const line = lines[at]!;
    if (line.trim() === '' || FENCE.test(line) || HEADING.test(line) || kindOf(line) !== kind) break;
    // A table may follow at once, but not in the middle of its own head.
    if (at > start && ROW.test(line) && RULE.test(lines[at + 1] ?? '')) break;
    content.push(inline(BODY[kind].exec(line)!.at(-1)!));
  }
  if (kind === 'list') blocks.push({ type: 'list', items: content });
  else if (kind === 'numbered') {
    blocks.push({ type: 'list', items: content, first: Number(NUMBERED.exec(lines[start]!)![1]) });
  } else blocks.push({ type: kind, lines: content });
  return at;
}

type Kind = 'paragraph' | 'list' | 'numbered' | 'quote';

/** The last group is what is said. */
const BODY: Record<Kind, RegExp> = { paragraph: /^(.*)$/, list: ITEM, numbered: NUMBERED, quote: QUOTE };

function kindOf(line: string): Kind {
  if (ITEM.test(line)) return 'list';
  if (NUMBERED.test(line)) return 'numbered';
  return QUOTE.test(line) ? 'quote' : 'paragraph';
}

const INLINE =
  /(`+)(.+?)\1(?!`)|\*\*(?=\S)(.+?\S|\S)\*\*|(?<![\w*])[*_](?=[^\s*_])([^*_]*[^\s*_])[*_](?![\w*])|\[([^\]\n]+)\]\((\S+?)\)|(https?:\/\/[^\s<>"`]+)|(?<![\p{L}\p{N}/@.])@([a-z0-9](?:[a-z0-9-]*[a-z0-9])?)/gu;

export function inline(text: string): Inline[] {
  const out: Inline[] = [];
  let last = 0;
  for (const match of text.matchAll(INLINE)) {
    const [whole, , code, strong, em, label, target, bare, handle] = match;
    const piece = pieceOf({ code, strong, em, label, target, bare, handle });
    if (!piece) continue;
    if (match.index > last) out.push({ type: 'text', text: text.slice(last, match.index) });
    out.push(...piece.nodes);
    last = match.index + whole.length - piece.back;
  }
  if (last < text.length) out.push({ type: 'text', text: text.slice(last) });
  return out;
}

interface Found {
  code?: string;
  strong?: string;
  em?: string;
  label?: string;
  target?: string;
  bare?: string;
  handle?: string;
}

/** The node of a match and how many of its last characters belong to the text after it. */
function pieceOf(found: Found): { nodes: Inline[]; back: number } | null {
  if (found.code !== undefined) return { nodes: [{ type: 'code', text: found.code }], back: 0 };
  if (found.strong !== undefined) return { nodes: [{ type: 'strong', children: inline(found.strong) }], back: 0 };
  if (found.em !== undefined) return { nodes: [{ type: 'em', children: inline(found.em) }], back: 0 };
  if (found.bare !== undefined) {
    const href = found.bare.replace(/[.,;:!?)\]}'*_]+$/, '');
    return { nodes: [{ type: 'link', href, text: href }], back: found.bare.length - href.length };
  }
  if (found.handle !== undefined) return { nodes: [{ type: 'mention', handle: found.handle }], back: 0 };
  const href = safeHref(found.target ?? '');
  return href ? { nodes: [{ type: 'link', href, text: found.label ?? href }], back: 0 } : null;
}

/** Only addresses that open a page or a letter; never script or data addresses. */
export function safeHref(target: string): string | null {
  try {
    const url = new URL(target);
    return ['http:', 'https:', 'mailto:'].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** The words alone, on one line, for quotes, labels and the title bar. */
export function plain(source: string, length = 140): string {
  const text = source
    .replace(/```[\w+-]*/g, ' ')
    .replace(/\[([^\]\n]+)\]\(\S+?\)/g, '$1')
    .replace(/[`*]/g, '')
    .replace(/\s+/g, ' ')
    .trim();
  return text.length > length ? `${text.slice(0, length - 1).trimEnd()}…` : text;
}
