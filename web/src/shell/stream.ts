// What each pushed item changes in the stores. Unknown types are passed over: a newer node may tell more than this page shows.

import { about, type EventName, type ItemOf, type Of } from '../api/events.ts';
import type { Ephemeral, Item, Message } from '../api/types.ts';
import type { Conversation } from '../message/conversation.svelte.ts';
import { heldOf, incomplete, messageOf } from '../message/timeline.ts';
import { people } from '../participant/people.svelte.ts';
import { rooms } from '../room/rooms.svelte.ts';
import { activity } from './activity.svelte.ts';

/** What the stream asks of the one who holds the connection. */
export interface Needs {
  conversation(room: string): Conversation | undefined;
  /** Whether the reader sees the end of this room right now. */
  watching(room: string): boolean;
  refreshRoom(room: string): Promise<void>;
  refreshPerson(participant: string): void;
  refreshPresence(): void;
  /** Fetches a message whose quotes and files the stream only named. */
  complete(message: Message): void;
  /** Something waits for a moderator, or a moderator decided. */
  reviewing(item: ItemOf<'message.quarantined' | 'message.reviewed'>): void;
  read(message: Message): void;
}

/** What rules, moderation and trust pages show. */
const GOVERNED = new Set<EventName>([
  'room.policy_set',
  'room.slow_mode_set',
  'room.primary_set',
  'room.hold_set',
  'room.published',
  'room.unpublished',
  'room.transferred',
  'room.member_joined',
  'room.member_left',
  'room.member_capabilities_set',
  'room.member_muted',
  'room.member_unmuted',
  'room.member_banned',
  'room.member_unbanned',
  'room.member_invited',
  'room.invitation_declined',
  'room.execution_agreed',
  'room.archived',
  'room.defaults_set',
  'participant.key_added',
  'participant.key_revoked',
  'participant.trust_set',
]);

/** What the pages about work show. */
const WORK = [
  'task',
  'worker',
  'approval',
  'dispatch',
  'budget',
  'alert',
  'journal',
  'template',
  'memory',
  'entity',
  'lease',
  'tool',
  'skill',
  'webhook',
  'inlet',
  'clock',
] as const;

export function applyItem(item: Item, needs: Needs): void {
  if (item.from) people.meet(item.from);
  if (GOVERNED.has(item.type) || about(item, 'secret', 'mesh', 'link')) activity.tell({ type: 'governed', item });
  if (about(item, 'act') || item.type === 'session.influenced') {
    activity.tell({ type: 'influence', item });
    return;
  }
  if (about(item, ...WORK)) activity.tell({ type: 'work', item });
  if (item.type === 'message.quarantined' || item.type === 'message.reviewed') needs.reviewing(item);
  if (about(item, 'file')) applyFile(item, needs);
  else if (about(item, 'message')) applyMessage(item, needs);
  else if (about(item, 'room')) applyRoom(item, needs);
  else if (about(item, 'participant')) needs.refreshPerson(item.data.participant);
  else if (about(item, 'session')) needs.refreshPresence();
}

function applyMessage(item: Of<'message'>, needs: Needs): void {
  const message = messageOf(item);
  if (!message) {
    const conversation = item.room ? needs.conversation(item.room) : undefined;
    const own = item.from?.id === people.me?.id;
    const held = own ? heldOf(item) : null;
    if (held && conversation) {
      conversation.landed(held);
      conversation.add([held]);
    } else if (item.type !== 'message.posted' && item.type !== 'message.quarantined') {
      conversation?.change(item, own);
      activity.tell({ type: 'changed', item });
      rooms.pin(item.room ?? '', item.data.message, item.type);
    }
    return;
  }
  const conversation = needs.conversation(message.room);
  if (conversation && incomplete(message)) needs.complete(message);
  const mine = message.from.id === people.me?.id && !(message.scheduled && message.mentions.includes(message.from.id));
  const room = rooms.byId.get(message.room);
  if (!room) void needs.refreshRoom(message.room);
  if (conversation) {
    if (mine) conversation.landed(message);
    conversation.add([message]);
    if (message.thread) conversation.replied(message.thread);
  }
  if (mine || needs.watching(message.room)) {
    rooms.change(message.room, { last_seq: message.seq });
    if (!mine) needs.read(message);
  } else if (room && message.seq > room.last_seq) {
    // What the node has counted already is not counted twice.
    if (room.unread === 0) rooms.firstUnread.set(message.room, message.seq);
    const named = message.mentions.includes(people.me?.id ?? '');
    rooms.change(message.room, {
      last_seq: message.seq,
      unread: room.unread + 1,
      unread_mentions: room.unread_mentions + (named ? 1 : 0),
    });
  }
  activity.tell({ type: 'message', message });
}

/** What messages brought along may be gone by now, or there again. */
function applyFile(item: Of<'file'>, needs: Needs): void {
  activity.tell({ type: 'file', item });
  for (const message of needs.conversation(item.data.room)?.messages ?? [])
    if (message.files?.some(({ file }) => file === item.data.file)) needs.complete(message);
}

function applyRoom(item: Of<'room'>, needs: Needs): void {
  const { room } = item.data;
  if (item.type === 'room.member_joined' || item.type === 'room.member_left') {
    const { participant } = item.data;
    const inside = item.type === 'room.member_joined';
    rooms.member(room, participant, inside);
    if (!people.byId.has(participant)) needs.refreshPerson(participant);
    activity.tell({ type: inside ? 'joined' : 'parted', participant, room });
    if (participant !== people.me?.id) return;
  }
  void needs.refreshRoom(room);
}

export function applyEphemeral(event: Ephemeral): void {
  if (event.type === 'output') {
    activity.tell({ type: 'output', output: event });
    return;
  }
  if (event.type === 'position' || event.type === 'unseen') activity.tell({ type: 'stands', event });
  if (event.type === 'typing') {
    if (event.participant.id !== people.me?.id) activity.types(event.room, event.participant, event.typing);
    return;
  }
  if (event.type === 'presence') {
    const before = people.state(event.participant.id);
    people.set({
      participant: event.participant,
      presence: { state: event.state, summary: event.summary, reach: event.reach },
    });
    if ((before === 'offline') !== (event.state === 'offline')) {
      activity.tell({ type: event.state === 'offline' ? 'left' : 'arrived', participant: event.participant.id });
    }
  }
}
