// Sending: a message is on the screen at once, goes out when the link is up, and keeps its key until the node has it.

import type { Call } from '../api/call.ts';
import { Disconnected, explain, MeshProblem } from '../api/problem.ts';
import type { FileRef, Message, Priority } from '../api/types.ts';
import { identity } from '../identity/identity.svelte.ts';
import { people } from '../participant/people.svelte.ts';
import { connection } from '../shell/connection.svelte.ts';
import { newKey } from '../shell/id.ts';
import type { Conversation } from './conversation.svelte.ts';
import { loadOutbox, saveOutbox } from './outbox.ts';
import { type Draft, draftMessage } from './timeline.ts';

export interface Writing {
  room: string;
  text: string;
  reply_to?: string;
  thread?: string;
  priority?: Priority;
  quotes?: string[];
  files?: FileRef[];
}

export class Sender {
  readonly #call: Call;
  readonly #open: (room: string) => Conversation;
  readonly #outbox = new Map<string, Draft>();
  readonly #running = new Map<string, Promise<void>>();
  /** How many messages wait for the node. */
  waiting = $state(0);

  constructor(call: Call, open: (room: string) => Conversation) {
    this.#call = call;
    this.#open = open;
  }

  send(writing: Writing): void {
    const draft = this.#draft(writing);
    this.#keep(draft);
    if (connection.live) void this.#attempt(draft);
  }

  /** Sends and waits. What the node refuses is not kept here: whoever wrote it is told why and still has it. */
  async deliver(writing: Writing): Promise<void> {
    const draft = this.#draft(writing);
    this.#keep(draft);
    if (connection.live) await this.#attempt(draft);
    const refused = this.#outbox.get(draft.key);
    if (refused?.state !== 'failed') return;
    this.#done(refused);
    throw new Error(refused.problem);
  }

  #draft(writing: Writing): Draft {
    return {
      ...writing,
      priority: writing.priority ?? 'next',
      key: newKey(),
      at: new Date().toISOString(),
      state: 'pending',
    };
  }

  retry(key: string): void {
    const draft = this.#outbox.get(key);
    if (!draft) return;
    const again: Draft = { ...draft, state: 'pending', problem: undefined };
    this.#keep(again);
    if (connection.live) void this.#attempt(again);
  }

  discard(key: string): void {
    const draft = this.#outbox.get(key);
    if (draft) this.#done(draft);
  }

  /** The link is up: what waited goes out, in the order it was written. The key makes a repetition harmless. */
  resume(me: string): void {
    for (const draft of loadOutbox(me)) if (!this.#outbox.has(draft.key)) this.#keep(draft);
    if (!connection.live) return;
    const waiting = [...this.#outbox.values()].filter((draft) => draft.state === 'pending');
    void waiting.reduce<Promise<void>>((before, draft) => before.then(() => this.#attempt(draft)), Promise.resolve());
  }

  /** Signs once: the same key with another salt would be another request. */
  async #signed(draft: Draft): Promise<Draft> {
    if (draft.signed !== undefined) return draft;
    const again = { ...draft, signed: await identity.sign(draft.room, draft.text, draft.key, draft.files) };
    if (this.#outbox.has(draft.key)) this.#keep(again);
    return again;
  }

  /** One attempt at a time: a second one beside it would sign anew, and be another request with the same key. */
  #attempt(draft: Draft): Promise<void> {
    const running = this.#running.get(draft.key);
    if (running) return running;
    const work = this.#post(draft).finally(() => this.#running.delete(draft.key));
    this.#running.set(draft.key, work);
    return work;
  }

  async #post(unsigned: Draft): Promise<void> {
    const draft = await this.#signed(unsigned);
    try {
      const { room, text, reply_to, priority, key, quotes, files, signed } = draft;
      const stored = await this.#call('message.post', {
        room,
        idempotency_key: key,
        ...(signed ? { signed } : { ...(text && { text }), ...(files?.length && { files }) }),
        ...(quotes?.length && { quotes }),
        ...(reply_to && { reply_to }),
        ...(priority !== 'next' && { priority }),
      });
      const conversation = this.#open(draft.room);
      if (people.me && conversation.ready && !conversation.find(stored.id)) {
        const { quarantined, for_home, ...place } = stored;
        const message: Message = {
          ...draftMessage(draft, people.me),
          ...place,
          ...(quarantined && { held: for_home ? ('home' as const) : ('waiting' as const) }),
        };
        conversation.add([message]);
      }
      this.#done(draft);
    } catch (error) {
      if (error instanceof Disconnected) return;
      const temporary = error instanceof MeshProblem && error.temporary;
      const what = temporary
        ? 'The node is busy and has not stored this.'
        : 'The node refused this and has not stored it.';
      this.#keep({ ...draft, state: 'failed', problem: `${what} ${explain(error)}` });
    }
  }

  #keep(draft: Draft): void {
    this.#outbox.set(draft.key, draft);
    this.#open(draft.room).draft(draft);
    this.#save();
  }

  #done(draft: Draft): void {
    this.#outbox.delete(draft.key);
    this.#open(draft.room).settle(draft.key);
    this.#save();
  }

  #save(): void {
    this.waiting = this.#outbox.size;
    if (people.me) saveOutbox(people.me.id, [...this.#outbox.values()]);
  }
}
