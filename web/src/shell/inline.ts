// The marks inside a line: code, bold, italics, strikes, links, addresses, mentions. Every search for an end that fails is remembered,
// so that a line full of beginnings takes no longer than a line of words.

export type Inline =
  | { type: 'text'; text: string }
  | { type: 'code'; text: string }
  | { type: 'strong'; children: Inline[] }
  | { type: 'em'; children: Inline[] }
  | { type: 'strike'; children: Inline[] }
  /** `host` is there when the words name another place than the link leads to. */
  | { type: 'link'; href: string; children: Inline[]; host?: string }
  /** Of somebody in another mesh, `handle` is who speaks here for that mesh and `far` is who is named there. */
  | { type: 'mention'; handle: string; far?: string };

/** Marks inside marks; what is deeper stays as it was written. */
const DEPTH_MAX = 8;
/** A link's words; a bracket that is not closed by then is a bracket. */
const LABEL_CHARS_MAX = 1_000;
/** Where something may begin. */
const SIGN = /[\\`*_~[<@]|!\[|https?:\/\/|www\.(?=[\w-]+\.)/gi;
const ADDRESS = /(?:https?:\/\/|www\.)[^\s<>"`]+/iy;
const HANDLE = /@([a-z0-9](?:[a-z0-9-]*[a-z0-9])?)(?:@([a-z0-9](?:[a-z0-9-]*[a-z0-9])?))?/y;
const WORD = /[\p{L}\p{N}_]/u;

type Taken = { nodes: Inline[]; end: number } | null;

class Line {
  readonly #text: string;
  readonly #depth: number;
  /** Whether links and mentions are taken; inside a link's words they are not. */
  readonly #links: boolean;
  /** Ends that are nowhere in the rest of this line. */
  readonly #missing = new Set<string>();

  constructor(text: string, depth: number, links: boolean) {
    this.#text = text;
    this.#depth = depth;
    this.#links = links;
  }

  read(): Inline[] {
    const text = this.#text;
    const out: Inline[] = [];
    let words = '';
    let at = 0;
    const sign = new RegExp(SIGN);
    while (at < text.length) {
      sign.lastIndex = at;
      const next = sign.exec(text)?.index ?? text.length;
      words += text.slice(at, next);
      at = next;
      if (at >= text.length) break;
      const taken = this.#take(at);
      if (taken?.nodes.length) {
        if (words) out.push({ type: 'text', text: words });
        words = '';
        out.push(...taken.nodes);
      }
      if (taken) at = taken.end;
      else words += text[at++]!;
      // A character that was written with a backslash stands for itself.
      if (taken && taken.nodes.length === 0) words += text[at - 1]!;
    }
    if (words) out.push({ type: 'text', text: words });
    return out;
  }

  #take(at: number): Taken {
    switch (this.#text[at]) {
      case '\\':
        return /[!-/:-@[-`{-~]/.test(this.#text[at + 1] ?? '') ? { nodes: [], end: at + 2 } : null;
      case '`':
        return this.#code(at);
      case '*':
      case '_':
      case '~':
        return this.#marked(at);
      case '!':
        // A picture is named and never loaded: whoever reads does not call at a stranger's.
        return this.#link(at + 1);
      case '[':
        return this.#link(at);
      case '<':
        return this.#address(at + 1, '>');
      case '@':
        return this.#mention(at);
      default:
        return this.#address(at, '');
    }
  }

  #inside(from: number, to: number, links = this.#links): Inline[] {
    const text = this.#text.slice(from, to);
    return this.#depth < DEPTH_MAX ? new Line(text, this.#depth + 1, links).read() : [{ type: 'text', text }];
  }

  /** How often the character here is repeated. */
  #run(at: number): number {
    let end = at + 1;
    while (this.#text[end] === this.#text[at]) end++;
    return end - at;
  }

