// What happened, as the stream tells it and the log holds it: one type for each event, told apart by its name.
//
// OpenAPI leaves what an event says open, so what this page reads of each stands here, once. The names are all that the node
// knows; src/api/events.test.ts compares them. A name that is not here comes from a newer node and is passed over.

import type * as Api from './generated.ts';

/** A message as its event tells it: ids instead of quoted words, and words only as long as they are not erased. */
interface MessageSaid extends Omit<Api.Message, 'seq' | 'at' | 'room' | 'from' | 'text' | 'quotes'> {
  text?: string;
  quotes?: string[];
  redacted?: boolean;
}
interface OfMessage {
  room: string;
  message: string;
}
interface OfRoom {
  room: string;
}
interface OfMember {
  room: string;
  participant: string;
}
interface OfParticipant {
  participant: string;
}
interface OfSession {
  session: string;
  participant: string;
}
interface OfGroup {
  group: string;
}
interface OfCredential {
  credential: string;
}
interface OfInvite {
  invite: string;
}
interface OfTask {
  room: string;
  task: string;
}
interface OfAttempt extends OfTask {
  fence: number;
}
interface OfWorker {
  worker: string;
}
interface OfApproval {
  room: string;
  approval: string;
}
interface OfTemplate {
  template: string;
}
interface OfContext {
  room: string;
  key: string;
}
interface OfAct {
  act: string;
  participant: string;
}
interface OfMemory {
  memory: string;
  owner: string;
}

