// What decided a refusal, in words that go with every one.

import type { Ruling, RulingBy } from '../api/types.ts';
import { exactTime } from '../shell/time.ts';

/** What decided, for a column that is read quickly. */
const BY: Record<RulingBy, string> = {
  owner: 'owner of the mesh',
  creator: 'creator of the room',
  membership: 'membership',
  permission: 'permission',
  standing: 'disabled',
  rule: 'rule',
  member: 'set for this member',
  defaults: 'the room’s defaults',
  nothing_allows: 'nothing allows it',
  mute: 'muted',
  ban: 'banned',
  archived: 'archived',
  messages: 'form of messages',
  limit: 'limit',
  slow_mode: 'slow mode',
  data: 'data rules',
  execution: 'command rules',
  guard: 'guard',
  hold: 'legal hold',
  consent: 'its own side has not agreed',
  floor: 'looser than the mesh allows',
  lockout: 'nobody else could take part',
  influence: 'what it has read',
  turns: 'turns among programs',
};

/** "Rule no-agents of version 3, set by ada on …". Empty for what holds in every room and needs no name. */
export function rulingWords(rule: Ruling): string {
  if (!rule.name && !rule.set_by && !rule.set_at && rule.version == null) return '';
  const what = BY[rule.by] ?? rule.by;
  const name = rule.name ? `${what} “${rule.name}”` : what;
  const version = rule.version != null ? ` of version ${rule.version}` : '';
  const by = rule.set_by ? `, set by ${rule.set_by}` : '';
  const at = rule.set_at && Date.parse(rule.set_at) > 0 ? `${by ? ' on ' : ', set on '}${exactTime(rule.set_at)}` : '';
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}${version}${by}${at}`;
}
