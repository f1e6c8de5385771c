// The end of what was printed, as so many lines of so many letters. Pure, so that it can be tested.

/** Colours and cursor movements of terminals, and what else has no width. */
const ESC = String.fromCharCode(27);
const BEL = String.fromCharCode(7);
const INVISIBLE = new RegExp(
  `${ESC}\\[[0-9;?]*[ -/]*[@-~]|${ESC}\\][^${BEL}${ESC}]*(?:${BEL}|${ESC}\\\\)|(?![\\n\\t])\\p{Cc}`,
  'gu',
);
/** Longer texts are read from their end. */
const READ_MAX = 4_000;

export function page(text: string, letters: number, lines: number): string[] {
  const rows: string[] = [];
  const end = text.slice(-READ_MAX).replace(/\r\n/g, '\n').replace(INVISIBLE, '').replace(/\t/g, '  ').trimEnd();
  if (end === '') return [];
  for (const line of end.split('\n')) {
    const signs = [...line];
    if (signs.length === 0) rows.push('');
    for (let at = 0; at < signs.length; at += letters) rows.push(signs.slice(at, at + letters).join(''));
  }
  return rows.slice(-lines);
}
