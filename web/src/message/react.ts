// Reactions: what is offered first, and setting one or taking it back.

import { explain } from '../api/problem.ts';
import type { Message, Room } from '../api/types.ts';
import { mesh } from '../shell/mesh.svelte.ts';
import { ui } from '../shell/ui.svelte.ts';

export const QUICK: readonly string[] = ['👍', '❤️', '😂', '🎉', '👀', '🚀', '✅', '🙏'];

/** Whether the reader may react in this room as far as it is known here; the node decides. */
export function mayReact(room: Room | undefined): boolean {
  if (!room?.member || room.archived) return false;
  return room.capabilities.includes('speak');
}

/** Sets a reaction, or takes it back if the reader has set it. The stream brings it. */
export async function react(message: Message, reaction: string): Promise<void> {
  const own = message.reactions?.some((one) => one.own && one.reaction === reaction);
  try {
    await mesh.call(own ? 'message.unreact' : 'message.react', { message: message.id, reaction });
  } catch (error) {
    ui.tell(explain(error), true);
  }
}
