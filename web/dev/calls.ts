// The simulated node's operations: those the page uses, under the real names.
import type { Message, PresenceState, Priority } from '../src/api/types.ts';
import { Refusal, type RoomState, type State } from './state.ts';

type Input = Record<string, unknown>;
type Call = (state: State, me: string, input: Input) => unknown;

const text = (input: Input, key: string): string => {
  const value = input[key];
  if (typeof value !== 'string') throw new Refusal(422, 'invalid', `'${key}' must be text.`);
  return value;
};

function posted(message: Message) {
  return { id: message.id, seq: message.seq, at: message.at, room: message.room };
}

function direct(state: State, me: string, other: string): RoomState {
  const found = [...state.rooms.values()].find(
    (room) => room.kind === 'direct' && room.members.has(me) && room.members.has(other),
  );
  return found ?? state.createRoom(me, { kind: 'direct', access: 'private' }, [other]);
}

function own(state: State, me: string, id: string): Message {
  const message = state.message(id);
  if (message.from.id !== me) throw new Refusal(403, 'not_yours', 'Only its author can change a message.');
  return message;
}

function list(state: State, me: string, input: Input) {
  const room = state.room(text(input, 'room'), me);
  const limit = (input.limit as number | undefined) ?? 50;
  const before = (input.before as number | undefined) ?? Number.POSITIVE_INFINITY;
  const after = (input.after as number | undefined) ?? 0;
  const all = [...state.messages.values()].filter((message) => message.room === room.id);
  const fits = all.filter((message) => message.seq > after && message.seq < before);
  const items = input.after === undefined ? fits.slice(-limit) : fits.slice(0, limit);
  const first = items[0]?.seq ?? 0;
  const last = items.at(-1)?.seq ?? after;
  return {
    items,
    prev: all.some((message) => message.seq < first) ? first : null,
    next: all.some((message) => message.seq > last) ? last : null,
  };
}

function search(state: State, me: string, input: Input) {
  const words = text(input, 'q').toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) throw new Refusal(422, 'invalid', 'Search needs a word.');
  const room = input.room ? state.room(String(input.room), me).id : undefined;
  const from = input.from ? state.participant(String(input.from)).id : undefined;
  const items = [...state.messages.values()]
    .filter((message) => state.rooms.get(message.room)?.members.has(me))
    .filter((message) => !message.deleted && (!room || message.room === room) && (!from || message.from.id === from))
    .filter((message) => words.every((word) => message.text.toLowerCase().includes(word)))
    .reverse()
    .slice(0, 50)
    .map((message) => ({ message, snippet: marked(message.text, words) }));
  return { items };
}

function marked(source: string, words: string[]): string {
  const escaped = words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
  return source.replace(new RegExp(escaped, 'gi'), '⟦$&⟧');
}

export const calls: Record<string, Call> = {
  'status.get': (state) => ({
    mesh: 'simulated',
    name: 'dev node (simulated)',
    version: 'simulated',
    head: state.head,
    view: state.head,
    log: { writable: true, verified: 0 },
    present: [...state.participants.values()].filter((one) => one.presence.state !== 'offline').length,
  }),
  'me.get': (state, me) => ({ participant: state.participant(me), permissions: [], owner: true }),
  'room.list': (state, me) => ({
    items: [...state.rooms.values()]
      .filter((room) => room.access === 'listed' || room.members.has(me))
      .map((room) => state.view(room, me)),
  }),
  'room.get': (state, me, input) => state.view(state.room(text(input, 'room'), me), me),
  'room.create': (state, me, input) => {
    const name = text(input, 'name');
    if (!/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/.test(name)) {
      throw new Refusal(422, 'invalid', `'${name}' is not a name.`, 'Use a-z, 0-9 and -, at most 40.');
    }
    const values = {
      name,
      topic: String(input.topic ?? ''),
      access: (input.access ?? 'listed') as RoomState['access'],
    };
    const room = state.createRoom(me, values);
    return { id: room.id, name, seq: state.head };
  },
  'room.join': (state, me, input) => ({ seq: state.move(me, state.room(text(input, 'room'), me), me, true) }),
  'room.leave': (state, me, input) => ({ seq: state.move(me, state.room(text(input, 'room'), me), me, false) }),
  'member.list': (state, me, input) => ({
    items: [...state.room(text(input, 'room'), me).members].map((id) => ({
      participant: state.person(id),
      capabilities: ['speak', 'listen'],
      since: 1,
    })),
  }),
  'room.typing': (state, me, input) => {
    const { id } = state.room(text(input, 'room'), me);
    state.onEphemeral({ type: 'typing', room: id, participant: state.person(me), typing: input.typing === true }, me);
    return { seq: state.head };
  },
  'message.post': (state, me, input) => {
    const more = { reply_to: input.reply_to as string | undefined, priority: input.priority as Priority | undefined };
    return posted(state.post(me, state.room(text(input, 'room'), me), text(input, 'text'), more));
  },
  'message.send': (state, me, input) => {
    const other = state.participant(text(input, 'to'));
    return posted(state.post(me, direct(state, me, other.id), text(input, 'text')));
  },
  'message.list': list,
  'message.thread': (state, _me, input) => {
    const id = text(input, 'message');
    const root = state.message(state.message(id).thread ?? id);
    return { items: [root, ...[...state.messages.values()].filter((message) => message.thread === root.id)] };
  },
  'message.receipts': (state, _me, input) => {
    const message = state.message(text(input, 'message'));
    const others = [...(state.rooms.get(message.room)?.members ?? [])].filter((id) => id !== message.from.id);
    return {
      items: others.map((id) => ({
        participant: state.person(id),
        stage: state.taken.get(id)?.has(message.seq) ? 'in_context' : 'stored',
      })),
    };
  },
  'message.edit': (state, me, input) => {
    const message = own(state, me, text(input, 'message'));
    message.text = text(input, 'text');
    message.edited_at = new Date().toISOString();
    const data = { room: message.room, message: message.id, text: message.text, mentions: message.mentions };
    return { seq: state.emit('message.edited', me, data, message.room) };
  },
  'message.delete': (state, me, input) => {
    const message = own(state, me, text(input, 'message'));
    Object.assign(message, { deleted: true, text: '' });
    return { seq: state.emit('message.deleted', me, { room: message.room, message: message.id }, message.room) };
  },
  'message.search': search,
  'participant.list': (state) => ({ items: [...state.participants.values()] }),
  'participant.get': (state, _me, input) => state.participant(text(input, 'participant')),
  'presence.list': (state) => ({
    items: [...state.participants.values()].map((one) => ({
      participant: state.person(one.id),
      presence: one.presence,
    })),
  }),
  'presence.set': (state, me, input) => {
    state.present(me, input.state as PresenceState, input.summary as string | undefined);
    return state.participant(me).presence;
  },
  'inbox.ack': (state, me, input) => {
    const taken = state.taken.get(me) ?? new Set<number>();
    for (const seq of (input.seqs as number[] | undefined) ?? []) taken.add(seq);
    state.taken.set(me, taken);
    return { position: 0, above: taken.size };
  },
};
