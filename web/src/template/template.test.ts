// Blanks have kinds: the node gets numbers as numbers, and an empty one is no text.
import { expect, test } from 'vitest';
import type { TemplateView } from '../api/types.ts';
import { blanksOf, filled, valuesOf } from './template.ts';

const template: TemplateView = {
  id: 'x',
  name: 'research',
  variables: [
    { name: 'topic', kind: 'text' },
    { name: 'pages', kind: 'number' },
    { name: 'deep', kind: 'flag' },
    { name: 'note', kind: 'text', optional: true },
  ],
};

test('blanks begin empty', () => {
  expect(blanksOf(template)).toEqual({ topic: '', pages: '', deep: false, note: '' });
});

test('what is needed has to be there, and a number has to be one', () => {
  expect(filled(template, { topic: 'logs', pages: '3', deep: false })).toBe(true);
  expect(filled(template, { topic: ' ', pages: '3' })).toBe(false);
  expect(filled(template, { topic: 'logs', pages: 'three' })).toBe(false);
});

test('a report is of some days', () => {
  const improve: TemplateView = { id: 'y', name: 'improve', variables: [{ name: 'report', kind: 'report' }] };
  expect(['7', '90'].map((report) => filled(improve, { report }))).toEqual([true, true]);
  expect(['0', '91', '1.5', 'week', ''].some((report) => filled(improve, { report }))).toBe(false);
  expect(valuesOf(improve, { report: '7' })).toEqual({ report: 7 });
});

test('values have their kinds', () => {
  expect(valuesOf(template, { topic: ' logs ', pages: '3', deep: true, note: ' ' })).toEqual({
    topic: 'logs',
    pages: 3,
    deep: true,
  });
});
