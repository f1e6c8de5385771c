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

test('values have their kinds', () => {
  expect(valuesOf(template, { topic: ' logs ', pages: '3', deep: true, note: ' ' })).toEqual({
    topic: 'logs',
    pages: 3,
    deep: true,
  });
});
