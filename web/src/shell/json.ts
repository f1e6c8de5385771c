// Where a text stops being JSON. Browsers do not all say it, and people need the line.

/** The first place that is not JSON, with what belongs there; null if all of it is. */
export function wrongAt(text: string): { line: number; column: number; words: string } | null {
  try {
    JSON.parse(text);
    return null;
  } catch {
    const { at, words } = scan(text);
    const before = text.slice(0, at);
    return { line: before.split('\n').length, column: before.length - before.lastIndexOf('\n'), words };
  }
}

class Wrong {
  readonly at: number;
  readonly words: string;
  constructor(at: number, words: string) {
    this.at = at;
    this.words = words;
  }
}

const LITERAL = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-])/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids them in texts
const TEXT = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
/** Deeper than any policy or schema that the node takes. */
const DEPTH_MAX = 500;

function scan(text: string): Wrong {
  let at = 0;
  const space = () => {
    while (/[ \t\r\n]/.test(text[at] ?? '')) at++;
  };
  const wrong = (words: string) => new Wrong(at, at >= text.length ? 'it ends too early' : words);
  const match = (pattern: RegExp, words: string) => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (!found) throw wrong(words);
    at = pattern.lastIndex;
  };
  const list = (close: string, one: () => void) => {
    at++;
    space();
    if (text[at] === close) return void at++;
    for (;;) {
      one();
      space();
      if (text[at] === close) return void at++;
      if (text[at] !== ',') throw wrong(`a comma or '${close}' belongs here`);
      at++;
      space();
    }
  };
  const value = (depth: number) => {
    space();
    if (depth > DEPTH_MAX) throw wrong('it is nested too deeply');
    if (text[at] === '[') list(']', () => value(depth + 1));
    else if (text[at] === '{') {
      list('}', () => {
        match(TEXT, 'a name in double quotes belongs here');
        space();
        if (text[at] !== ':') throw wrong('a colon belongs here');
        at++;
        value(depth + 1);
      });
    } else if (text[at] === '"') match(TEXT, 'this text does not end, or holds what must be escaped');
    else match(LITERAL, 'a value belongs here');
  };
  try {
    value(0);
    space();
    return wrong('something follows the end');
  } catch (error) {
    if (error instanceof Wrong) return error;
    throw error;
  }
}
