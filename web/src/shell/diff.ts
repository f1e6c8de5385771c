// A unified patch in parts: files, hunks, lines with the numbers they have before and after.

export type LineKind = 'same' | 'added' | 'removed' | 'note';

export interface DiffLine {
  kind: LineKind;
  text: string;
  before?: number;
  after?: number;
}

export interface Hunk {
  /** What stands behind the second "@@": usually the function. */
  where: string;
  lines: DiffLine[];
}

export interface FileDiff {
  name: string;
  /** Its name before, if it was moved. */
  was?: string;
  /** "new", "deleted", "moved", "binary" or nothing. */
  change: '' | 'new' | 'deleted' | 'moved' | 'binary';
  added: number;
  removed: number;
  hunks: Hunk[];
}

const HUNK = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@ ?(.*)$/;

/** Every line of a hunk begins so; an empty one lost its space on the way. */
const INSIDE = /^(?:[ +\-\\]|$)/;

const bare = (name: string): string => {
  const plain = name.replace(/^"(.*)"$/, '$1').replace(/\t.*$/, '');
  return plain === '/dev/null' ? '' : plain.replace(/^[ab]\//, '');
};

/** The files of a patch. Lines that belong to none are left out; a text that is no patch has no files. */
export function parseDiff(patch: string): FileDiff[] {
  const files: FileDiff[] = [];
  let file: FileDiff | null = null;
  let hunk: Hunk | null = null;
  let before = 0;
  let after = 0;
  // How many lines the hunk still has on either side: a removed line may begin with "-- " itself.
  let left = 0;
  let right = 0;
  const begin = (name: string): FileDiff => {
    const made: FileDiff = { name, change: '', added: 0, removed: 0, hunks: [] };
    files.push(made);
    hunk = null;
    return made;
  };
  for (const line of patch.replace(/\r\n/g, '\n').split('\n')) {
    if (file && hunk && (left > 0 || right > 0) && INSIDE.test(line)) {
      const text = line.slice(1);
      const inside: Hunk = hunk;
      if (line.startsWith('+')) {
        inside.lines.push({ kind: 'added', text, after: after++ });
        file.added++;
        right--;
      } else if (line.startsWith('-')) {
        inside.lines.push({ kind: 'removed', text, before: before++ });
        file.removed++;
        left--;
      } else if (line.startsWith('\\')) inside.lines.push({ kind: 'note', text: text.trim() });
      else {
        inside.lines.push({ kind: 'same', text, before: before++, after: after++ });
        left--;
        right--;
      }
      continue;
    }
    const git = /^diff --git (?:"?a\/(.*?)"?) (?:"?b\/(.*?)"?)$/.exec(line);
    if (git) {
      file = begin(git[2] ?? '');
      continue;
    }
    if (line.startsWith('--- ')) {
      // Without git's own line a new file begins here.
      if (!file || file.hunks.length > 0) file = begin(bare(line.slice(4)));
      continue;
    }
    if (!file) continue;
    const at = HUNK.exec(line);
    if (at) {
      before = Number(at[1]);
      after = Number(at[3]);
      left = Number(at[2] ?? 1);
      right = Number(at[4] ?? 1);
      hunk = { where: at[5] ?? '', lines: [] };
      file.hunks.push(hunk);
    } else if (line.startsWith('+++ ')) file.name = bare(line.slice(4)) || file.name;
    else if (line.startsWith('new file')) file.change = 'new';
    else if (line.startsWith('deleted file')) file.change = 'deleted';
    else if (line.startsWith('rename from ')) {
      file.was = line.slice(12);
      file.change = 'moved';
    } else if (line.startsWith('Binary files') || line === 'GIT binary patch') file.change = 'binary';
    else if (line.startsWith('\\') && hunk) (hunk as Hunk).lines.push({ kind: 'note', text: line.slice(1).trim() });
  }
  return files;
}
