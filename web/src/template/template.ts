// The blanks of a template: what stands in them at first, whether enough is filled in, and the values the node gets.

import type { TemplateView } from '../api/types.ts';

type Filled = Record<string, string | boolean>;

/** Days of a report are a number too. */
export const isNumber = (kind: string): boolean => kind === 'number' || kind === 'report';

export const blanksOf = (template: TemplateView): Filled =>
  Object.fromEntries(template.variables.map((one) => [one.name, one.kind === 'flag' ? false : '']));

export const filled = (template: TemplateView, values: Filled): boolean =>
  template.variables.every((one) => {
    const value = values[one.name];
    if (one.kind === 'flag') return true;
    const text = String(value ?? '').trim();
    if (text === '') return one.optional === true;
    if (one.kind === 'report') return /^[1-9]\d?$/.test(text) && Number(text) <= 90;
    return one.kind !== 'number' || Number.isFinite(Number(text));
  });

/** Each of its kind; blanks that were left empty are left out. */
export function valuesOf(template: TemplateView, values: Filled): Record<string, string | number | boolean> {
  const all: Record<string, string | number | boolean> = {};
  for (const { name, kind } of template.variables) {
    const value = values[name];
    if (kind === 'flag') all[name] = value === true;
    else {
      const text = String(value ?? '').trim();
      if (text !== '') all[name] = isNumber(kind) ? Number(text) : text;
    }
  }
  return all;
}
