// Colours of code by its language: comments, texts, numbers, words of the language and names that are called or declared. One
// reader for all of them, told apart by a table: enough to read a piece in a conversation, and small enough to come with it.

export type Kind = 'comment' | 'string' | 'number' | 'keyword' | 'name' | 'added' | 'removed';
export interface Token {
  text: string;
  kind?: Kind;
}

/** Longer pieces stay plain: they are read elsewhere. */
const CHARS_MAX = 40_000;

interface Language {
  /** What begins a comment that ends with its line. */
  line?: readonly string[];
  /** What begins and ends one that does not. */
  block?: readonly [string, string];
  /** Signs around texts; three of them where that begins a long one. */
  quotes?: string;
  keywords: string;
  /** Words of the language are written in any case. */
  loose?: boolean;
}

const C = { line: ['//'], block: ['/*', '*/'], quotes: '"\'' } as const;
const SCRIPT = `async await break case catch class const continue default delete do else export extends false finally for from
  function if import in instanceof let new null of return static super switch this throw true try typeof undefined var void while yield`;
const TYPED = `${SCRIPT} abstract as declare enum implements interface keyof namespace private protected public readonly satisfies type`;

const LANGUAGES: Record<string, Language> = {
  rust: {
    ...C,
    quotes: '"',
    keywords: `as async await break const continue crate dyn else enum extern false fn for if impl in let loop match mod move mut
      pub ref return self Self static struct super trait true type unsafe use where while`,
  },
  javascript: { ...C, quotes: '"\'`', keywords: SCRIPT },
  typescript: { ...C, quotes: '"\'`', keywords: TYPED },
  python: {
    line: ['#'],
    quotes: '"\'',
    keywords: `and as assert async await break class continue def del elif else except False finally for from global if import in
      is lambda None nonlocal not or pass raise return True try while with yield match case self`,
  },
  go: {
    ...C,
    quotes: '"\'`',
    keywords: `break case chan const continue default defer else fallthrough false for func go goto if import interface map nil
      package range return select struct switch true type var`,
  },
  c: {
    ...C,
    keywords: `auto bool break case catch char class const constexpr continue default delete do double else enum explicit extern
      false final float for friend if inline int long namespace new noexcept nullptr operator override private protected public
      return short signed sizeof static struct switch template this throw true try typedef typename union unsigned using virtual
      void volatile while`,
  },
  java: {
    ...C,
    keywords: `abstract boolean break byte case catch char class const continue default do double else enum extends final finally
      float for fun if implements import in instanceof int interface internal is lateinit long new null object open override
      package private protected public record return sealed short static super switch this throw throws true false try val var
      void volatile when while data suspend async await namespace using string`,
  },
  sh: {
    line: ['#'],
    quotes: '"\'',
    keywords: `if then elif else fi for in do done while until case esac function return local export set unset source exit
      readonly trap echo cd sudo`,
  },
  sql: {
    line: ['--'],
    block: ['/*', '*/'],
    quotes: '\'"',
    loose: true,
    keywords: `add all alter and as asc begin between by case check column commit constraint create cross default delete desc
      distinct drop else end exists foreign from full group having if in index inner insert into is join key left like limit not
      null offset on or order outer over partition primary references returning right rollback select set table then union
      unique update using values view when where with`,
  },
  json: { quotes: '"', keywords: 'true false null' },
  yaml: { line: ['#'], quotes: '"\'', keywords: 'true false null yes no on off' },
  toml: { line: ['#'], quotes: '"\'', keywords: 'true false' },
  css: {
    block: ['/*', '*/'],
    quotes: '"\'',
    keywords: 'important media import supports keyframes layer container from to',
  },
  html: { block: ['<!--', '-->'], quotes: '"\'', keywords: '' },
  lua: {
    line: ['--'],
    quotes: '"\'',
    keywords: `and break do else elseif end false for function goto if in local nil not or repeat return then true until while`,
  },
  docker: {
    line: ['#'],
    quotes: '"\'',
    keywords: 'FROM RUN CMD COPY ADD ENV ARG WORKDIR EXPOSE ENTRYPOINT USER VOLUME LABEL HEALTHCHECK AS SHELL',
  },
};

