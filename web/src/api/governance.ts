// Governance as the node speaks of it. These shapes are written by hand while the generated file does not have them.

import type { components } from './generated.ts';

type Schemas = components['schemas'];
type Person = Schemas['ParticipantRef'];
type Kind = Schemas['Kind'];
type Trust = Schemas['Trust'];
type Capability = Schemas['Capability'];
type RoomAccess = Schemas['RoomAccess'] | 'federated';

export type Effect = 'allow' | 'deny';
export type MessageKind = 'text' | 'payload' | 'event' | 'command';
export type Day = 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun';
export type Replies = 'free' | 'threads-only' | 'none';
export type Scan = 'boundary' | 'all';

export interface Who {
  participants?: string[];
  groups?: string[];
  roles?: string[];
  kinds?: Kind[];
  trust?: Trust[];
}
export interface Hours {
  days?: Day[];
  from: string;
  to: string;
  utc_offset?: number;
}
export interface When {
  kinds?: MessageKind[];
  hours?: Hours[];
}
export interface Rule {
  name: string;
  effect: Effect;
  to?: Who;
  capabilities: Capability[];
  when?: When;
  why?: string;
}
export interface MessageRules {
  kinds?: MessageKind[];
  types?: string[];
  schema?: Record<string, unknown> | null;
  replies?: Replies;
  agents_when_named?: boolean;
}
export interface Rate {
  count: number;
  seconds: number;
}
export interface Limit {
  name: string;
  to?: Who;
  bytes?: number | null;
  rate?: Rate | null;
}
export interface Reach {
  anywhere?: boolean;
  rooms?: string[];
  meshes?: string[];
  carriers?: Who;
}
export interface DataRules {
  leave?: Reach;
  enter?: Reach | null;
}
export interface ExecutionRules {
  triggers?: Who;
  peers?: string[];
}
export interface GuardRules {
  scan?: Scan;
  mark?: number;
  quarantine?: number;
  refuse?: number;
}
export interface Policy {
  rules?: Rule[];
  messages?: MessageRules;
  limits?: Limit[];
  data?: DataRules;
  execution?: ExecutionRules;
  guard?: GuardRules;
  visibility?: RoomAccess | null;
  retention_days?: number | null;
}
export interface PolicyView {
  room: string;
  version: number;
  policy: Policy;
  set_by?: Person | null;
  set_at?: string | null;
  seq?: number | null;
  slow_mode: number;
  hold: boolean;
}
export interface PolicySet {
  version: number;
  seq: number;
}
export type Deed =
  | 'speak'
  | 'listen'
  | 'execute'
  | 'command'
  | 'moderate'
  | 'bridge'
  | 'data_read'
  | 'data_write'
  | 'join'
  | 'set_policy';
export type RulingBy =
  | 'owner'
  | 'creator'
  | 'membership'
  | 'permission'
  | 'standing'
  | 'rule'
  | 'member'
  | 'defaults'
  | 'nothing_allows'
  | 'mute'
  | 'ban'
  | 'archived'
  | 'messages'
  | 'limit'
  | 'slow_mode'
  | 'data'
  | 'execution'
  | 'guard'
  | 'hold';
export interface Ruling {
  by: RulingBy;
  name?: string | null;
  why?: string | null;
  version?: number | null;
  set_by?: string | null;
  set_seq?: number | null;
  set_at?: string | null;
}
export interface Explanation {
  action: Deed;
  allowed: boolean;
  rule: Ruling;
  text: string;
}
export interface Explanations {
  participant: Person;
  version: number;
  items: Explanation[];
}
export interface Muted {
  participant: Person;
  until?: string | null;
  seq: number;
}
export interface Banned {
  participant: Person;
  seq: number;
}
export interface Restrained {
  muted: Muted[];
  banned: Banned[];
}
export interface GuardMark {
  version: number;
  score: number;
  marked: boolean;
  reasons?: string[];
}
export interface Relayed {
  origin: string;
  sender: string;
  path?: string[];
}
export interface Released {
  message: string;
  author: string;
}
export interface SignatureView {
  key: string;
  sig: string;
  revoked?: number | null;
}
export interface Quote {
  message: string;
  room: string;
  from?: string | null;
  text: string;
  gone?: boolean;
}
/** What governance adds to a message. */
export interface Marks {
  trust: Trust;
  redacted?: boolean;
  command?: boolean;
  signed?: SignatureView | null;
  relayed?: Relayed | null;
  labels?: string[];
  quotes?: Quote[];
  guard?: GuardMark | null;
  enveloped?: boolean;
  released?: Released | null;
}
export interface Reviewed {
  posted?: string | null;
  seq: number;
}
export interface SigningKey {
  key: string;
  since: number;
  revoked?: number | null;
}
export interface SignedInput {
  key: string;
  salt: string;
  sig: string;
  content: string;
}
export interface GuardReason {
  rule: string;
  detail: string;
  span?: [number, number] | null;
}
export interface GuardVerdict {
  version: number;
  score: number;
  action: string;
  reasons: GuardReason[];
}
export interface RequestRate {
  per_second: number;
  burst: number;
}
export interface RequestLimits {
  local: RequestRate;
  federated: RequestRate;
  untrusted: RequestRate;
  address: RequestRate;
  instance: RequestRate;
}
export interface SecretInfo {
  name: string;
  version: number;
  seq: number;
}
export interface LogVerified {
  sound: boolean;
  upto: number;
  erased: number;
  problem?: string | null;
}
export interface LogListInput {
  after?: number;
  limit?: number;
  types?: string[];
  actor?: string;
  room?: string;
  since?: string;
  until?: string;
  newest?: boolean;
  before?: number;
}
