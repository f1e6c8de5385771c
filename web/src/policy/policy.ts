// A room's policy while somebody works on it: every field is there, so that it can be bound to controls. What is left empty is
// left out again when it is sent.

import type {
  Capability,
  Day,
  Effect,
  Hours,
  InfluenceRules,
  Limit,
  MessageKind,
  ParticipantKind,
  Policy,
  Problem,
  Reach,
  Replies,
  RoomAccess,
  Rule,
  Scan,
  Trust,
  When,
  Who,
} from '../api/types.ts';
import { wrongAt } from '../shell/json.ts';

export const CAPABILITIES: readonly Capability[] = [
  'speak',
  'listen',
  'execute',
  'moderate',
  'bridge',
  'data-read',
  'data-write',
];
export const KINDS: readonly ParticipantKind[] = ['human', 'agent', 'bot', 'bridge'];
export const TRUSTS: readonly Trust[] = ['owner', 'local', 'federated', 'untrusted'];
export const MESSAGE_KINDS: readonly MessageKind[] = ['text', 'payload', 'event', 'command', 'reaction'];
export const DAYS: readonly Day[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
export const NEVER = 101;

export type DraftWho = Required<Who>;
export type DraftHours = Required<Hours>;
export interface DraftRule {
  /** Tells rules apart while their names change. */
  key: number;
  name: string;
  effect: Effect;
  to: DraftWho;
  capabilities: Capability[];
  when: { kinds: MessageKind[]; hours: DraftHours[] };
  why: string;
}
export interface DraftLimit {
  key: number;
  name: string;
  to: DraftWho;
  bytes: number | null;
  count: number | null;
  seconds: number | null;
}
export interface DraftReach {
  anywhere: boolean;
  outside: boolean;
  rooms: string[];
  meshes: string[];
  carriers: DraftWho;
}
export interface Draft {
  rules: DraftRule[];
  messages: {
    kinds: MessageKind[];
    types: string[];
    /** JSON as it is typed. */
    schema: string;
    replies: Replies;
    agents_when_named: boolean;
    turns: number | null;
  };
  limits: DraftLimit[];
  data: { leave: DraftReach; narrowed: boolean; enter: DraftReach };
  execution: { triggers: DraftWho; peers: string[] };
  guard: { scan: Scan; mark: number; quarantine: number; refuse: number };
  influence: Required<InfluenceRules>;
  space: { radius: number | null; speed: number | null };
  visibility: RoomAccess | '';
  retention_days: number | null;
}

/** A place in the policy and what is wrong there. */
export interface Fault {
  place: string;
  words: string;
}

/** What programs do that is judged by what they have read, in the order in which it is shown. */
export const DOINGS = ['speak', 'execute', 'bridge', 'data_write', 'tasks', 'approvals'] as const;
const INFLUENCE: Required<InfluenceRules> = {
  strict: false,
  speak: 'ask',
  bridge: 'ask',
  execute: 'ask',
  data_write: 'ask',
  tasks: 'ask',
  approvals: 'ask',
};

let keys = 0;

const draftWho = (who: Who = {}): DraftWho => ({
  participants: [...(who.participants ?? [])],
  groups: [...(who.groups ?? [])],
  roles: [...(who.roles ?? [])],
  kinds: [...(who.kinds ?? [])],
  trust: [...(who.trust ?? [])],
});

const draftReach = (reach: Reach = {}): DraftReach => ({
  anywhere: reach.anywhere ?? false,
  outside: reach.outside ?? false,
  rooms: [...(reach.rooms ?? [])],
  meshes: [...(reach.meshes ?? [])],
  carriers: draftWho(reach.carriers),
});

const draftHours = (hours: Hours): DraftHours => ({
  days: [...(hours.days ?? [])],
  from: hours.from,
  to: hours.to,
  utc_offset: hours.utc_offset ?? 0,
});

const draftRule = (rule: Rule): DraftRule => ({
  key: ++keys,
  name: rule.name,
  effect: rule.effect,
  to: draftWho(rule.to),
  capabilities: [...rule.capabilities],
  when: { kinds: [...(rule.when?.kinds ?? [])], hours: (rule.when?.hours ?? []).map(draftHours) },
  why: rule.why ?? '',
});

const draftLimit = (limit: Limit): DraftLimit => ({
  key: ++keys,
  name: limit.name,
  to: draftWho(limit.to),
  bytes: limit.bytes ?? null,
  count: limit.rate?.count ?? null,
  seconds: limit.rate?.seconds ?? null,
});

export function toDraft(policy: Policy): Draft {
  const { messages = {}, data = {}, execution = {}, guard = {} } = policy;
  return {
    rules: (policy.rules ?? []).map(draftRule),
    messages: {
      kinds: [...(messages.kinds ?? [])],
      types: [...(messages.types ?? [])],
      schema: messages.schema ? JSON.stringify(messages.schema, null, 2) : '',
      replies: messages.replies ?? 'free',
      agents_when_named: messages.agents_when_named ?? false,
      turns: messages.turns ?? null,
    },
    limits: (policy.limits ?? []).map(draftLimit),
    data: { leave: draftReach(data.leave), narrowed: Boolean(data.enter), enter: draftReach(data.enter ?? {}) },
    execution: { triggers: draftWho(execution.triggers), peers: [...(execution.peers ?? [])] },
    guard: {
      scan: guard.scan ?? 'boundary',
      mark: guard.mark ?? 50,
      quarantine: guard.quarantine ?? 80,
      refuse: guard.refuse ?? NEVER,
    },
    influence: { ...INFLUENCE, ...policy.influence },
    space: { radius: policy.space?.radius ?? null, speed: policy.space?.speed ?? null },
    visibility: policy.visibility ?? '',
    retention_days: policy.retention_days ?? null,
  };
}

/** A name that no other has: `rule`, `rule-2`, … */
function freeName(stem: string, taken: readonly string[]): string {
  let name = stem;
  for (let count = 2; taken.includes(name); count++) name = `${stem}-${count}`;
  return name;
}

export function newRule(draft: Draft, effect: Effect = 'deny'): DraftRule {
  const taken = draft.rules.map((rule) => rule.name);
  return draftRule({ name: freeName('rule', taken), effect, capabilities: ['speak'] });
}

export function newLimit(draft: Draft): DraftLimit {
  const taken = draft.limits.map((limit) => limit.name);
  return draftLimit({ name: freeName('limit', taken), rate: { count: 10, seconds: 60 } });
}

export const newHours = (): DraftHours => ({
  days: ['mon', 'tue', 'wed', 'thu', 'fri'],
  from: '09:00',
  to: '17:00',
  utc_offset: -new Date().getTimezoneOffset(),
});

/** The object without fields that say nothing; undefined if nothing is left. */
function lean<T extends object>(object: T): Partial<T> | undefined {
  const said = Object.entries(object).filter(
    ([, value]) =>
      value !== undefined &&
      value !== null &&
      value !== false &&
      value !== '' &&
      !(Array.isArray(value) && value.length === 0),
  );
  return said.length > 0 ? (Object.fromEntries(said) as Partial<T>) : undefined;
}

const plainReach = (reach: DraftReach): Reach => lean({ ...reach, carriers: lean(reach.carriers) }) ?? {};

function plainHours(hours: DraftHours): Hours {
  const { from, to } = hours;
  return { ...(lean({ days: hours.days, utc_offset: hours.utc_offset || null }) as Partial<Hours>), from, to };
}

function plainRule(rule: DraftRule): Rule {
  const to = lean(rule.to);
  const when = lean({ kinds: rule.when.kinds, hours: rule.when.hours.map(plainHours) }) as When | undefined;
  return {
    name: rule.name,
    effect: rule.effect,
    ...(to && { to }),
    // In the order they are listed everywhere, whichever was ticked first.
    capabilities: CAPABILITIES.filter((one) => rule.capabilities.includes(one)),
    ...(when && { when }),
    ...(rule.why && { why: rule.why }),
  };
}

function plainLimit(limit: DraftLimit): Limit {
  const to = lean(limit.to);
  const rated = limit.count !== null || limit.seconds !== null;
  return {
    name: limit.name,
    ...(to && { to }),
    ...(limit.bytes !== null && { bytes: limit.bytes }),
    ...(rated && { rate: { count: limit.count ?? 0, seconds: limit.seconds ?? 0 } }),
  };
}

/** What is sent: nothing that stands at its default. Throws a Fault if the schema is not JSON. */
export function toPolicy(draft: Draft): Policy {
  const schema = readSchema(draft.messages.schema);
  const messages = lean({
    kinds: draft.messages.kinds,
    types: draft.messages.types,
    schema,
    replies: draft.messages.replies === 'free' ? undefined : draft.messages.replies,
    agents_when_named: draft.messages.agents_when_named,
    turns: draft.messages.turns ?? undefined,
  });
  const data = lean({
    leave: lean(plainReach(draft.data.leave)),
    enter: draft.data.narrowed ? plainReach(draft.data.enter) : undefined,
  });
  const execution = lean({ triggers: lean(draft.execution.triggers), peers: draft.execution.peers });
  const { scan, mark, quarantine, refuse } = draft.guard;
  const influence = lean(
    Object.fromEntries(Object.entries(draft.influence).filter(([, then]) => then && then !== 'ask')),
  );
  const space = lean({ radius: draft.space.radius ?? undefined, speed: draft.space.speed ?? undefined });
  const ordinary = scan === 'boundary' && mark === 50 && quarantine === 80 && refuse === NEVER;
  return {
    ...lean({ rules: draft.rules.map(plainRule) }),
    ...(messages && { messages }),
    ...lean({ limits: draft.limits.map(plainLimit) }),
    ...(data && { data }),
    ...(execution && { execution }),
    ...(!ordinary && { guard: { scan, mark, quarantine, refuse } }),
    ...(influence && { influence }),
    ...(space && { space }),
    ...(draft.visibility && { visibility: draft.visibility }),
    ...(draft.retention_days !== null && { retention_days: draft.retention_days }),
  };
}

/** A place that is wrong, as something to throw. */
export class PolicyFault extends Error implements Fault {
  readonly place: string;
  readonly words: string;
  constructor(place: string, words: string) {
    super(`${place}: ${words}`);
    this.place = place;
    this.words = words;
  }
}

function readSchema(text: string): Record<string, unknown> | undefined {
  if (text.trim() === '') return undefined;
  const value = parseJson(text, 'messages.schema');
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new PolicyFault('messages.schema', 'A schema is a JSON object.');
  }
  return value as Record<string, unknown>;
}

