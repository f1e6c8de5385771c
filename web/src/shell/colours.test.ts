// Colours of code: each piece keeps its text, and the tables tell the languages apart.
import { describe, expect, test } from 'vitest';
import { tokens } from './colours.ts';

const coloured = (text: string, language: string) =>
  tokens(text, language).flatMap((one) => (one.kind ? [`${one.kind}:${one.text}`] : []));

describe('colours', () => {
  test.each([
    [
      'rust',
      'let a = "x"; // y\nprintln!(1_000u32);',
      ['keyword:let', 'string:"x"', 'comment:// y', 'name:println', 'number:1_000u32'],
    ],
    [
      'py',
      'def f(x):\n  """a\nb"""\n  return 0x1f # c',
      ['keyword:def', 'name:f', 'string:"""a\nb"""', 'keyword:return', 'number:0x1f', 'comment:# c'],
    ],
    ['ts', 'const s = `a\nb`;', ['keyword:const', 'string:`a\nb`']],
    ['json', '{"a": [1.5e3, true, "x"]}', ['name:"a"', 'number:1.5e3', 'keyword:true', 'string:"x"']],
    ['sql', "SELECT 'it' FROM t -- all", ['keyword:SELECT', "string:'it'", 'keyword:FROM', 'comment:-- all']],
    ['bash', 'echo "$#" # how many', ['keyword:echo', 'string:"$#"', 'comment:# how many']],
    ['html', '<p class="a">x</p><!-- y', ['name:p', 'string:"a"', 'name:p', 'comment:<!-- y']],
    ['diff', '@@ -1 +1 @@\n-a\n+b\n c', ['comment:@@ -1 +1 @@\n', 'removed:-a\n', 'added:+b\n']],
  ])('%s', (language, text, expected) => {
    expect(coloured(text, language)).toEqual(expected);
    expect(
      tokens(text, language)
        .map((one) => one.text)
        .join(''),
    ).toBe(text);
  });
  test('an unknown language, a name of every object and a long text stay plain', () => {
    expect(tokens('let a', 'klingon')).toEqual([{ text: 'let a' }]);
    expect(tokens('let a', 'constructor')).toEqual([{ text: 'let a' }]);
    expect(tokens('a '.repeat(30_000), 'rust')).toHaveLength(1);
  });
  test('texts that never end keep every letter', () => {
    for (const piece of ['"', "'\\", '/*', '`', '"""', '#', '<!--'])
      for (const language of ['rust', 'python', 'ts', 'html', 'sql']) {
        const text = piece.repeat(4_000);
        expect(
          tokens(text, language)
            .map((one) => one.text)
            .join(''),
        ).toBe(text);
      }
  });
});
