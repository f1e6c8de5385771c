import { expect, test } from 'vitest';
import type { Message } from '../api/types.ts';
import { Conversation } from './conversation.svelte.ts';

const said = (...seqs: number[]) => seqs.map((seq) => ({ id: `m${seq}`, seq, text: `${seq}` }) as Message);
const seqs = (conversation: Conversation) => conversation.messages.map((one) => one.seq);

test('a push does not take the place of what was kept; the first piece of history does', () => {
  const conversation = new Conversation('room');
  conversation.recall(said(1, 2, 3), false);
  // The link is back, and what was missed comes before the room is read again.
  conversation.add(said(9));
  expect(seqs(conversation)).toEqual([1, 2, 3, 9]);
  expect(conversation.stale).toBe(true);
  conversation.reset();
  conversation.piece(said(3, 8, 9), true);
  expect(seqs(conversation)).toEqual([3, 8, 9]);
  expect([conversation.stale, conversation.older]).toEqual([false, true]);
  // Further pieces and pushes are added.
  conversation.piece(said(1, 2), false);
  conversation.add(said(10));
  expect(seqs(conversation)).toEqual([1, 2, 3, 8, 9, 10]);
});
