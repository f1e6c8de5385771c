// Markdown: what is recognised, and that nothing dangerous ever becomes a link.
import { describe, expect, test } from 'vitest';
import { type Inline, inline, safeHref } from './inline.ts';
import { type Block, parse, plain } from './markdown.ts';

const text = (value: string) => ({ type: 'text', text: value });
const link = (href: string, words = href) => ({ type: 'link', href, children: [text(words)] });

describe('inline', () => {
  test('code keeps its stars', () => {
    expect(inline('a `**x**` b')).toEqual([text('a '), { type: 'code', text: '**x**' }, text(' b')]);
    expect(inline('`` a`b `` and `open')).toEqual([{ type: 'code', text: 'a`b' }, text(' and `open')]);
  });
  test('bold holds other marks, and italics, strikes and both at once are known', () => {
    expect(inline('**see `x`**')).toEqual([{ type: 'strong', children: [text('see '), { type: 'code', text: 'x' }] }]);
    expect(inline('*a **b** c* ~~d~~')).toEqual([
      { type: 'em', children: [text('a '), { type: 'strong', children: [text('b')] }, text(' c')] },
      text(' '),
      { type: 'strike', children: [text('d')] },
    ]);
    expect(inline('***x***')).toEqual([{ type: 'em', children: [{ type: 'strong', children: [text('x')] }] }]);
  });
  test('underscores inside names are no italics', () => {
    expect(inline('snake_case_name and 2*3*4 and ~home')).toEqual([text('snake_case_name and 2*3*4 and ~home')]);
  });
  test('a backslash takes a mark its meaning', () => {
    expect(inline('\\*not\\* \\@ada C:\\new')).toEqual([text('*not* @ada C:\\new')]);
  });
  test('a bare address loses the full stop after it and keeps a bracket of its own', () => {
    expect(inline('see https://example.org/a.')).toEqual([text('see '), link('https://example.org/a'), text('.')]);
    expect(inline('(https://example.org/a_(b))')).toEqual([text('('), link('https://example.org/a_(b)'), text(')')]);
    expect(inline('www.example.org, <https://example.org/c>')).toEqual([
      link('https://www.example.org/', 'www.example.org'),
      text(', '),
      link('https://example.org/c'),
    ]);
  });
  test('words that name another place than they lead to are found out', () => {
    expect(inline('[bank.example](https://evil.example/x)')).toEqual([
      { ...link('https://evil.example/x', 'bank.example'), host: 'evil.example' },
    ]);
    expect(inline('[the **page**](https://example.org "t")')).toEqual([
      {
        type: 'link',
        href: 'https://example.org/',
        children: [text('the '), { type: 'strong', children: [text('page')] }],
      },
    ]);
  });
  test('mentions are handles, addresses of people are not', () => {
    expect(inline('@surveyor. and a@b.org')).toEqual([{ type: 'mention', handle: 'surveyor' }, text('. and a@b.org')]);
    // A name of another mesh is never one of this.
    expect(inline('@rex@south, @ada')).toEqual([
      { type: 'mention', handle: 'south', far: 'rex' },
      text(', '),
      { type: 'mention', handle: 'ada' },
    ]);
  });
  test('markup stays text', () => {
    expect(inline('<img src=x onerror=alert(1)>')).toEqual([text('<img src=x onerror=alert(1)>')]);
  });
  test('a script address stays text, and a picture is a link that is not loaded', () => {
    expect(inline('[go](javascript:alert(1))')).toEqual([text('[go](javascript:alert(1))')]);
    expect(inline('![dot](https://example.org/p.gif)')).toEqual([link('https://example.org/p.gif', 'dot')]);
  });
});

describe('links', () => {
  test.each([
    'javascript:alert(1)',
    'JAVASCRIPT:x',
    'data:text/html,x',
    'vbscript:x',
    'file:///etc/passwd',
    '//x',
    'x',
  ])('refuses %s', (target) => expect(safeHref(target)).toBeNull());
  test('takes pages and letters', () => {
    expect(safeHref('https://example.org')).toBe('https://example.org/');
    expect(safeHref('mailto:a@example.org')).toBe('mailto:a@example.org');
  });
});

const words = (value: string) => [text(value)];
const said = (...lines: string[]) => ({ type: 'paragraph', lines: lines.map(words) });

