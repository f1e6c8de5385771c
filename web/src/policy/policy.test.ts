// A policy on its way into controls and back, what changed, and where a fault is.
import { describe, expect, test } from 'vitest';
import type { Policy } from '../api/types.ts';
import {
  canonical,
  changes,
  faultOf,
  newRule,
  outward,
  PolicyFault,
  parseJson,
  readPolicy,
  toDraft,
  toPolicy,
} from './policy.ts';

/** Of every field something: the compiler asks for those that come. */
const full: Required<Policy> = {
  rules: [
    {
      name: 'quiet-nights',
      effect: 'deny',
      to: { kinds: ['agent', 'bot'], groups: ['ops'] },
      capabilities: ['speak'],
      when: { kinds: ['text'], hours: [{ days: ['sat'], from: '22:00', to: '06:00', utc_offset: 60 }] },
      why: 'people sleep',
    },
    { name: 'readers', effect: 'allow', capabilities: ['data-read'] },
  ],
  messages: {
    kinds: ['text'],
    types: ['build'],
    schema: { type: 'object' },
    replies: 'threads-only',
    agents_when_named: true,
    turns: 30,
  },
  limits: [{ name: 'small', to: { trust: ['untrusted'] }, bytes: 2000, rate: { count: 3, seconds: 60 } }],
  data: { leave: { rooms: ['attic'], carriers: { roles: ['editor'] } }, enter: {} },
  execution: { triggers: { participants: ['ada'] }, peers: ['far'] },
  guard: { scan: 'all', mark: 40, quarantine: 70, refuse: 95 },
  influence: { execute: 'refuse', speak: 'allow', strict: true },
  space: { radius: 20, speed: 2 },
  visibility: 'private',
  retention_days: 30,
};

/** What a callback throws, as a fault. */
function fault(work: () => unknown): PolicyFault {
  try {
    work();
  } catch (error) {
    if (error instanceof PolicyFault) return error;
  }
  throw new Error('it did not fail with a fault');
}

describe('draft', () => {
  test('there and back is the same, and nothing is sent that says nothing', () => {
    expect(toPolicy(toDraft(full))).toEqual(full);
    expect(toPolicy(toDraft({}))).toEqual({});
    expect(
      canonical({ guard: { scan: 'boundary', mark: 50, quarantine: 80, refuse: 101 }, rules: [], data: { leave: {} } }),
    ).toEqual({});
  });
  test('a fact that lets nothing in stays: it is stricter than none', () => {
    expect(toPolicy(toDraft({ data: { enter: {} } }))).toEqual({ data: { enter: {} } });
  });
  test('capabilities come in one order, and new rules have names of their own', () => {
    const draft = toDraft({ rules: [{ name: 'rule', effect: 'allow', capabilities: ['listen', 'speak'] }] });
    expect(toPolicy(draft).rules?.[0]?.capabilities).toEqual(['speak', 'listen']);
    expect(newRule(draft).name).toBe('rule-2');
  });
  test('a schema that is no JSON names its place', () => {
    const draft = toDraft({});
    draft.messages.schema = '{"type": }';
    expect(fault(() => toPolicy(draft))).toMatchObject({ place: 'messages.schema' });
    draft.messages.schema = '[1]';
    expect(fault(() => toPolicy(draft)).words).toBe('A schema is a JSON object.');
  });
});

describe('typed as JSON', () => {
  test('line and column of what is no JSON', () => {
    expect(fault(() => parseJson('{\n  "rules": [,]\n}', 'policy')).words).toMatch(/line 2, column 13: a value/);
    expect(fault(() => parseJson('{\n  "rules": [', 'policy')).words).toMatch(/line 2.*ends too early/);
  });
  test('a field that is not known, a list that is none, a rule without a name', () => {
    expect(
      fault(() => readPolicy('{"rules": [{"name": "a", "effect": "deny", "capabilities": [], "whom": {}}]}')).place,
    ).toBe('rules[0].whom');
    expect(fault(() => readPolicy('{"rules": {}}')).place).toBe('rules');
    expect(fault(() => readPolicy('{"limits": [{"to": {"kinds": "agent"}}]}')).place).toBe('limits[0].to.kinds');
    expect(fault(() => readPolicy('{"rules": [{"effect": "deny", "capabilities": []}]}')).place).toBe('rules[0]');
    expect(fault(() => readPolicy('[]')).place).toBe('policy');
    expect(readPolicy('')).toEqual({});
    expect(readPolicy(JSON.stringify(full))).toEqual(full);
  });
});

describe('changes', () => {
  test('each rule and limit by name, each section once', () => {
    const next: Policy = structuredClone(full);
    next.rules![0]!.why = 'because';
    next.rules!.pop();
    next.limits!.push({ name: 'more', bytes: 1 });
    delete next.guard;
    next.retention_days = 31;
    expect(changes(full, next)).toEqual([
      { how: 'changed', place: 'rule:quiet-nights', words: 'Rule quiet-nights' },
      { how: 'removed', place: 'rule:readers', words: 'Rule readers' },
      { how: 'added', place: 'limit:more', words: 'Limit more' },
      { how: 'removed', place: 'guard', words: 'Guard: back to the ordinary' },
      { how: 'changed', place: 'retention_days', words: 'How long words are kept' },
    ]);
  });
  test('the same in other words is no change; another order is one', () => {
    expect(changes(full, JSON.parse(JSON.stringify(full)) as Policy)).toEqual([]);
    expect(changes({ messages: { replies: 'free' } }, {})).toEqual([]);
    expect(changes(full, { ...full, rules: [...full.rules!].reverse() })).toEqual([
      { how: 'changed', place: 'rules', words: 'Rules in another order' },
    ]);
  });
});

describe('places', () => {
  test('a refusal names one', () => {
    const problem = { type: '', title: '', status: 422, code: 'invalid_policy' as const, hint: '' };
    const [at, what] = ['rules[2].to.participants[0]', "there is no participant 'rx'"];
    expect(faultOf({ ...problem, detail: `${at}: ${what}; nothing was changed`, at, what })).toEqual({
      place: at,
      words: what,
    });
    expect(faultOf({ ...problem, detail: 'No.' })).toEqual({ place: '', words: 'No.' });
  });
  test('from the inside out', () => {
    expect(outward('rules[2].to.participants[0]')).toEqual([
      'rules[2].to.participants[0]',
      'rules[2].to.participants',
      'rules[2].to',
      'rules[2]',
      'rules',
    ]);
    expect(outward('')).toEqual([]);
  });
});
