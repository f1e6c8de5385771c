// Rules and rulings in words, the same in every view.

import type {
  Capability,
  Day,
  Deed,
  Hours,
  Limit,
  MessageKind,
  ParticipantKind,
  Rule,
  Trust,
  When,
  Who,
} from '../api/types.ts';

export const DEED: Record<Deed, string> = {
  speak: 'Post messages',
  listen: 'Read messages',
  execute: 'Run commands others ask for',
  command: 'Ask others to run a command',
  moderate: 'Manage members and messages',
  bridge: 'Bring messages from elsewhere',
  data_read: 'Read shared data',
  data_write: 'Change shared data',
  join: 'Become a member',
  set_policy: 'Change these rules',
};

export const CAPABILITY: Record<Capability, string> = {
  speak: 'post messages',
  listen: 'read messages',
  execute: 'run commands others ask for',
  moderate: 'manage members and messages',
  bridge: 'bring messages from elsewhere',
  'data-read': 'read shared data',
  'data-write': 'change shared data',
};

export const KINDS_OF: Record<ParticipantKind, string> = {
  human: 'people',
  agent: 'agents',
  bot: 'bots',
  bridge: 'bridges',
};

export const TRUSTED: Record<Trust, string> = {
  owner: 'the owner of this node',
  local: 'registered here',
  federated: 'from other meshes',
  untrusted: 'from outside, unproven',
};

export const MESSAGE_KIND: Record<MessageKind, string> = {
  text: 'plain text',
  payload: 'with structured data',
  event: 'registered events',
  command: 'asking for a command',
  reaction: 'reactions',
};

export const DAY: Record<Day, string> = {
  mon: 'Mon',
  tue: 'Tue',
  wed: 'Wed',
  thu: 'Thu',
  fri: 'Fri',
  sat: 'Sat',
  sun: 'Sun',
};

const either = (list: readonly string[]): string =>
  list.length <= 1 ? (list[0] ?? '') : `${list.slice(0, -1).join(', ')} or ${list.at(-1)}`;
const both = (list: readonly string[]): string =>
  list.length <= 1 ? (list[0] ?? '') : `${list.slice(0, -1).join(', ')} and ${list.at(-1)}`;

/** "every member", "agents or bots of ops, registered here". */
export function whoWords(who: Who | undefined): string {
  if (!who) return 'every member';
  const parts = [
    who.participants?.length ? either(who.participants.map((one) => `@${one}`)) : '',
    who.kinds?.length ? either(who.kinds.map((kind) => KINDS_OF[kind] ?? kind)) : '',
    who.groups?.length ? `members of ${either(who.groups)}` : '',
    who.roles?.length ? `whoever has the role ${either(who.roles)}` : '',
    who.trust?.length ? either(who.trust.map((trust) => TRUSTED[trust] ?? trust)) : '',
  ].filter(Boolean);
  return parts.length > 0 ? parts.join(', ') : 'every member';
}

export function hoursWords(hours: Hours): string {
  const offset = hours.utc_offset ?? 0;
  const size = Math.abs(offset);
  const zone =
    offset === 0
      ? 'UTC'
      : `UTC${offset < 0 ? '−' : '+'}${Math.floor(size / 60)}${size % 60 ? `:${String(size % 60).padStart(2, '0')}` : ''}`;
  const days = hours.days?.length ? hours.days.map((day) => DAY[day] ?? day).join(', ') : 'every day';
  return `${days} ${hours.from} to ${hours.to} ${zone}`;
}

export function whenWords(when: When | undefined): string {
  if (!when) return '';
  const kinds = when.kinds?.length
    ? `for messages ${either(when.kinds.map((kind) => MESSAGE_KIND[kind] ?? kind))}`
    : '';
  return [kinds, ...(when.hours ?? []).map(hoursWords)].filter(Boolean).join('; ');
}

/** "Agents may not post messages". */
export function ruleWords(rule: Rule): string {
  const who = whoWords(rule.to);
  const may = rule.effect === 'allow' ? 'may' : 'may not';
  const what =
    rule.capabilities.length > 0
      ? (rule.effect === 'allow' ? both : either)(rule.capabilities.map((one) => CAPABILITY[one] ?? one))
      : 'do nothing that is named yet';
  const when = whenWords(rule.when);
  return `${who.charAt(0).toUpperCase()}${who.slice(1)}${who.includes(', ') ? ',' : ''} ${may} ${what}${when ? `, ${when}` : ''}`;
}

export function limitWords(limit: Limit): string {
  const parts = [
    limit.rate ? `${limit.rate.count} messages in ${limit.rate.seconds} seconds` : '',
    limit.bytes ? `${limit.bytes.toLocaleString('en')} bytes a message` : '',
  ].filter(Boolean);
  const who = whoWords(limit.to);
  return `${who.charAt(0).toUpperCase()}${who.slice(1)}: ${parts.length > 0 ? `at most ${parts.join(', ')}` : 'limits nothing yet'}`;
}
