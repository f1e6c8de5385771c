// A person sees what would be done, whatever program asks, and nothing in it hides.
import { expect, test } from 'vitest';
import { toolOf } from './tool.ts';

test('a tool and its input', () => {
  const tool = toolOf({ tool: 'Bash', input: { command: 'rm -r build', description: 'Tidy up' } });
  expect(tool).toMatchObject({ name: 'Bash', command: 'rm -r build', files: [] });
  expect(tool!.fields).toEqual([{ name: 'description', text: 'Tidy up', long: false }]);
});

test('another program says the same in other words', () => {
  expect(toolOf({ tool_name: 'shell', arguments: { command: ['git', 'push'] } })).toMatchObject({
    name: 'shell',
    command: 'git push',
  });
});

test('a patch is read as one', () => {
  const tool = toolOf({ tool: 'edit', input: { patch: '--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n', path: 'x' } });
  expect(tool!.files).toHaveLength(1);
  expect(tool!.fields.map((field) => field.name)).toEqual(['path']);
});

test('what nobody knows is shown as it is, and hidden characters are written out', () => {
  const tool = toolOf({ weird: { a: [1, 2] }, command: 'ls\u202e -la' });
  expect(tool!.fields[0]).toEqual({ name: 'weird', text: '{\n  "a": [\n    1,\n    2\n  ]\n}', long: true });
  expect(tool!.command).toBe('ls⟨U+202E⟩ -la');
  expect(toolOf(undefined)).toBeNull();
  expect(toolOf({})).toBeNull();
});
