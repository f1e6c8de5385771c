// The page's words for what contexts have read, and for the input of an act.

import type { SourceView, Trust } from '../api/types.ts';

/** How far the least trusted words of a room are trusted. */
export const WORDS: Record<Trust, string> = {
  owner: 'words of this mesh only',
  local: 'words of this mesh only',
  federated: 'words from another mesh among it',
  untrusted: "strangers' words among it",
};

export const sourceName = (source: SourceView): string =>
  source.name ? `#${source.name}` : 'a room that you do not see';

export interface Field {
  name: string;
  text: string;
}

/** An act's input, whole and in its order: texts as they are, all else as JSON. */
export function fieldsOf(input: Record<string, unknown>): Field[] {
  return Object.entries(input).map(([name, value]) => ({
    name,
    text: typeof value === 'string' ? value : JSON.stringify(value, null, 2),
  }));
}
