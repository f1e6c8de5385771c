// Ties the connection to the stores: loads what the page shows, applies what is pushed, sends what the reader writes.

import type { Call } from '../api/call.ts';
import type { ItemOf } from '../api/events.ts';
import { explain, MeshProblem } from '../api/problem.ts';
import { MeshSocket } from '../api/socket.ts';
import type { Hello, Me, Message, Permission, Room } from '../api/types.ts';
import { identity } from '../identity/identity.svelte.ts';
import { pageKey } from '../login/pageKey.ts';
import { signedIn } from '../login/session.ts';
import { Conversation } from '../message/conversation.svelte.ts';
import { placeIn } from '../message/kept.ts';
import { Reading } from '../message/reading.ts';
import { Sender } from '../message/sender.svelte.ts';
import { people } from '../participant/people.svelte.ts';
import { quarantine } from '../quarantine/quarantine.svelte.ts';
import { attention } from '../room/attention.svelte.ts';
import { rooms } from '../room/rooms.svelte.ts';
import { activity } from './activity.svelte.ts';
import { connection } from './connection.svelte.ts';
import { desk } from './desk.svelte.ts';
import { Gather } from './gather.ts';
import { offline } from './loading.ts';
import { Order } from './order.ts';
import { applyEphemeral, applyItem, type Needs } from './stream.ts';
import { ui } from './ui.svelte.ts';

const PAGE = 60;
/** Whoever goes back reads on: fewer questions. */
const OLDER = 200;
/** Asked for at once on the way back to where a reader was, and how often: 5,000 messages. */
const BACK = 500;
const BACK_MAX = 10;
/** How often the node is asked how far its log is verified; it does not push that. */
const STATUS_MS = 30_000;

/** Sessions open and close in bursts. */
const PRESENCE_MS = 50;

