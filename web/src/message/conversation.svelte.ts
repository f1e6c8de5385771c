// The messages of one room as this page holds them: a piece of its history that grows in both directions.

import type { Message } from '../api/types.ts';
import { change, type Draft, merge } from './timeline.ts';

export class Conversation {
  readonly room: string;
  messages = $state.raw<Message[]>([]);
  drafts = $state.raw<Draft[]>([]);
  /** Loaded at least once. */
  ready = $state(false);
  loading = $state(false);
  /** Older messages exist on the node. */
  older = $state(true);
  /** What went wrong while loading, for the reader. */
  problem = $state<string | null>(null);
  /** Before the first one that was unread when the room was opened; the mark of new messages stands behind it. */
  readSeq = $state(0);

  constructor(room: string) {
    this.room = room;
  }

  /** What stands here is from before: it is shown until the node's own comes in its place. */
  stale = false;

  /** What came from the node may be wrong by now; drafts stay. */
  reset(): void {
    this.stale = true;
    this.ready = false;
    this.older = true;
  }

  /** What this browser kept, while the node is away. */
  recall(messages: Message[], older: boolean): void {
    this.stale = true;
    this.messages = messages;
    this.older = older;
    this.ready = true;
  }

  get first(): number | undefined {
    return this.messages[0]?.seq;
  }

  get last(): Message | undefined {
    return this.messages.at(-1);
  }

  find(id: string): Message | undefined {
    return this.messages.find((message) => message.id === id);
  }

  add(more: readonly Message[]): void {
    this.messages = merge(this.messages, more);
  }

  /** A piece of the node's history. The first one comes in the place of what is from before; a push alone does not. */
  piece(items: readonly Message[], older: boolean): void {
    this.messages = merge(this.stale ? [] : this.messages, items);
    this.stale = false;
    this.older = older;
  }

  /** One more answer in the thread of a message. */
  replied(root: string): void {
    const index = this.messages.findIndex((message) => message.id === root);
    const old = this.messages[index];
    if (old) this.messages = this.messages.with(index, { ...old, replies: (old.replies ?? 0) + 1 });
  }

  change(item: Parameters<typeof change>[1], own: boolean): void {
    this.messages = change(this.messages, item, own);
  }

  draft(draft: Draft): void {
    const index = this.drafts.findIndex((one) => one.key === draft.key);
    this.drafts = index < 0 ? [...this.drafts, draft] : this.drafts.with(index, draft);
  }

  settle(key: string): void {
    this.drafts = this.drafts.filter((draft) => draft.key !== key);
  }

  /** Our own message came back by the stream before the answer to the call: its draft is not shown any more. */
  landed(message: Message): void {
    const draft = this.drafts.find((one) => one.state === 'pending' && one.text === message.text);
    if (draft) this.settle(draft.key);
  }
}
