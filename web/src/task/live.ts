// What a worker prints at this moment, on top of the pieces that are stored.

export interface Live {
  fence: number;
  text: string;
}

/** A page shows the end of what runs on and on. */
const CHARACTERS_MAX = 64 * 1024;

/** One more bit. Another attempt begins anew; a late word of an attempt that is over is passed over. */
export function streamed(live: Live | null, fence: number, text: string): Live | null {
  if (live && fence < live.fence) return live;
  const before = live?.fence === fence ? live.text : '';
  return { fence, text: (before + text).slice(-CHARACTERS_MAX) };
}

/** A piece was stored: what it holds is not shown twice. What was printed after it stays. */
export function settled(live: Live | null, fence: number, stored: string): Live | null {
  if (!live || live.fence > fence) return live;
  if (live.fence < fence) return null;
  const piece = stored.trimEnd();
  const at = piece === '' ? -1 : live.text.lastIndexOf(piece);
  const rest = at < 0 ? '' : live.text.slice(at + piece.length);
  return rest.trim() === '' ? null : { fence, text: rest.replace(/^\n/, '') };
}
