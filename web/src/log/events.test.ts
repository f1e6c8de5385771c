// Lines of the audit page.

import { expect, test } from 'vitest';
import kept from '../../../crates/mesh-model/tests/events.jsonl?raw';
import type { LogEntry } from '../api/events.ts';
import { describe as words } from './events.ts';

const names = { person: (id: string) => `@${id}`, room: (id: string) => `#${id}` };
const entry = (type: string, facts: object) => ({
  seq: 7,
  at: '2026-11-21T06:00:00.000Z',
  type,
  by: {},
  facts,
});

test.each([
  [
    'note.refused',
    { participant: 'rex', operation: 'message.post', code: 'capability_denied', count: 12 },
    'message.post by @rex, 12 times in a minute: capability denied',
  ],
  [
    'note.refused',
    { operation: 'session.login', code: 'login_failed', count: 1 },
    'session.login by somebody who was not signed in, once: login failed',
  ],
  ['room.policy_set', { version: 3, policy: { rules: [{}] } }, 'version 3, 1 rule'],
  [
    'message.posted',
    { trust: 'untrusted', signed: {}, guard: { marked: true } },
    'm7, signed, untrusted, marked by the guard',
  ],
  ['message.reviewed', { message: 'm5', released: false }, 'm5 rejected'],
  ['room.member_banned', { participant: 'rex' }, '@rex'],
  [
    'task.created',
    { task: '01-abcdef', plan: { capability: 'code', assigned: 'rex', needs: ['x'] } },
    'task …abcdef, code, for @rex, after 1',
  ],
  ['task.finished', { task: '01-abcdef', confidence: 92, provenance: {} }, 'task …abcdef, 92 % sure, signed'],
  ['task.paused', { task: '01-abcdef' }, 'task …abcdef'],
  ['approval.decided', { approval: 'x', approved: false }, 'rejected'],
  ['worker.mode_set', { worker: 'rex', mode: 'draining' }, '@rex, draining'],
])('%s %j', (type, facts, said) => {
  expect(words(entry(type, facts) as LogEntry, names)).toBe(said);
});

test('something is said of every event that was ever stored, with nothing undefined in it', () => {
  for (const line of kept.trim().split('\n')) {
    const { type, facts } = JSON.parse(line) as { type: string; facts: object };
    expect(`${type}: ${words(entry(type, facts) as LogEntry, names)}`).not.toMatch(/undefined|null|\[object/);
  }
});
