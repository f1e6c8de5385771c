// Single keys: changed, taken from one another, switched off, and kept.
import { beforeEach, expect, test, vi } from 'vitest';
import { bindings } from './bindings.svelte.ts';

let kept: Map<string, string>;
beforeEach(() => {
  kept = new Map();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  });
  bindings.start();
});

test('each has its first key until it is given another', () => {
  expect(bindings.act('W')).toBe('world');
  bindings.set('world', 'x');
  expect([bindings.act('w'), bindings.act('x')]).toEqual([undefined, 'world']);
  bindings.start();
  expect(bindings.of('world')).toBe('x');
  bindings.reset();
  expect(bindings.act('w')).toBe('world');
});

test('a key does one thing', () => {
  bindings.set('search', 't');
  expect(bindings.act('t')).toBe('search');
  expect(bindings.of('theme')).toBe('');
  expect(bindings.act('')).toBeUndefined();
});

test('all of them rest', () => {
  bindings.switch(false);
  expect(bindings.act('w')).toBeUndefined();
  bindings.start();
  expect(bindings.on).toBe(false);
});
