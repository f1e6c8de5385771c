import { beforeEach, expect, test, vi } from 'vitest';
import { keepPageKey, pageKey, pageKeyHeader, takePageKey } from './pageKey.ts';

const kept = new Map<string, string>();
const address = { hash: '', pathname: '/room/general', search: '?a=1' };
const replaceState = vi.fn();

beforeEach(() => {
  kept.clear();
  replaceState.mockClear();
  vi.stubGlobal('localStorage', {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => kept.set(name, value),
  });
  vi.stubGlobal('location', address);
  vi.stubGlobal('history', { state: null, replaceState });
});

test('what a sign-in gave is shown from then on', () => {
  expect(pageKeyHeader()).toEqual({});
  keepPageKey('abc');
  expect(pageKey()).toBe('abc');
  expect(pageKeyHeader()).toEqual({ 'mesh-page-key': 'abc' });
});

test('a link leaves its key in the storage and not in the address', () => {
  address.hash = '#page-key=def';
  takePageKey();
  expect(pageKey()).toBe('def');
  expect(replaceState).toHaveBeenCalledWith(null, '', '/room/general?a=1');
});

test('any other mark is left alone', () => {
  address.hash = '#m12';
  takePageKey();
  expect(pageKey()).toBeUndefined();
  expect(replaceState).not.toHaveBeenCalled();
});