class Mesh implements Needs {
  /** Of everything that changes what the page holds of rooms, people and messages. */
  readonly #order = new Order();
  readonly #socket = new MeshSocket(
    `${location.origin.replace(/^http/, 'ws')}/ws`,
    {
      link: (state, retryAt) => this.#link(state, retryAt),
      ready: (hello, fresh) => void this.#ready(hello, fresh),
      items: (items) => {
        for (const item of items) this.#order.came(() => applyItem(item, this));
      },
      ephemeral: (event) => this.#order.came(() => applyEphemeral(event)),
      head: (seq) => {
        if (seq > connection.head) connection.head = seq;
      },
      gap: () => connection.gaps++,
    },
    pageKey,
  );
  readonly call: Call = this.#socket.call;
  readonly sender = new Sender(this.call, (room) => this.open(room));
  readonly reading = new Reading(this.call);
  readonly #presence = new Gather(
    () => this.#order.ask(this.call('presence.list'), (page) => people.setAll(page.items)).catch(() => {}),
    PRESENCE_MS,
  );
  readonly #conversations = new Map<string, Conversation>();
  me = $state.raw<Me | null>(null);
  /** Everything the page needs for its first picture is there. */
  loaded = $state(false);
  /** The room whose end is on the screen. */
  #watched: string | null = null;
  #status: ReturnType<typeof setInterval> | undefined;
  #clock: ReturnType<typeof setInterval> | undefined;

  start(): void {
    this.#clock ??= setInterval(() => activity.tick(Date.now()), 1000);
    this.#status ??= setInterval(() => this.#refreshStatus(), STATUS_MS);
    this.#socket.start();
  }

  #refreshStatus(): void {
    if (!connection.live || document.visibilityState !== 'visible') return;
    this.call('status.get').then(
      (status) => (connection.status = status),
      () => {
        // The strip keeps what it knew; a broken link shows itself.
      },
    );
  }

  /** Whether the reader's credential may ask for such things at all. */
  may(permission: Permission): boolean {
    return this.me?.permissions.includes(permission) ?? false;
  }

  /** Whether the reader sets this room's rules. */
  rules(room: Room): boolean {
    return room.kind !== 'direct' && (this.me?.owner === true || (room.member && room.creator?.id === people.me?.id));
  }

  complete(message: Message): void {
    this.#order
      .ask(this.call('message.get', { message: message.id }), (whole) =>
        this.#conversations.get(whole.room)?.add([whole]),
      )
      .catch(() => {
        // The message stays as it came; what it quotes is named by id.
      });
  }

  reviewing(item: ItemOf<'message.quarantined' | 'message.reviewed'>): void {
    quarantine.apply(item);
  }

  hurry(): void {
    this.#socket.hurry();
  }

  async signOut(): Promise<void> {
    const { leave } = await import('../offline/leave.ts');
    await leave();
  }

  get place(): number | null {
    return this.#socket.place;
  }

  #link(state: Parameters<typeof connection.set>[0], retryAt: number | null): void {
    connection.set(state, retryAt);
    // A browser does not say why an upgrade was refused; a plain request does.
    if (state === 'offline') {
      if (!this.loaded)
        offline().then(
          ({ restore }) => restore(),
          () => {},
        );
      void signedIn().then((good) => {
        if (good === false && connection.link === 'offline') {
          this.#socket.stop();
          connection.set('signed-out', null);
        }
      });
    }
  }

  async #ready(_hello: Hello, fresh: boolean): Promise<void> {
    try {
      const [me] = await Promise.all([this.call('me.get'), this.#loadLists()]);
      people.put(me.participant);
      people.me = me.participant;
      this.me = me;
      attention.start(me.participant.id);
      this.reading.remember();
      // What is sent from here on is signed, if this browser can.
      const identified = identity.start(
        this.call,
        connection.status?.mesh ?? '',
        me.participant,
        this.may('agents:write'),
      );
      this.loaded = true;
      for (const one of this.#conversations.values()) if (fresh || one.stale) one.reset();
      await Promise.all([...this.#conversations.values()].map((one) => this.#catchUp(one)));
      if (quarantine.moderates) void quarantine.load();
      desk.start();
      // The list of what waits comes after the first picture; where it cannot be had, the next connection asks again.
      void import('../inbox/inbox.svelte.ts').then(
        ({ inbox }) => inbox.start(),
        () => {},
      );
      await identified;
      this.sender.resume(me.participant.id);
    } catch (error) {
      if (connection.live) ui.tell(explain(error), true);
    }
  }

  async #loadLists(): Promise<void> {
    const lists = Promise.all([
      this.call('participant.list'),
      this.call('presence.list'),
      this.call('room.list'),
      this.call('status.get'),
    ]);
    await this.#order.ask(lists, ([everybody, here, list, status]) => {
      for (const one of everybody.items) people.put(one);
      people.setAll(here.items);
      rooms.setAll(list.items);
      connection.status = status;
    });
    const joined = [...rooms.byId.values()].filter((room) => room.member);
    await Promise.all(joined.map((room) => this.loadMembers(room.id)));
  }

  async loadMembers(room: string): Promise<void> {
    try {
      await this.#order.ask(this.call('member.list', { room }), ({ items }) => {
        for (const one of items) people.meet(one.participant);
        rooms.members.set(room, new Set(items.map((one) => one.participant.id)));
      });
    } catch {
      // Rooms may keep their members to themselves; their count is shown instead.
    }
  }

  /** The conversation of a room, loaded on first use. */
  open(room: string): Conversation {
    let conversation = this.#conversations.get(room);
    if (!conversation) {
      conversation = new Conversation(room);
      this.#conversations.set(room, conversation);
    }
    if (!conversation.ready && !conversation.loading) {
      // Not while somebody works out what to draw: it changes what they read.
      if (connection.live) queueMicrotask(() => void this.#first(conversation));
      else if (this.loaded) void this.#recall(conversation);
    }
    return conversation;
  }

  async #recall(conversation: Conversation): Promise<void> {
    try {
      await (await offline()).recall(conversation);
    } catch {
      // Nothing is kept here; the room fills when the node is back.
    }
  }

  async #first(conversation: Conversation): Promise<void> {
    await this.#load(conversation, async () => {
      const { room } = conversation;
      await this.#piece(conversation, { room, limit: PAGE });
      const place = placeIn(people.me?.id ?? '', room)?.seq;
      const unread = rooms.byId.get(room)?.unread ?? 0;
      const short = () =>
        (place !== undefined && place < (conversation.first ?? 0)) ||
        conversation.messages.filter((one) => one.from.id !== people.me?.id).length < unread;
      for (let more = 0; more < BACK_MAX && conversation.older && short(); more++)
        await this.#before(conversation, BACK);
      conversation.ready = true;
    });
  }

  async loadOlder(conversation: Conversation): Promise<void> {
    if (!conversation.older || !conversation.ready || !connection.live) return;
    await this.#load(conversation, () => this.#before(conversation, OLDER));
  }

  /** Everything up to the room's beginning, or as far back as is loaded. */
  async beginning(conversation: Conversation): Promise<void> {
    await this.#load(conversation, async () => {
      for (let more = 0; more < BACK_MAX && conversation.older; more++) await this.#before(conversation, BACK);
    });
  }

  /** A message of the room with everything from it to the end at hand; null if it is not there, or farther back than is loaded. */
  async reach(conversation: Conversation, id: string): Promise<Message | null> {
    const known = conversation.find(id);
    if (known) return known;
    try {
      const message = await this.call('message.get', { message: id });
      if (message.room !== conversation.room) return null;
      await this.#load(conversation, async () => {
        for (let more = 0; more < BACK_MAX && conversation.older && (conversation.first ?? 0) > message.seq; more++)
          await this.#before(conversation, BACK);
      });
      return conversation.find(id) ?? null;
    } catch {
      return null;
    }
  }

  /** One more piece of what came before. */
  #before(conversation: Conversation, limit: number): Promise<void> {
    const { room, first } = conversation;
    return this.#piece(conversation, { room, before: first, limit });
  }

  #piece(conversation: Conversation, which: { room: string; before?: number; limit: number }): Promise<void> {
    return this.#order.ask(this.call('message.list', which), ({ items, prev }) =>
      conversation.piece(items, prev !== null),
    );
  }

  async #load(conversation: Conversation, work: () => Promise<void>): Promise<void> {
    if (conversation.loading) return;
    conversation.loading = true;
    conversation.problem = null;
    try {
      await work();
    } catch (error) {
      conversation.problem = explain(error);
    } finally {
      conversation.loading = false;
    }
  }

  /** After a break: what was posted meanwhile, in case the stream began anew instead of resuming. */
  async #catchUp(conversation: Conversation): Promise<void> {
    if (!conversation.ready) return void this.open(conversation.room);
    const { room } = conversation;
    let after: number | null = conversation.last?.seq ?? 0;
    while (after !== null)
      await this.#order.ask(this.call('message.list', { room, after, limit: OLDER }), ({ items, next }) => {
        conversation.add(items);
        after = next === null ? null : (items.at(-1)?.seq ?? null);
      });
  }

  /** The reader sees the end of this room (null: of none). */
  watch(room: string | null): void {
    this.#watched = room;
  }

  /** Everything of the room up to this place was in sight. */
  readTo(room: string, seq: number): void {
    const open = rooms.byId.get(room);
    if (open) this.reading.upTo(open, seq, this.#conversations.get(room)?.messages ?? []);
  }

  conversation(room: string): Conversation | undefined {
    return this.#conversations.get(room);
  }

  watching(room: string): boolean {
    return this.#watched === room && document.visibilityState === 'visible';
  }

  read(message: Message): void {
    this.readTo(message.room, message.seq);
  }

  async refreshRoom(id: string): Promise<void> {
    try {
      await this.#order.ask(this.call('room.get', { room: id }), (room) => rooms.byId.set(room.id, room));
      if (rooms.byId.get(id)?.member) await this.loadMembers(id);
    } catch (error) {
      // Gone, or not ours to see any more. A broken link says nothing about the room.
      if (error instanceof MeshProblem) rooms.byId.delete(id);
    }
  }

  refreshPerson(id: string): void {
    this.#order
      .ask(this.call('participant.get', { participant: id }), (one) => people.put(one))
      .catch(() => {
        // Somebody hidden from this reader; the short form from messages stays.
      });
  }

  refreshPresence(): void {
    this.#presence.ask();
  }
}

export const mesh = new Mesh();
