// What a reader may do about a message or a member: the actions of their menus.

import { Pin, PinOff } from 'lucide';
import { explain } from '../api/problem.ts';
import type { Message, Person, Room } from '../api/types.ts';
import { people } from '../participant/people.svelte.ts';
import { copy } from '../shell/copy.ts';
import type { Action } from '../shell/Menu.svelte';
import { mesh } from '../shell/mesh.svelte.ts';
import { href } from '../shell/route.ts';
import { router } from '../shell/router.svelte.ts';
import { ui } from '../shell/ui.svelte.ts';
import { messageIn } from './places.ts';
import { rooms } from './rooms.svelte.ts';

export const moderates = (room: Room | undefined): boolean => room?.capabilities.includes('moderate') ?? false;

/** Whoever moderates pins; in a direct conversation both do. */
export const pins = (room: Room | undefined): boolean => room?.kind === 'direct' || moderates(room);

async function pin(message: string, on: boolean): Promise<void> {
  try {
    await mesh.call(on ? 'message.pin' : 'message.unpin', { message });
  } catch (error) {
    ui.tell(explain(error), true);
  }
}

export function messageActions(message: Message): Action[] {
  const room = rooms.byId.get(message.room);
  const mine = message.from.id === people.me?.id;
  const rule = mine || moderates(room) || mesh.me?.owner === true;
  const list: Action[] = [
    {
      name: 'Where it comes from',
      icon: 'sound',
      run: () => (ui.selection = { type: 'message', id: message.id, room: message.room }),
    },
  ];
  if (room) {
    const link = () =>
      void copy(location.origin + href(messageIn(room, message.id)), 'The link to this message is copied.');
    list.push({ name: 'Copy link', icon: 'link', run: link });
  }
  if (!message.deleted && !message.redacted && !message.held)
    list.push({ name: 'Quote elsewhere', icon: 'quote', run: () => ui.quote(message) });
  if (room && pins(room) && !message.deleted && !message.redacted && !message.held) {
    const pinned = room.pinned?.includes(message.id) ?? false;
    list.push({
      name: pinned ? 'Unpin' : 'Pin',
      icon: pinned ? PinOff : Pin,
      run: () => void pin(message.id, !pinned),
    });
  }
  if (rule && !message.deleted && !message.redacted && !message.held) {
    list.push({ name: 'Delete', icon: 'trash', danger: true, run: () => ui.moderate({ does: 'delete', message }) });
  }
  if (rule && !message.redacted && !message.held) {
    list.push({
      name: 'Redact for good',
      icon: 'erase',
      danger: true,
      run: () => ui.moderate({ does: 'redact', message }),
    });
  }
  return room && !mine ? [...list, ...memberActions(room, message.from)] : list;
}

export function memberActions(room: Room, person: Person): Action[] {
  const list: Action[] = [];
  if (room.kind !== 'direct') {
    const why = () => router.go({ page: 'rules', room: room.name ?? room.id, who: person.handle });
    list.push({ name: `What ${person.handle} can do here`, icon: 'rules', run: why });
  }
  if (!moderates(room) || person.id === people.me?.id || room.kind === 'direct') return list;
  const ask = (does: 'mute' | 'kick' | 'ban') => () => ui.moderate({ does, room: room.id, person });
  return [
    ...list,
    { name: `Mute ${person.handle}`, icon: 'mute', danger: true, run: ask('mute') },
    { name: `Remove ${person.handle}`, icon: 'kick', danger: true, run: ask('kick') },
    { name: `Ban ${person.handle}`, icon: 'ban', danger: true, run: ask('ban') },
  ];
}