  #code(at: number): Taken {
    const ticks = this.#run(at);
    const end = this.#codeEnd(at, ticks);
    if (end === null) return { nodes: [{ type: 'text', text: '`'.repeat(ticks) }], end: at + ticks };
    const inside = this.#text.slice(at + ticks, end - ticks);
    const text = /^ .*[^ ].* $/.test(inside) ? inside.slice(1, -1) : inside;
    return { nodes: [{ type: 'code', text }], end };
  }

  /** Behind the ticks that end what so many ticks began. */
  #codeEnd(at: number, ticks: number): number | null {
    const key = `\`${ticks}`;
    if (this.#missing.has(key)) return null;
    for (let next = this.#text.indexOf('`', at + ticks); next >= 0; next = this.#text.indexOf('`', next)) {
      const run = this.#run(next);
      if (run === ticks) return next + run;
      next += run;
    }
    this.#missing.add(key);
    return null;
  }

  #marked(at: number): Taken {
    const sign = this.#text[at]!;
    const run = this.#run(at);
    const all = { nodes: [{ type: 'text' as const, text: sign.repeat(run) }], end: at + run };
    const size = Math.min(run, 3);
    const before = this.#text[at - 1] ?? ' ';
    const after = this.#text[at + run] ?? ' ';
    if (/\s/.test(after) || run > 3 || (sign === '~' && run !== 2)) return all;
    // Inside a word a single star or underscore belongs to it.
    if (sign !== '~' && (size !== 2 || sign === '_') && WORD.test(before)) return all;
    const end = this.#markEnd(at + run, sign, size);
    if (end === null) return all;
    const children = this.#inside(at + run, end);
    if (sign === '~') return { nodes: [{ type: 'strike', children }], end: end + size };
    const strong: Inline = { type: 'strong', children };
    const node: Inline =
      size === 1 ? { type: 'em', children } : size === 2 ? strong : { type: 'em', children: [strong] };
    return { nodes: [node], end: end + size };
  }

  #markEnd(from: number, sign: string, size: number): number | null {
    const key = sign + size;
    if (this.#missing.has(key)) return null;
    for (let at = from; at < this.#text.length; ) {
      const here = this.#text[at]!;
      if (here === '\\') at += 2;
      else if (here === '`') {
        const ticks = this.#run(at);
        at = this.#codeEnd(at, ticks) ?? at + ticks;
      } else if (here === sign) {
        const run = this.#run(at);
        const behind = this.#text[at + run] ?? ' ';
        const closes = !/\s/.test(this.#text[at - 1]!) && at > from;
        const whole = sign === '~' || (size === 2 && sign === '*') || !WORD.test(behind);
        if (closes && whole && (run === size || (run === 3 && size < 3))) return at;
        at += run;
      } else at++;
    }
    this.#missing.add(key);
    return null;
  }

  #link(at: number): Taken {
    const close = this.#links ? this.#bracket(at) : null;
    if (close === null) return null;
    const target = /\(\s*<?([^\s<>()]+(?:\([^\s<>()]*\)[^\s<>()]*)*)>?(?:\s+(?:"[^"]{0,200}"|'[^']{0,200}'))?\s*\)/y;
    target.lastIndex = close + 1;
    const found = target.exec(this.#text);
    const href = found && safeHref(found[1]!);
    if (!found || !href) return null;
    const words = this.#text.slice(at + 1, close);
    const children = words.trim() ? this.#inside(at + 1, close, false) : [{ type: 'text' as const, text: href }];
    const host = elsewhere(words, href);
    return { nodes: [{ type: 'link', href, children, ...(host && { host }) }], end: close + 1 + found[0].length };
  }

  /** Where the bracket that opens here is closed. */
  #bracket(at: number): number | null {
    let open = 0;
    if (this.#missing.has(']')) return null;
    const end = Math.min(this.#text.length, at + LABEL_CHARS_MAX);
    for (let next = at; next < end; next++) {
      const here = this.#text[next];
      if (here === '\\') next++;
      else if (here === '[') open++;
      else if (here === ']' && --open === 0) return next;
    }
    if (this.#text.indexOf(']', at) < 0) this.#missing.add(']');
    return null;
  }

  #address(at: number, end: '>' | ''): Taken {
    if (!this.#links) return null;
    ADDRESS.lastIndex = at;
    const found = ADDRESS.exec(this.#text)?.[0];
    if (!found) return null;
    const words = end ? found : trimmed(found);
    if (end && this.#text[at + words.length] !== end) return null;
    const href = safeHref(/^www/i.test(words) ? `https://${words}` : words);
    return href
      ? {
          nodes: [{ type: 'link', href, children: [{ type: 'text', text: words }] }],
          end: at + words.length + end.length,
        }
      : null;
  }

  #mention(at: number): Taken {
    if (!this.#links || /[\p{L}\p{N}/@.]/u.test(this.#text[at - 1] ?? ' ')) return null;
    HANDLE.lastIndex = at;
    const found = HANDLE.exec(this.#text);
    if (!found) return null;
    const [all, who, far] = found;
    return {
      nodes: [far ? { type: 'mention', handle: far, far: who } : { type: 'mention', handle: who! }],
      end: at + all.length,
    };
  }
}

export const inline = (text: string): Inline[] => joined(new Line(text, 0, true).read());

/** Texts beside each other are one text. */
function joined(nodes: Inline[]): Inline[] {
  const out: Inline[] = [];
  for (const node of nodes) {
    const last = out.at(-1);
    if (node.type === 'text' && last?.type === 'text')
      out[out.length - 1] = { type: 'text', text: last.text + node.text };
    else out.push('children' in node ? { ...node, children: joined(node.children) } : node);
  }
  return out;
}

/** An address without what belongs to the sentence around it; a bracket that was opened in it stays. */
function trimmed(address: string): string {
  let open = address.split('(').length - address.split(')').length;
  let end = address.length;
  for (; end > 0 && /[.,;:!?)\]}'*_~]/.test(address[end - 1]!); end--) {
    if (address[end - 1] === ')' && open++ >= 0) break;
  }
  return address.slice(0, end);
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

/** The host a link leads to, if its words look like the name of another one. */
function elsewhere(words: string, href: string): string | undefined {
  const named = /^\s*(?:https?:\/\/)?(?:www\.)?([\w-]+(?:\.[\w-]+)+)/i.exec(words)?.[1]?.toLowerCase();
  const { host } = new URL(href);
  return named && host && host.replace(/^www\./, '') !== named ? host : undefined;
}
