// Addresses: what each means, and that writing and reading one gives the same place.
import { expect, test } from 'vitest';
import { href, parseRoute, type Route } from './route.ts';

const routes: Route[] = [
  { page: 'home' },
  { page: 'rooms' },
  { page: 'inbox' },
  { page: 'room', room: 'build bench' },
  { page: 'room', room: 'a/b', thread: 'm12' },
  { page: 'direct', handle: 'surveyor' },
  { page: 'direct', handle: 'surveyor', thread: 'm9' },
  { page: 'room', room: 'a/b', message: 'm12' },
  { page: 'direct', handle: 'surveyor', message: 'm9' },
  { page: 'person', handle: 'ada' },
  { page: 'search', q: 'a&b =c', filter: { room: 'lobby', from: 'ada' } },
  { page: 'search', q: 'x', filter: { kind: 'agent', since: '2026-11-01', until: '2026-11-21' } },
  { page: 'world' },
  { page: 'world', view: 'graph' },
  { page: 'rules', room: 'build bench' },
  { page: 'rules', room: 'workshop', who: 'rex' },
  { page: 'quarantine' },
  { page: 'quarantine', room: 'workshop' },
  { page: 'audit', filter: {} },
  { page: 'audit', filter: { actor: 'rex', types: ['room.*'], since: '2026-11-21T06:00:00.000Z' } },
  { page: 'settings' },
  { page: 'settings', part: 'users' },
  { page: 'room-settings', room: 'build bench' },
  { page: 'skills', room: 'build bench' },
  { page: 'board', filter: {} },
  { page: 'board', filter: { worker: 'rex', capability: 'a&b' } },
  { page: 'board', filter: { room: 'build bench', q: 'green & blue' } },
  { page: 'board', filter: { room: 'build bench', capability: 'code' } },
  { page: 'task', task: '019aa3b2-9f40-7000-8000-000000000001' },
  { page: 'approvals' },
  { page: 'workers' },
  { page: 'figures' },
  { page: 'journal', filter: { level: 'warn', q: 'the mirror' } },
];

test.each(routes)('%j survives', (route) => {
  const url = new URL(href(route), 'http://node');
  expect(parseRoute(url.pathname, url.search)).toEqual(route);
});

test.each(['/r', '/r/a/b', '/r/a/t', '/r/a/m', '/nowhere', '/world/x'])('%s is lost', (path) => {
  expect(parseRoute(path)).toEqual({ page: 'lost', path });
});

test('days and kinds that are none are left out', () => {
  expect(parseRoute('/search', '?q=x&kind=king&since=soon')).toEqual({ page: 'search', q: 'x', filter: {} });
});

test('a broken escape does not throw', () => {
  expect(parseRoute('/r/%E0%A4%A')).toEqual({ page: 'room', room: '%E0%A4%A' });
});
