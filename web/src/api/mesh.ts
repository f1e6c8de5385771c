// The operations this page uses, one function each. Only this file, and `work/api.ts` for the pages about work, know how the
// node names and shapes them.

import type { MeshSocket } from './socket.ts';
import type {
  Approval,
  ChatAnswer,
  Deed,
  Done,
  Explanations,
  Found,
  Group,
  GuardVerdict,
  InviteCreated,
  InviteInput,
  List,
  LogListInput,
  LogPage,
  LogVerified,
  Me,
  Member,
  Message,
  MessagePage,
  Participant,
  Policy,
  PolicySet,
  PolicyView,
  Posted,
  PostInput,
  PresenceOf,
  PresenceState,
  Quarantined,
  Receipt,
  RequestLimits,
  Restrained,
  Reviewed,
  Room,
  RoomCreated,
  RoomInput,
  SearchInput,
  SecretInfo,
  SendInput,
  SigningKey,
  Status,
  TaskStats,
  Trust,
} from './types.ts';

/** Makes repeating a command the same as giving it once. */
interface Keyed {
  idempotency_key: string;
}

export class MeshApi {
  readonly #socket: MeshSocket;

  constructor(socket: MeshSocket) {
    this.#socket = socket;
  }

  /** Any operation by its name. */
  call<T>(name: string, input: object = {}): Promise<T> {
    return this.#socket.call<T>(name, input);
  }

  status = () => this.call<Status>('status.get');
  me = () => this.call<Me>('me.get');

  rooms = () => this.call<List<Room>>('room.list');
  room = (room: string) => this.call<Room>('room.get', { room });
  createRoom = (input: Partial<RoomInput> & { name: string }) => this.call<RoomCreated>('room.create', input);
  join = (room: string) => this.call<Done>('room.join', { room });
  leave = (room: string) => this.call<Done>('room.leave', { room });
  members = (room: string) => this.call<List<Member>>('member.list', { room });

  post = (input: Omit<PostInput, 'priority'> & Partial<Pick<PostInput, 'priority'>> & Keyed) =>
    this.call<Posted>('message.post', input);
  send = (input: Omit<SendInput, 'priority'> & Keyed) => this.call<Posted>('message.send', input);
  edit = (message: string, text: string) => this.call<Done>('message.edit', { message, text });
  remove = (message: string, reason?: string) =>
    this.call<Done>('message.delete', { message, ...(reason && { reason }) });
  redact = (message: string, reason: string) =>
    this.call<Done>('message.redact', { message, ...(reason && { reason }) });
  message = (message: string) => this.call<Message>('message.get', { message });
  messages = (input: { room: string; before?: number; after?: number; limit?: number }) =>
    this.call<MessagePage>('message.list', input);
  thread = (message: string) => this.call<List<Message>>('message.thread', { message });
  receipts = (message: string) => this.call<List<Receipt>>('message.receipts', { message });
  search = (input: SearchInput) => this.call<List<Found>>('message.search', input);

  participants = () => this.call<List<Participant>>('participant.list');
  participant = (participant: string) => this.call<Participant>('participant.get', { participant });
  presence = () => this.call<List<PresenceOf>>('presence.list');
  setPresence = (state: PresenceState, summary?: string) =>
    this.call<object>('presence.set', { state, ...(summary && { summary }) });
  typing = (room: string, typing: boolean) => this.call<object>('room.typing', { room, typing });
  ack = (seqs: number[]) => this.call<object>('inbox.ack', { seqs });

  policy = (room: string) => this.call<PolicyView>('room.policy_get', { room });
  setPolicy = (input: { room: string; policy: Policy; expected_version?: number; force?: boolean }) =>
    this.call<PolicySet>('room.policy_set', input);
  tryPolicy = (room: string, policy: Policy, participant: string) =>
    this.call<Explanations>('room.policy_try', { room, policy, participant });
  explain = (room: string, participant: string, action?: Deed) =>
    this.call<Explanations>('room.explain', { room, participant, ...(action && { action }) });
  transfer = (room: string, to: string) => this.call<Done>('room.transfer', { room, to });
  slowMode = (room: string, seconds: number) => this.call<Done>('room.slow_mode', { room, seconds });
  hold = (room: string, hold: boolean) => this.call<Done>('room.hold', { room, hold });

  restrained = (room: string) => this.call<Restrained>('member.restrained', { room });
  mute = (room: string, participant: string, seconds: number | null, reason: string) =>
    this.call<Done>('member.mute', { room, participant, ...(seconds && { seconds }), ...(reason && { reason }) });
  unmute = (room: string, participant: string) => this.call<Done>('member.unmute', { room, participant });
  kick = (room: string, participant: string, reason: string) =>
    this.call<Done>('member.remove', { room, participant, ...(reason && { reason }) });
  ban = (room: string, participant: string, reason: string) =>
    this.call<Done>('member.ban', { room, participant, ...(reason && { reason }) });
  unban = (room: string, participant: string) => this.call<Done>('member.unban', { room, participant });

  quarantine = (room?: string) => this.call<List<Quarantined>>('quarantine.list', { ...(room && { room }) });
  review = (message: string, release: boolean, reason: string) =>
    this.call<Reviewed>('quarantine.review', { message, release, ...(reason && { reason }) });
  guardCheck = (text: string) => this.call<GuardVerdict>('guard.check', { text });

  keys = (participant: string) => this.call<List<SigningKey>>('identity.list', { participant });
  addKey = (key: string, proof: string) => this.call<Done>('identity.add', { key, proof });
  revokeKey = (participant: string, key: string) => this.call<Done>('identity.revoke', { participant, key });
  setTrust = (participant: string, trust: Trust) => this.call<Done>('participant.trust', { participant, trust });

  groups = () => this.call<List<Group>>('group.list');
  limits = () => this.call<RequestLimits>('limits.get');
  setLimits = (limits: RequestLimits) => this.call<Done>('limits.set', limits);
  secrets = () => this.call<List<SecretInfo>>('secret.list');
  setSecret = (name: string, value: string) => this.call<SecretInfo>('secret.set', { name, value });
  removeSecret = (name: string) => this.call<Done>('secret.remove', { name });
  invite = (input: InviteInput) => this.call<InviteCreated>('invite.create', input);

  approvals = (mine: boolean) => this.call<List<Approval>>('approval.list', { ...(mine && { mine }) });
  taskStats = (days: number) => this.call<TaskStats>('task.stats', { days });
  command = (room: string, text: string) => this.call<ChatAnswer>('chat.command', { room, text });

  log = (input: LogListInput) => this.call<LogPage>('log.list', input);
  verifyLog = () => this.call<LogVerified>('log.verify');
}