describe('blocks', () => {
  test('a fence keeps its lines, also when it is not closed', () => {
    expect(parse('```rust\nlet a;\n\nlet b;')).toEqual([{ type: 'pre', text: 'let a;\n\nlet b;', language: 'rust' }]);
    expect(parse('~~~~ C++ x\n~~~\n~~~~\nend')).toEqual([{ type: 'pre', text: '~~~', language: 'c++' }, said('end')]);
  });
  test('list, quote, line and paragraph', () => {
    expect(parse('- a\n- b\n> q\nend\n***').map((block) => block.type)).toEqual(['list', 'quote', 'paragraph', 'rule']);
  });
  test('lists hold lists, things to do and pieces of code', () => {
    expect(parse('1. one\n   - [x] done\n   - [ ] open\n\n2. two\n   ```sh\n   ls\n   ```')).toEqual([
      {
        type: 'list',
        first: 1,
        items: [
          {
            blocks: [
              said('one'),
              {
                type: 'list',
                items: [
                  { blocks: [said('done')], done: true },
                  { blocks: [said('open')], done: false },
                ],
              },
            ],
          },
          { blocks: [said('two'), { type: 'pre', text: 'ls', language: 'sh' }] },
        ],
      },
    ]);
  });
  test('a list that follows a sentence, and one of another kind', () => {
    expect(
      parse('so:\n- a\n  - b\n- c\n1. d').map((block) => (block.type === 'list' ? block.items.length : block.type)),
    ).toEqual(['paragraph', 2, 1]);
  });
  test('quotes hold what they quote', () => {
    expect(parse('> a\n> > b\n> - c')).toEqual([
      {
        type: 'quote',
        blocks: [said('a'), { type: 'quote', blocks: [said('b')] }, { type: 'list', items: [{ blocks: [said('c')] }] }],
      },
    ]);
  });
  test('plain is one line of words', () => {
    expect(plain('**a**\n`b` [c](https://x.org)')).toBe('a b c');
    expect(plain('# T\n- [x] ~~d~~ snake_case\n\n> q\n| a | b |\n|---|--:|\n```rust\nlet x;\n```')).toBe(
      'T d snake_case q a b let x;',
    );
    expect(plain('x'.repeat(20), 10)).toBe(`${'x'.repeat(9)}…`);
  });
});

describe('blocks of reports', () => {
  test('a table with a bar in a cell, a short row and its columns aligned', () => {
    expect(
      parse('before\n| state | task | ms |\n| --- | :-: | --: |\n| done | a \\| b | 1 |\n| late |\nafter'),
    ).toEqual([
      said('before'),
      {
        type: 'table',
        head: [words('state'), words('task'), words('ms')],
        align: [undefined, 'center', 'right'],
        rows: [
          [words('done'), words('a | b'), words('1')],
          [words('late'), [], []],
        ],
      },
      said('after'),
    ]);
  });
  test('bars alone are no table', () => {
    expect(parse('| a | b |')).toEqual([said('| a | b |')]);
  });
  test('headings and numbered lists', () => {
    expect(parse('## Found ##\n3. three\n4) four\n#no heading')).toEqual([
      { type: 'heading', line: words('Found') },
      { type: 'list', first: 3, items: [{ blocks: [said('three')] }, { blocks: [said('four')] }] },
      said('#no heading'),
    ]);
  });
});

describe('hostile texts', () => {
  /** How deep a tree is. */
  const depth = (nodes: readonly (Block | Inline)[]): number =>
    1 +
    Math.max(
      0,
      ...nodes.map((node) => {
        if (node.type === 'list') return Math.max(0, ...node.items.map((item) => depth(item.blocks)));
        if (node.type === 'quote') return depth(node.blocks);
        if (node.type === 'paragraph') return Math.max(0, ...node.lines.map(depth));
        return 'children' in node ? depth(node.children) : 0;
      }),
    );
  const BYTES = 50 * 1024;
  test.each([
    '*',
    '**a ',
    '***a*',
    '_a ',
    '~~a ',
    '`',
    '`a``',
    '[',
    '[]',
    '[a](',
    '[a](x "',
    '![',
    ')',
    '>',
    '> ',
    '- ',
    '  - a\n',
    '| a ',
    '|-',
    '# ',
    '```a',
    'www.',
    'https://x)',
    '@',
    '\\',
    '<https://',
    '*a **b *c **d ',
  ])('%j without end becomes a flat tree', (piece) => {
    for (const begin of ['', '# ', '```', 'https://x', '[', '- ']) {
      const tree = parse(begin + piece.repeat(BYTES / piece.length) + (begin === '```' ? '`' : 'x'));
      expect(depth(tree)).toBeLessThan(24);
    }
  });
});