/** JSON, or a fault that names line and column. */
export function parseJson(text: string, place: string): unknown {
  const wrong = wrongAt(text);
  if (wrong) throw new PolicyFault(place, `Not JSON at line ${wrong.line}, column ${wrong.column}: ${wrong.words}.`);
  return JSON.parse(text);
}

/** What each object of a policy may hold: a name with nothing behind it is a plain value. */
interface Shape {
  [field: string]: Shape | null;
}
const WHO: Shape = { participants: null, groups: null, roles: null, kinds: null, trust: null };
const REACH: Shape = { anywhere: null, outside: null, rooms: null, meshes: null, carriers: WHO };
const HOURS: Shape = { days: null, from: null, to: null, utc_offset: null };
const POLICY: Shape = {
  rules: {
    name: null,
    effect: null,
    to: WHO,
    capabilities: null,
    when: { kinds: null, hours: HOURS },
    why: null,
  },
  messages: { kinds: null, types: null, schema: null, replies: null, agents_when_named: null, turns: null },
  limits: { name: null, to: WHO, bytes: null, rate: { count: null, seconds: null } },
  data: { leave: REACH, enter: REACH },
  execution: { triggers: WHO, peers: null },
  guard: { scan: null, mark: null, quarantine: null, refuse: null },
  influence: { speak: null, execute: null, bridge: null, data_write: null, tasks: null, approvals: null, strict: null },
  space: { radius: null, speed: null },
  visibility: null,
  retention_days: null,
};
const LISTS = new Set(['rules', 'limits', 'hours']);
const WORD_LISTS = new Set([
  'participants',
  'groups',
  'roles',
  'kinds',
  'trust',
  'capabilities',
  'days',
  'types',
  'rooms',
  'meshes',
  'peers',
]);

