// Markdown: what is recognised, and that nothing dangerous ever becomes a link.
import { describe, expect, test } from 'vitest';
import { inline, parse, plain, safeHref } from './markdown.ts';

const text = (value: string) => ({ type: 'text', text: value });

describe('inline', () => {
  test('code keeps its stars', () => {
    expect(inline('a `**x**` b')).toEqual([text('a '), { type: 'code', text: '**x**' }, text(' b')]);
  });
  test('bold holds other marks', () => {
    expect(inline('**see `x`**')).toEqual([{ type: 'strong', children: [text('see '), { type: 'code', text: 'x' }] }]);
  });
  test('underscores inside names are no italics', () => {
    expect(inline('snake_case_name and 2*3*4')).toEqual([text('snake_case_name and 2*3*4')]);
  });
  test('a bare address loses the full stop after it', () => {
    expect(inline('see https://example.org/a.')).toEqual([
      text('see '),
      { type: 'link', href: 'https://example.org/a', text: 'https://example.org/a' },
      text('.'),
    ]);
  });
  test('mentions are handles, addresses of people are not', () => {
    expect(inline('@surveyor. and a@b.org')).toEqual([{ type: 'mention', handle: 'surveyor' }, text('. and a@b.org')]);
  });
  test('markup stays text', () => {
    expect(inline('<img src=x onerror=alert(1)>')).toEqual([text('<img src=x onerror=alert(1)>')]);
  });
  test('a script address stays text', () => {
    expect(inline('[go](javascript:alert(1))')).toEqual([text('[go](javascript:alert(1))')]);
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

describe('blocks', () => {
  test('a fence keeps its lines, also when it is not closed', () => {
    expect(parse('```rust\nlet a;\n\nlet b;')).toEqual([{ type: 'pre', text: 'let a;\n\nlet b;', language: 'rust' }]);
  });
  test('list, quote and paragraph', () => {
    expect(parse('- a\n- b\n> q\nend').map((block) => block.type)).toEqual(['list', 'quote', 'paragraph']);
  });
  test('plain is one line of words', () => {
    expect(plain('**a**\n`b` [c](https://x.org)')).toBe('a b c');
    expect(plain('x'.repeat(20), 10)).toBe(`${'x'.repeat(9)}…`);
  });
});

describe('blocks of reports', () => {
  const words = (value: string) => [text(value)];
  test('a table with a bar in a cell, and a short row', () => {
    expect(parse('before\n| state | task |\n| --- | :-: |\n| done | a \\| b |\n| late |\nafter')).toEqual([
      { type: 'paragraph', lines: [words('before')] },
      {
        type: 'table',
        head: [words('state'), words('task')],
        rows: [
          [words('done'), words('a | b')],
          [words('late'), []],
        ],
      },
      { type: 'paragraph', lines: [words('after')] },
    ]);
  });
  test('bars alone are no table', () => {
    expect(parse('| a | b |')).toEqual([{ type: 'paragraph', lines: [words('| a | b |')] }]);
  });
  test('headings and numbered lists', () => {
    expect(parse('## Found\n3. three\n4) four\n#no heading')).toEqual([
      { type: 'heading', line: words('Found') },
      { type: 'list', first: 3, items: [words('three'), words('four')] },
      { type: 'paragraph', lines: [words('#no heading')] },
    ]);
  });
});
