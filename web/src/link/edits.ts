// New words of the reader's own messages that wait for the home of their room: the message stays as it was, and says so.

import type { ItemOf } from '../api/events.ts';
import { activity } from '../shell/activity.svelte.ts';
import { mesh } from '../shell/mesh.svelte.ts';

/** Where each wait stands that this page has heard of, by the place that its home answers to. */
const waits = new Map<string, { room: string; message: string }>();

export function listen(): () => void {
  return activity.listen((happening) => {
    if (happening.type === 'governed' && happening.item.type === 'link.edit_waits') began(happening.item);
    else if (happening.type === 'changed' && happening.item.type === 'message.reviewed') ended(happening.item);
  });
}

function began(item: ItemOf<'link.edit_waits'>): void {
  const { room, message } = item.data.edit;
  waits.set(`m${item.seq}`, { room, message });
  mark(room, message, { text: item.data.text ?? '', refused: false });
  void mesh.refreshRoom(room);
}

function ended(item: ItemOf<'message.reviewed'>): void {
  const wait = waits.get(item.data.message);
  if (!wait) return;
  waits.delete(item.data.message);
  const text = mesh.conversation(wait.room)?.find(wait.message)?.edit?.text ?? '';
  // What was taken comes as the message's text now.
  mark(wait.room, wait.message, item.data.released ? undefined : { text, refused: true });
}

function mark(room: string, id: string, edit: { text: string; refused: boolean } | undefined): void {
  const conversation = mesh.conversation(room);
  const message = conversation?.find(id);
  if (message) conversation?.add([{ ...message, edit }]);
}