/** The policy that was typed as JSON. Throws a fault that names the place. */
export function readPolicy(text: string): Policy {
  const value = parseJson(text.trim() === '' ? '{}' : text, 'policy');
  checkShape(value, POLICY, '');
  return value as Policy;
}

function checkShape(value: unknown, shape: Shape, place: string): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new PolicyFault(place || 'policy', 'An object in braces belongs here.');
  }
  for (const [field, inside] of Object.entries(value)) {
    const here = place === '' ? field : `${place}.${field}`;
    const inner = shape[field];
    if (inner === undefined)
      throw new PolicyFault(here, `There is no '${field}' here. Known: ${Object.keys(shape).join(', ')}.`);
    if (WORD_LISTS.has(field)) checkWords(inside, here);
    else if (LISTS.has(field)) {
      if (!Array.isArray(inside)) throw new PolicyFault(here, 'A list in brackets belongs here.');
      for (const [index, one] of inside.entries()) checkShape(one, inner ?? {}, `${here}[${index}]`);
    } else if (inner && inside !== null) checkShape(inside, inner, here);
  }
  if (shape === POLICY.rules) {
    const rule = value as Partial<Rule>;
    for (const field of ['name', 'effect', 'capabilities'] as const) {
      if (rule[field] === undefined) throw new PolicyFault(place, `A rule needs '${field}'.`);
    }
  }
}

