// The operations this page uses, one function each. Only this file knows how the node names and shapes them.

import type { MeshSocket } from './socket.ts';
import type {
  Found,
  List,
  Me,
  Member,
  Message,
  Page,
  Participant,
  PresenceOf,
  PresenceState,
  Priority,
  Receipt,
  Room,
  RoomAccess,
  Status,
} from './types.ts';

export interface PostInput {
  room: string;
  text: string;
  reply_to?: string;
  priority?: Priority;
  idempotency_key: string;
}

export interface SearchInput {
  q: string;
  room?: string;
  from?: string;
  since?: string;
  until?: string;
  limit?: number;
}

interface Posted {
  id: string;
  seq: number;
  at: string;
  room: string;
}

export class MeshApi {
  readonly #socket: MeshSocket;

  constructor(socket: MeshSocket) {
    this.#socket = socket;
  }

  #call<T>(name: string, input: object = {}): Promise<T> {
    return this.#socket.call<T>(name, input);
  }

  status = () => this.#call<Status>('status.get');
  me = () => this.#call<Me>('me.get');

  rooms = () => this.#call<List<Room>>('room.list');
  room = (room: string) => this.#call<Room>('room.get', { room });
  createRoom = (input: { name: string; topic?: string; access?: RoomAccess; members?: string[] }) =>
    this.#call<{ id: string; name: string | null; seq: number }>('room.create', input);
  join = (room: string) => this.#call<{ seq: number }>('room.join', { room });
  leave = (room: string) => this.#call<{ seq: number }>('room.leave', { room });
  members = (room: string) => this.#call<List<Member>>('member.list', { room });

  post = (input: PostInput) => this.#call<Posted>('message.post', input);
  send = (input: { to: string; text: string; idempotency_key: string }) => this.#call<Posted>('message.send', input);
  edit = (message: string, text: string) => this.#call<{ seq: number }>('message.edit', { message, text });
  remove = (message: string) => this.#call<{ seq: number }>('message.delete', { message });
  messages = (input: { room: string; before?: number; after?: number; limit?: number }) =>
    this.#call<Page<Message>>('message.list', input);
  thread = (message: string) => this.#call<List<Message>>('message.thread', { message });
  receipts = (message: string) => this.#call<List<Receipt>>('message.receipts', { message });
  search = (input: SearchInput) => this.#call<List<Found>>('message.search', input);

  participants = () => this.#call<List<Participant>>('participant.list');
  participant = (participant: string) => this.#call<Participant>('participant.get', { participant });
  presence = () => this.#call<List<PresenceOf>>('presence.list');
  setPresence = (state: PresenceState, summary?: string) =>
    this.#call<object>('presence.set', { state, ...(summary && { summary }) });
  typing = (room: string, typing: boolean) => this.#call<object>('room.typing', { room, typing });
  ack = (seqs: number[]) => this.#call<object>('inbox.ack', { seqs });
}