/** What each event says: its facts, and where the page reads them its words. Moments are texts in the stream and numbers in the log. */
export interface Told {
  'mesh.created': { mesh: string; name: string };
  'vault.replaced': { vault: string };
  'note.refused': { participant?: string; operation: string; code: string; count: number };
  'note.tool_called': { tool: string; task?: string; ok: boolean };
  'mesh.limits_set': { limits: Api.RequestLimits };
  'mesh.floor_set': { floor: Api.Floor };
  'tool.audience_set': { tool: string };
  'secret.set': { name: string; version: number };
  'secret.removed': { name: string };
  'participant.registered': OfParticipant & { handle: string; kind: Api.Kind; trust: Api.Trust };
  'participant.updated': OfParticipant;
  'participant.roles_set': OfParticipant & { roles: string[] };
  'participant.disabled': OfParticipant;
  'participant.enabled': OfParticipant;
  'participant.key_added': OfParticipant & { key: string };
  'participant.key_revoked': OfParticipant & { key: string };
  'participant.trust_set': OfParticipant & { trust: Api.Trust };
  'user.created': OfParticipant;
  'user.role_set': OfParticipant;
  'user.password_changed': OfParticipant;
  'group.created': OfGroup & { name: string };
  'group.deleted': OfGroup;
  'group.member_added': OfGroup & OfParticipant;
  'group.member_removed': OfGroup & OfParticipant;
  'room.created': OfRoom & { name?: string };
  'room.updated': OfRoom & { name?: string };
  'room.archived': OfRoom;
  'room.restored': OfRoom;
  'room.member_joined': OfMember;
  'room.member_left': OfMember;
  'room.member_capabilities_set': OfMember;
  'room.defaults_set': OfRoom;
  'room.policy_set': OfRoom & { version: number; policy: Api.Policy };
  'room.slow_mode_set': OfRoom & { seconds: number };
  'room.primary_set': OfRoom & { participant?: string };
  'room.transferred': OfRoom & { creator: string };
  'room.hold_set': OfRoom & { hold: boolean };
  'room.expired': OfRoom;
  'room.member_muted': OfMember & { until?: string | number };
  'room.member_unmuted': OfMember;
  'room.member_banned': OfMember;
  'room.member_unbanned': OfMember;
  'room.member_invited': OfMember;
  'room.invitation_declined': OfMember;
  'room.influenced': OfRoom & { trust: Api.Trust };
  'room.execution_agreed': OfMember & { agreed: boolean; answered_by?: string[] };
  'message.posted': MessageSaid;
  'message.quarantined': MessageSaid;
  'message.reviewed': OfMessage & { released: boolean };
  'message.redacted': OfMessage;
  'message.rescanned': OfMessage & { guard: Api.GuardMark };
  'message.edited': OfMessage & { text?: string; mentions?: string[]; guard?: Api.GuardMark };
  'message.deleted': OfMessage;
  'session.opened': OfSession;
  'session.closed': OfSession;
  'session.influenced': OfSession;
  'credential.issued': OfCredential & OfParticipant;
  'credential.revoked': OfCredential;
  'invite.created': OfInvite;
  'invite.redeemed': OfInvite & OfParticipant;
  'invite.revoked': OfInvite;
  'event_type.registered': { name: string; version: number };
  'event.published': OfRoom & { name: string; version: number };
  'task.created': OfTask & { plan: { capability?: string; assigned?: string; needs?: string[] } };
  'task.linked': OfTask;
  'task.queued': OfTask;
  'task.taken': OfTask & OfWorker & { started?: boolean };
  'task.lease_extended': OfAttempt;
  'task.started': OfAttempt;
  'task.progressed': OfAttempt & { text?: string; enveloped?: boolean };
  'task.handed_off': OfAttempt & OfWorker;
  'task.attempt_failed': OfAttempt & OfWorker & { cause: Api.FailureCause };
  'task.finished': OfAttempt & OfWorker & { confidence?: number; provenance?: object };
  'task.decided': OfTask;
  'task.confirmed': OfTask & { good: boolean };
  'task.skipped': OfTask;
  'task.cancelled': OfTask;
  'task.paused': OfTask;
  'task.resumed': OfTask;
  'task.retried': OfTask;
  'task.assigned': OfTask & { to?: string };
  'task.resolved': OfTask;
  'task.urgency_raised': OfTask;
  'task.redacted': OfTask;
  'worker.enrolled': OfWorker;
  'worker.left': OfWorker;
  'worker.mode_set': OfWorker & { mode: Api.WorkerMode };
  'worker.limits_set': OfWorker;
  'dispatch.stopped': object;
  'dispatch.resumed': object;
  'budget.set': object;
  'budget.warned': object;
  'approval.requested': OfApproval & { from: string; to?: string };
  'approval.decided': OfApproval & { approved: boolean };
  'approval.expired': OfApproval;
  'template.created': OfTemplate & { name: string };
  'template.deleted': OfTemplate;
  'act.held': OfAct & { room?: string };
  'act.released': OfAct;
  'act.done': OfAct;
  'context.set': OfContext;
  'context.removed': OfContext;
  'lease.taken': OfRoom & { holder: string; paths: string[]; mode: Api.LeaseMode; until: string | number };
  'lease.released': OfRoom & { lease: number };
  'memory.kept': OfMemory;
  'memory.forgotten': OfMemory;
}

export type EventName = keyof Told;

/** One thing that happened, as it is pushed. */
export type ItemOf<Name extends EventName> = {
  [One in Name]: Omit<Api.StreamItem, 'type' | 'data'> & { type: One; data: Told[One] };
}[Name];
export type Item = ItemOf<EventName>;

/** In the log what goes without saying is left out, and the id of a message is its place. */
type KeptMessage = Omit<Partial<MessageSaid>, 'id'> & OfRoom;
/** In the log a message that waits stands inside the fact that it does. */
export type Kept<Name extends EventName> = Name extends 'message.posted'
  ? KeptMessage
  : Name extends 'message.quarantined'
    ? { author: string; message: KeptMessage }
    : Told[Name];
/** One line of the log. */
export type LogEntry = {
  [One in EventName]: Omit<Api.LogEntry, 'type' | 'facts'> & { type: One; facts: Kept<One> };
}[EventName];

type Noun = EventName extends `${infer First}.${string}` ? First : never;
/** What happened to one noun. */
export type Of<Name extends Noun> = Extract<Item, { type: `${Name}.${string}` }>;
/** Whether it happened to one of these nouns. */
export const about = <Name extends Noun>(item: Item, ...nouns: readonly Name[]): item is Of<Name> =>
  nouns.some((noun) => item.type.startsWith(`${noun}.`));
