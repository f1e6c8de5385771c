// A small Markdown. The result is a tree that Svelte renders as text nodes and a few known elements, so nothing a participant
// writes can become markup. Line breaks are kept, as people write them in a conversation.

import { type Inline, inline } from './inline.ts';

export type Align = 'left' | 'center' | 'right';

export interface Item {
  blocks: Block[];
  /** Of a list of things to do: whether it is done. */
  done?: boolean;
}

export type Block =
  | { type: 'paragraph'; lines: Inline[][] }
  | { type: 'list'; items: Item[]; first?: number }
  | { type: 'heading'; line: Inline[] }
  | { type: 'table'; head: Inline[][]; align: (Align | undefined)[]; rows: Inline[][][] }
  | { type: 'quote'; blocks: Block[] }
  | { type: 'pre'; text: string; language: string }
  | { type: 'rule' };

/** Lists and quotes inside one another; what is deeper stays as it was written. */
const DEPTH_MAX = 8;
const FENCE = /^ {0,3}(`{3,}|~{3,})(.*)$/;
const ITEM = /^( *)([-*+]|\d{1,9}[.)])( +|$)(.*)$/;
const HEADING = /^ {0,3}#{1,6}\s+(\S.*)$/;
const QUOTE = /^ {0,3}>/;
const BREAK = /^ {0,3}(?:(?:- *){3,}|(?:\* *){3,}|(?:_ *){3,})$/;
const ROW = /^\s*\|.*\|\s*$/;
const RULE = /^\s*\|(?:\s*:?-+:?\s*\|)+\s*$/;

export function parse(source: string): Block[] {
  return blocksOf(source.replace(/\r\n?/g, '\n').replaceAll('\t', '    ').split('\n'), 0);
}

function blocksOf(lines: string[], depth: number): Block[] {
  const blocks: Block[] = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at]!;
    if (line.trim() === '') at++;
    else if (fenceOf(line)) at = fence(lines, at, blocks);
    else if (ROW.test(line) && RULE.test(lines[at + 1] ?? '')) at = table(lines, at, blocks);
    else if (HEADING.test(line)) {
      const words = HEADING.exec(line)![1]!.trimEnd().replace(/\s#+$/, '');
      blocks.push({ type: 'heading', line: inline(words) });
      at++;
    } else if (BREAK.test(line)) {
      blocks.push({ type: 'rule' });
      at++;
    } else if (QUOTE.test(line) && depth < DEPTH_MAX) at = quote(lines, at, depth, blocks);
    else if (ITEM.test(line) && depth < DEPTH_MAX) at = list(lines, at, depth, blocks);
    else at = paragraph(lines, at, depth, blocks);
  }
  return blocks;
}

/** The mark that begins a piece of code, and its language; what has ticks later in the line is code within it. */
function fenceOf(line: string): { mark: string; language: string } | null {
  const [, mark = '', rest = ''] = FENCE.exec(line) ?? [];
  if (!mark || (mark.startsWith('`') && rest.includes('`'))) return null;
  return { mark, language: /^[\w+#.-]*/.exec(rest.trim())![0].toLowerCase() };
}

function fence(lines: string[], start: number, blocks: Block[]): number {
  const { mark, language } = fenceOf(lines[start]!)!;
  let end = start + 1;
  const closes = (line: string) => line.trim().startsWith(mark) && line.trim().replaceAll(mark[0]!, '') === '';
  while (end < lines.length && !closes(lines[end]!)) end++;
  blocks.push({ type: 'pre', text: lines.slice(start + 1, end).join('\n'), language });
  return end + 1;
}

/** The cells of a row; a bar that belongs to the words is written with a backslash. */
const cells = (line: string): Inline[][] =>
  line
    .trim()
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => inline(cell.trim().replaceAll('\\|', '|')));

function alignOf(rule: string): (Align | undefined)[] {
  const cell = (mark: string): Align | undefined =>
    mark.endsWith(':') ? (mark.startsWith(':') ? 'center' : 'right') : mark.startsWith(':') ? 'left' : undefined;
  return rule
    .trim()
    .slice(1, -1)
    .split('|')
    .map((mark) => cell(mark.trim()));
}

function table(lines: string[], start: number, blocks: Block[]): number {
  const head = cells(lines[start]!);
  const rows: Inline[][][] = [];
  let at = start + 2;
  for (; at < lines.length && ROW.test(lines[at]!); at++) {
    const row = cells(lines[at]!);
    rows.push(head.map((_, index) => row[index] ?? []));
  }
  blocks.push({ type: 'table', head, align: alignOf(lines[start + 1]!), rows });
  return at;
}

function quote(lines: string[], start: number, depth: number, blocks: Block[]): number {
  let at = start;
  const inside: string[] = [];
  while (at < lines.length && QUOTE.test(lines[at]!)) inside.push(lines[at++]!.replace(/^ {0,3}> ?/, ''));
  blocks.push({ type: 'quote', blocks: blocksOf(inside, depth + 1) });
  return at;
}

/** What stands before an item's words: how far it is moved in, and whether it is numbered. */
interface Mark {
  indent: number;
  /** Where its words begin. */
  words: number;
  number?: number;
  rest: string;
}

function markOf(line: string): Mark | null {
  const found = BREAK.test(line) ? null : ITEM.exec(line);
  if (!found) return null;
  const [, space, sign, gap, rest] = found;
  const number = Number.parseInt(sign!, 10);
  return {
    indent: space!.length,
    words: space!.length + sign!.length + Math.max(1, Math.min(gap!.length, 4)),
    rest: rest!,
    ...(Number.isFinite(number) && { number }),
  };
}

function list(lines: string[], start: number, depth: number, blocks: Block[]): number {
  const first = markOf(lines[start]!)!;
  const items: Item[] = [];
  let at = start;
  while (at < lines.length) {
    const mark = markOf(lines[at]!);
    // One step further in begins a list inside; the other kind begins another list.
    if (!mark || mark.indent > first.indent + 1 || (mark.number === undefined) !== (first.number === undefined)) break;
    if (mark.indent < first.indent && depth > 0) break;
    const end = itemEnd(lines, at + 1, mark);
    const task = /^\[([ xX])\] +(.*)$/.exec(mark.rest);
    const inside = [task ? task[2]! : mark.rest, ...lines.slice(at + 1, end).map((line) => dedent(line, mark.words))];
    items.push({ blocks: blocksOf(inside, depth + 1), ...(task && { done: task[1] !== ' ' }) });
    at = end;
    // An empty line between items is no end.
    let next = at;
    while (next < lines.length && lines[next]!.trim() === '') next++;
    if (next > at && markOf(lines[next] ?? '')) at = next;
  }
  blocks.push({ type: 'list', items, ...(first.number !== undefined && { first: first.number }) });
  return at;
}

/** Behind the last line that is moved in far enough to belong to the item. */
function itemEnd(lines: string[], from: number, mark: Mark): number {
  let end = from;
  for (let at = from; at < lines.length; at++) {
    const line = lines[at]!;
    if (line.trim() === '') continue;
    if (line.search(/\S/) < mark.indent + 2) break;
    end = at + 1;
  }
  return end;
}

const dedent = (line: string, most: number): string => line.slice(Math.min(most, Math.max(0, line.search(/\S/))));

function paragraph(lines: string[], start: number, depth: number, blocks: Block[]): number {
  const content = [inline(lines[start]!.trim())];
  let at = start + 1;
  for (; at < lines.length; at++) {
    const line = lines[at]!;
    if (line.trim() === '' || fenceOf(line) || HEADING.test(line) || BREAK.test(line)) break;
    if (depth < DEPTH_MAX && (QUOTE.test(line) || ITEM.test(line))) break;
    if (ROW.test(line) && RULE.test(lines[at + 1] ?? '')) break;
    content.push(inline(line.trim()));
  }
  blocks.push({ type: 'paragraph', lines: content });
  return at;
}

/** The words alone, on one line, for quotes, labels and the title bar. */
export function plain(source: string, length = 140): string {
  const text = source
    .slice(0, length * 8)
    .replace(/^ {0,3}(?:`{3,}|~{3,}).*$/gm, ' ')
    .replace(/^[ >]*(?:#{1,6} |[-*+] (?:\[[ xX]\] )?|> ?)/gm, '')
    .replace(/^\s*\|(?:\s*:?-+:?\s*\|)+\s*$/gm, ' ')
    .replace(/!?\[([^\]\n]+)\]\(\S+?\)/g, '$1')
    .replace(/[`*]|~~|(?<!\w)_|_(?!\w)/g, '')
    .replace(/\s*\|\s*/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return text.length > length ? `${text.slice(0, length - 1).trimEnd()}…` : text;
}
