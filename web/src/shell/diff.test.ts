// A patch is read as git writes it, and nothing in its lines is taken for its frame.
import { expect, test } from 'vitest';
import { parseDiff } from './diff.ts';

const PATCH = `diff --git a/src/a.rs b/src/a.rs
index 1..2 100644
--- a/src/a.rs
+++ b/src/a.rs
@@ -10,3 +10,3 @@ fn main() {
 one
--- two
+++ three
 four
\\ No newline at end of file
diff --git a/new name.txt b/new name.txt
new file mode 100644
--- /dev/null
+++ b/new name.txt
@@ -0,0 +1 @@
+hello
diff --git a/old.png b/pic.png
similarity index 100%
rename from old.png
rename to pic.png
diff --git a/gone.rs b/gone.rs
deleted file mode 100644
--- a/gone.rs
+++ /dev/null
@@ -1 +0,0 @@
-bye
`;

test('files, changes, counts', () => {
  expect(parseDiff(PATCH).map(({ name, change, added, removed, was }) => [name, change, added, removed, was])).toEqual([
    ['src/a.rs', '', 1, 1, undefined],
    ['new name.txt', 'new', 1, 0, undefined],
    ['pic.png', 'moved', 0, 0, 'old.png'],
    ['gone.rs', 'deleted', 0, 1, undefined],
  ]);
});

test('lines have their numbers, and those that look like a frame are lines', () => {
  const hunk = parseDiff(PATCH)[0]!.hunks[0]!;
  expect(hunk.where).toBe('fn main() {');
  expect(hunk.lines).toEqual([
    { kind: 'same', text: 'one', before: 10, after: 10 },
    { kind: 'removed', text: '-- two', before: 11 },
    { kind: 'added', text: '++ three', after: 11 },
    { kind: 'same', text: 'four', before: 12, after: 12 },
    { kind: 'note', text: 'No newline at end of file' },
  ]);
});

test('a patch without git headers has its files too', () => {
  const plain = '--- a.txt\n+++ a.txt\n@@ -1 +1 @@\n-x\n+y\n--- b.txt\n+++ b.txt\n@@ -1 +1 @@\n-x\n+y\n';
  expect(parseDiff(plain).map((file) => file.name)).toEqual(['a.txt', 'b.txt']);
});

test('what is no patch has no files', () => {
  expect(parseDiff('just words\n- a list\n+ more')).toEqual([]);
});