const ALSO: Record<string, string> = {
  rs: 'rust',
  js: 'javascript',
  jsx: 'javascript',
  mjs: 'javascript',
  ts: 'typescript',
  tsx: 'typescript',
  py: 'python',
  golang: 'go',
  h: 'c',
  cpp: 'c',
  'c++': 'c',
  cc: 'c',
  hpp: 'c',
  kotlin: 'java',
  kt: 'java',
  cs: 'java',
  csharp: 'java',
  'c#': 'java',
  swift: 'java',
  bash: 'sh',
  shell: 'sh',
  zsh: 'sh',
  console: 'sh',
  jsonc: 'json',
  json5: 'json',
  yml: 'yaml',
  ini: 'toml',
  scss: 'css',
  less: 'css',
  xml: 'html',
  svg: 'html',
  svelte: 'html',
  vue: 'html',
  dockerfile: 'docker',
  make: 'sh',
  makefile: 'sh',
  postgres: 'sql',
  sqlite: 'sql',
  psql: 'sql',
  patch: 'diff',
};

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

interface Reader {
  pattern: RegExp;
  keywords: Set<string>;
  loose: boolean;
}
const readers = new Map<string, Reader>();

function readerOf(name: string, language: Language): Reader {
  const known = readers.get(name);
  if (known) return known;
  const comments = (language.line ?? []).map((sign) => `${sign === '#' ? '(?<![\\w$&{])' : ''}${escaped(sign)}[^\\n]*`);
  if (language.block) {
    const [begin, end] = language.block.map(escaped);
    comments.push(`${begin}[\\s\\S]*?(?:${end}|$(?![\\s\\S]))`);
  }
  const strings = [...(language.quotes ?? '')].flatMap((sign) => {
    const long = name === 'python' || name === 'toml' ? [`${sign}{3}[\\s\\S]*?(?:${sign}{3}|$(?![\\s\\S]))`] : [];
    const lines = sign === '`' ? '' : '\\n';
    return [...long, `${sign}(?:\\\\[\\s\\S]|[^${sign}\\\\${lines}])*${sign}`];
  });
  const reader = {
    pattern: new RegExp(
      [
        `(?<comment>${comments.join('|') || '(?!)'})`,
        `(?<string>${strings.join('|') || '(?!)'})`,
        '(?<number>(?<![\\w.])(?:0[xob][\\da-f_]+|\\d[\\d_]*(?:\\.\\d+)?(?:e[+-]?\\d+)?)\\w*)',
        '(?<word>[\\p{L}_$][\\p{L}\\p{N}_$]*)',
      ].join('|'),
      'giu',
    ),
    keywords: new Set(language.keywords.split(/\s+/).filter(Boolean)),
    loose: language.loose ?? false,
  };
  readers.set(name, reader);
  return reader;
}

/** Whether the word is called, a key, a mark-up's name or one that the language's words declare. */
function named(name: string, text: string, at: number, word: string, before: string): boolean {
  const after = text.slice(at + word.length, at + word.length + 2);
  if (name === 'json' || name === 'yaml' || name === 'toml' || name === 'css') return /^\s?[:=]/.test(after);
  if (name === 'html') return /[</]/.test(text[at - 1] ?? '');
  return (
    /^!?\(/.test(after) || /^(?:fn|func|fun|def|function|class|struct|enum|trait|interface|type|impl|mod)$/.test(before)
  );
}

/** The lines of a patch by what they do. */
const patch = (text: string): Token[] =>
  text.split(/(?<=\n)/).map((line) => {
    if (/^(?:@@|diff |index |\+\+\+|---)/.test(line)) return { text: line, kind: 'comment' };
    return line.startsWith('+')
      ? { text: line, kind: 'added' }
      : line.startsWith('-')
        ? { text: line, kind: 'removed' }
        : { text: line };
  });

/** The text in pieces; what is of no known language is one piece. */
export function tokens(text: string, language: string): Token[] {
  const name = ALSO[language] ?? language;
  if (text.length > CHARS_MAX) return [{ text }];
  if (name === 'diff') return patch(text);
  const known = Object.hasOwn(LANGUAGES, name) ? LANGUAGES[name] : undefined;
  if (!known) return [{ text }];
  const { pattern, keywords, loose } = readerOf(name, known);
  const list: Token[] = [];
  let last = 0;
  let before = '';
  for (const match of text.matchAll(pattern)) {
    const { comment, string, number, word } = match.groups!;
    const kind = comment
      ? 'comment'
      : string
        ? name === 'json' && /^\s*:/.test(text.slice(match.index + string.length, match.index + string.length + 8))
          ? 'name'
          : 'string'
        : number
          ? 'number'
          : keywords.has(loose ? word!.toLowerCase() : word!)
            ? 'keyword'
            : named(name, text, match.index, word!, before)
              ? 'name'
              : undefined;
    before = word ?? '';
    if (!kind) continue;
    if (match.index > last) list.push({ text: text.slice(last, match.index) });
    list.push({ text: match[0], kind });
    last = match.index + match[0].length;
  }
  if (last < text.length) list.push({ text: text.slice(last) });
  return list;
}