function checkWords(value: unknown, place: string): void {
  if (!Array.isArray(value) || value.some((one) => typeof one !== 'string')) {
    throw new PolicyFault(place, 'A list of texts in brackets belongs here.');
  }
}

/** One difference between two policies, for people. */
export interface Change {
  how: 'added' | 'removed' | 'changed';
  /** Where: a section, or a rule or limit by name. */
  place: string;
  words: string;
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));

/** The same value with the fields of objects in one order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, inside]) => inside !== undefined && inside !== null);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inside]) => [key, sorted(inside)]));
}

export const SECTIONS = {
  messages: 'Form of messages',
  data: 'What may leave and enter',
  execution: 'Commands',
  guard: 'Guard',
  influence: 'What those may do who have read strangers’ words',
  space: 'How far one sees, and how fast one walks',
  visibility: 'Door',
  retention_days: 'How long words are kept',
} as const;

/** Brings what the node sends into the form that this page sends, so that both compare. */
export const canonical = (policy: Policy): Policy => toPolicy(toDraft(policy));

export function changes(before: Policy, after: Policy): Change[] {
  const [was, is] = [canonical(before), canonical(after)];
  const found = [
    ...named('rule', was.rules ?? [], is.rules ?? []),
    ...named('limit', was.limits ?? [], is.limits ?? []),
  ];
  for (const [field, title] of Object.entries(SECTIONS) as [keyof typeof SECTIONS, string][]) {
    if (same(was[field], is[field])) continue;
    const how = was[field] === undefined ? 'added' : is[field] === undefined ? 'removed' : 'changed';
    found.push({ how, place: field, words: how === 'removed' ? `${title}: back to the ordinary` : title });
  }
  return found;
}

function named<T extends { name: string }>(what: 'rule' | 'limit', was: readonly T[], is: readonly T[]): Change[] {
  const before = new Map(was.map((one) => [one.name, one]));
  const after = new Map(is.map((one) => [one.name, one]));
  const title = what === 'rule' ? 'Rule' : 'Limit';
  const found: Change[] = [];
  for (const [name, one] of after) {
    const old = before.get(name);
    if (!old) found.push({ how: 'added', place: `${what}:${name}`, words: `${title} ${name}` });
    else if (!same(old, one)) found.push({ how: 'changed', place: `${what}:${name}`, words: `${title} ${name}` });
  }
  for (const name of before.keys()) {
    if (!after.has(name)) found.push({ how: 'removed', place: `${what}:${name}`, words: `${title} ${name}` });
  }
  if (found.length === 0 && !same([...before.keys()], [...after.keys()])) {
    found.push({ how: 'changed', place: `${what}s`, words: `${title}s in another order` });
  }
  return found;
}

/** The place that a refusal names, and what is wrong there. */
export function faultOf({ at, what, detail, title }: Problem): Fault {
  return at && what ? { place: at, words: what } : { place: '', words: detail ?? title };
}

/** A place, then the ones around it, the nearest first: `a[1].b`, `a[1]`, `a`. */
export function outward(place: string): string[] {
  const list = [];
  for (let at = place; at !== ''; at = at.replace(/(\[\d+\]|\.?[^.[\]]+)$/, '')) list.push(at);
  return list;
}
