// The simulated node's memory: participants, rooms, messages and the items they make. For development and tests of the page
// only; it keeps nothing, signs nothing and checks little.
import { randomUUID } from 'node:crypto';
import type { EventName, Told } from '../src/api/events.ts';
import type {
  Ephemeral,
  Item,
  Message,
  Participant,
  ParticipantKind,
  Person,
  Priority,
  Room,
  Trust,
} from '../src/api/types.ts';

export interface RoomState {
  id: string;
  name: string | null;
  kind: Room['kind'];
  access: Room['access'];
  topic: string;
  creator: string;
  created_at: string;
  archived: boolean;
  members: Set<string>;
}

/** A refusal, as the node would send it. */
export class Refusal extends Error {
  readonly problem;
  constructor(status: number, code: string, detail: string, hint = '') {
    super(detail);
    this.problem = { type: `/docs/errors/${code}`, title: code.replaceAll('_', ' '), status, code, detail, hint };
  }
}

let clock = 0;
/** Ids that sort by the time they were made, as the real ones do. */
function newId(): string {
  const time = (Date.now() * 16 + (clock++ % 16)).toString(16).padStart(13, '0').slice(-12);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}

export class State {
  readonly participants = new Map<string, Participant>();
  readonly rooms = new Map<string, RoomState>();
  readonly messages = new Map<string, Message>();
  readonly items: Item[] = [];
  readonly keys = new Map<string, object>();
  /** Which messages each participant has taken in. */
  readonly taken = new Map<string, Set<number>>();
  onItem: (item: Item) => void = () => {};
  onEphemeral: (event: Ephemeral, except: string) => void = () => {};

  get head(): number {
    return this.items.length;
  }

  person(id: string): Person {
    const { handle, kind, trust } = this.participant(id);
    return { id, handle, kind, trust };
  }

  participant(name: string): Participant {
    const plain = name.replace(/^@/, '');
    const found = this.participants.get(plain) ?? [...this.participants.values()].find((one) => one.handle === plain);
    if (!found) throw new Refusal(404, 'not_found', `There is no participant '${name}' that you can see.`);
    return found;
  }

  room(name: string, me: string): RoomState {
    const found = this.rooms.get(name) ?? [...this.rooms.values()].find((one) => one.name === name);
    if (!found || (found.access === 'private' && !found.members.has(me))) {
      throw new Refusal(404, 'not_found', `There is no room '${name}' that you can see.`);
    }
    return found;
  }

  message(id: string): Message {
    const found = this.messages.get(id);
    if (!found) throw new Refusal(404, 'not_found', `There is no message '${id}' that you can see.`);
    return found;
  }

  emit<Name extends EventName>(type: Name, by: string, data: Partial<Told<Name>>, room?: string): number {
    const seq = this.head + 1;
    const told = { seq, at: new Date().toISOString(), type, data, from: this.person(by), ...(room && { room }) };
    // The compiler cannot know that name and words belong together; the parameters say it.
    const item = told as unknown as Item;
    this.items.push(item);
    this.onItem(item);
    return seq;
  }

  /** Whether a participant may see an item. */
  sees(id: string, item: Item): boolean {
    const room = item.room ? this.rooms.get(item.room) : undefined;
    return !room || room.members.has(id) || (item.type.startsWith('room.') && room.access === 'listed');
  }

  register(handle: string, kind: ParticipantKind, trust: Trust = 'local', about = ''): Participant {
    const participant: Participant = {
      id: newId(),
      handle,
      kind,
      trust,
      parent: null,
      key: null,
      visibility: 'public',
      roles: [],
      groups: [],
      disabled: false,
      profile: { about },
      registered_at: new Date().toISOString(),
      presence: { state: 'offline' },
    };
    this.participants.set(participant.id, participant);
    this.emit('participant.registered', participant.id, { participant: participant.id, handle, kind, trust });
    return participant;
  }

  createRoom(by: string, values: Partial<RoomState>, members: string[] = []): RoomState {
    if (values.name && [...this.rooms.values()].some((room) => room.name === values.name)) {
      throw new Refusal(
        409,
        'name_taken',
        `A room '${values.name}' exists already.`,
        'Choose another name, or join that room.',
      );
    }
    const room: RoomState = {
      id: newId(),
      name: null,
      kind: 'room',
      access: 'listed',
      topic: '',
      archived: false,
      creator: by,
      created_at: new Date().toISOString(),
      ...values,
      members: new Set([by, ...members]),
    };
    this.rooms.set(room.id, room);
    this.emit('room.created', by, { room: room.id, ...(room.name && { name: room.name }) }, room.id);
    return room;
  }

  move(by: string, room: RoomState, participant: string, inside: boolean): number {
    if (room.members.has(participant) === inside) return this.head;
    if (inside) room.members.add(participant);
    const seq = this.emit(
      inside ? 'room.member_joined' : 'room.member_left',
      by,
      { room: room.id, participant },
      room.id,
    );
    if (!inside) room.members.delete(participant);
    return seq;
  }

  post(by: string, room: RoomState, text: string, more: { reply_to?: string; priority?: Priority } = {}): Message {
    if (!room.members.has(by))
      throw new Refusal(403, 'not_a_member', 'You are not a member of this room.', 'Join it first.');
    if (text.trim() === '') throw new Refusal(422, 'invalid', 'A message needs some text.');
    const mentions = [...text.matchAll(/(?<![\w@])@([a-z0-9-]+)/g)]
      .map((match) => [...this.participants.values()].find((one) => one.handle === match[1])?.id)
      .filter((id) => id !== undefined);
    const root = more.reply_to ? this.message(more.reply_to) : undefined;
    const thread = root ? (root.thread ?? root.id) : undefined;
    const seq = this.head + 1;
    const message: Message = {
      id: `m${seq}`,
      seq,
      at: new Date().toISOString(),
      room: room.id,
      from: this.person(by),
      text,
      mentions,
      priority: more.priority ?? 'next',
      trust: this.participant(by).trust,
      ...(more.reply_to && { reply_to: more.reply_to }),
      ...(thread && { thread }),
    };
    this.messages.set(message.id, message);
    if (thread) this.message(thread).replies = (this.message(thread).replies ?? 0) + 1;
    const { seq: _seq, at: _at, room: _room, from: _from, quotes: _quotes, ...data } = message;
    this.emit('message.posted', by, data, room.id);
    return message;
  }

  present(id: string, state: Participant['presence']['state'], summary?: string): void {
    this.participant(id).presence = { state, ...(summary && { summary }) };
    this.onEphemeral({ type: 'presence', participant: this.person(id), state, ...(summary && { summary }) }, '');
  }

  /** A room as one participant sees it. */
  view(room: RoomState, me: string): Room {
    const mine = this.taken.get(me);
    const messages = [...this.messages.values()].filter((message) => message.room === room.id);
    const unread = room.members.has(me)
      ? messages.filter((message) => message.from.id !== me && !mine?.has(message.seq) && !message.deleted)
      : [];
    const other = room.kind === 'direct' ? [...room.members].find((id) => id !== me) : undefined;
    return {
      ...room,
      history: 'all',
      creator: this.person(room.creator),
      members: room.members.size,
      member: room.members.has(me),
      capabilities: room.members.has(me) ? ['speak', 'listen'] : [],
      ...(other && { with: this.person(other) }),
      unread: unread.length,
      unread_mentions: unread.filter((message) => message.mentions.includes(me)).length,
      last_seq: messages.at(-1)?.seq ?? 0,
    };
  }
}
