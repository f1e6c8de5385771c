// What an approval is about, brought into a form that a person can judge at a glance.

import { unhide } from '../guard/spans.ts';
import { type FileDiff, parseDiff } from '../shell/diff.ts';

export interface Field {
  name: string;
  text: string;
  /** Has several lines, or many characters. */
  long: boolean;
}

export interface Tool {
  name: string;
  /** What would be run. */
  command: string;
  patch: string;
  files: FileDiff[];
  fields: Field[];
}

type Fields = Record<string, unknown>;
const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const CHARACTERS_SHORT = 120;

function shown(value: unknown): string {
  if (typeof value === 'string') return unhide(value);
  return unhide(JSON.stringify(value, null, 2) ?? '');
}

/** Programs name their tools and inputs differently; everything that is not recognised is shown as it is. */
export function toolOf(detail: Fields | undefined): Tool | null {
  if (!detail || Object.keys(detail).length === 0) return null;
  const named = ['tool', 'tool_name'].find((key) => typeof detail[key] === 'string');
  const inside = ['input', 'tool_input', 'arguments'].find((key) => isObject(detail[key]));
  const top = Object.entries(detail).filter(([key]) => key !== named && key !== inside);
  const fields = [...top, ...Object.entries(inside ? (detail[inside] as Fields) : {})];
  let command = '';
  let patch = '';
  let files: FileDiff[] = [];
  const rest: Field[] = [];
  for (const [name, value] of fields) {
    if ((name === 'command' || name === 'cmd') && command === '') {
      command = Array.isArray(value) ? unhide(value.join(' ')) : shown(value);
      continue;
    }
    if ((name === 'patch' || name === 'diff') && typeof value === 'string' && files.length === 0) {
      files = parseDiff(unhide(value));
      patch = value;
      if (files.length > 0) continue;
    }
    const text = shown(value);
    rest.push({ name, text, long: text.includes('\n') || text.length > CHARACTERS_SHORT });
  }
  return { name: named ? shown(detail[named]) : '', command, patch, files, fields: rest };
}
