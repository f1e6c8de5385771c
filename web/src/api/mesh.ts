// The operations this page uses, one function each. Only this file knows how the node names and shapes them.

import type { MeshSocket } from './socket.ts';
import type {
  Done,
  Found,
  List,
  Me,
  Member,
  Message,
  MessagePage,
  Participant,
  Posted,
  PostInput,
  PresenceOf,
  PresenceState,
  Receipt,
  Room,
  RoomCreated,
  RoomInput,
  SearchInput,
  SendInput,
  Status,
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

  #call<T>(name: string, input: object = {}): Promise<T> {
    return this.#socket.call<T>(name, input);
  }

  status = () => this.#call<Status>('status.get');
  me = () => this.#call<Me>('me.get');

  rooms = () => this.#call<List<Room>>('room.list');
  room = (room: string) => this.#call<Room>('room.get', { room });
  createRoom = (input: Partial<RoomInput> & { name: string }) => this.#call<RoomCreated>('room.create', input);
  join = (room: string) => this.#call<Done>('room.join', { room });
  leave = (room: string) => this.#call<Done>('room.leave', { room });
  members = (room: string) => this.#call<List<Member>>('member.list', { room });

  post = (input: Omit<PostInput, 'priority'> & Partial<Pick<PostInput, 'priority'>> & Keyed) =>
    this.#call<Posted>('message.post', input);
  send = (input: Omit<SendInput, 'priority'> & Keyed) => this.#call<Posted>('message.send', input);
  edit = (message: string, text: string) => this.#call<Done>('message.edit', { message, text });
  remove = (message: string) => this.#call<Done>('message.delete', { message });
  messages = (input: { room: string; before?: number; after?: number; limit?: number }) =>
    this.#call<MessagePage>('message.list', input);
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
