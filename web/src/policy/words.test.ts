// Rules in words.
import { expect, test } from 'vitest';
import { rulingWords } from './ruling.ts';
import { hoursWords, limitWords, ruleWords, whoWords } from './words.ts';

test('whom', () => {
  expect(whoWords(undefined)).toBe('every member');
  expect(whoWords({ kinds: [], participants: [] })).toBe('every member');
  expect(whoWords({ kinds: ['agent', 'bot'], groups: ['ops'], trust: ['local'] })).toBe(
    'agents or bots, members of ops, registered here',
  );
});
test('a rule', () => {
  expect(
    ruleWords({ name: 'x', effect: 'deny', to: { kinds: ['agent'] }, capabilities: ['speak', 'data-write'] }),
  ).toBe('Agents may not post messages or change shared data');
  expect(
    ruleWords({ name: 'x', effect: 'allow', capabilities: ['speak', 'listen'], when: { kinds: ['command'] } }),
  ).toBe('Every member may post messages and read messages, for messages asking for a command');
});
test('hours and limits', () => {
  expect(hoursWords({ days: ['sat', 'sun'], from: '09:00', to: '24:00', utc_offset: -210 })).toBe(
    'Sat, Sun 09:00 to 24:00 UTC−3:30',
  );
  expect(limitWords({ name: 'x', rate: { count: 3, seconds: 60 }, bytes: 2000 })).toBe(
    'Every member: at most 3 messages in 60 seconds, 2,000 bytes a message',
  );
});
test('a ruling names rule, version, author and time, as far as it knows them', () => {
  const at = '2026-11-21T06:20:38.123Z';
  expect(rulingWords({ by: 'rule', name: 'no-agents', version: 3, set_by: 'ada', set_at: at })).toMatch(
    /^Rule “no-agents” of version 3, set by ada on .*2026/,
  );
  expect(rulingWords({ by: 'membership' })).toBe('');
  expect(rulingWords({ by: 'mute', set_by: 'ada' })).toBe('Muted, set by ada');
});
