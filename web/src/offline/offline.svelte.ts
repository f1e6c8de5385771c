// Keeps the last state in this browser while the node is there, and shows it while the node is away.

import { mount, untrack } from 'svelte';
import type { Of } from '../api/events.ts';
import { inbox } from '../inbox/inbox.svelte.ts';
import { pageKey } from '../login/pageKey.ts';
import type { Conversation } from '../message/conversation.svelte.ts';
import { change } from '../message/timeline.ts';
import { people } from '../participant/people.svelte.ts';
import { watch } from '../push/look.svelte.ts';
import { quarantine } from '../quarantine/quarantine.svelte.ts';
import { attention } from '../room/attention.svelte.ts';
import { invitations } from '../room/invitations.svelte.ts';
import { rooms } from '../room/rooms.svelte.ts';
import { activity } from '../shell/activity.svelte.ts';
import { connection } from '../shell/connection.svelte.ts';
import { desk } from '../shell/desk.svelte.ts';
import { Gather } from '../shell/gather.ts';
import { mesh } from '../shell/mesh.svelte.ts';
import { able, wanted } from './able.ts';
import Newer from './Newer.svelte';
import * as replica from './replica.ts';

/** A burst is written once. */
const PAUSE_MS = 2_000;
/** What changes words that are kept, and how much of it is read; after more than that, what is kept is too old to be mended. */
const MENDED = ['message.edited', 'message.deleted', 'message.redacted'] as const;
const PAGE = 500;
const PAGES_MAX = 4;

let started = false;
/** What is kept is as of the node's present state; nothing is written before. */
let settled = false;
/** The messages of each room as they were written last: an array that changed is another one. */
const written = new Map<string, readonly unknown[]>();
const keeper = new Gather(async () => write().catch(() => undefined), PAUSE_MS);

/** Called once everything is there and the page has nothing to do. */
export function start(): void {
  if (started) return;
  started = true;
  if (able && import.meta.env.PROD) navigator.serviceWorker.register('/sw.js').catch(() => undefined);
  watch();
  let before = 0;
  $effect.root(() => {
    $effect(() => {
      if (!connection.live) {
        settled = false;
        return;
      }
      untrack(() => {
        if (before++ > 0) void newer();
        void settle();
      });
    });
    $effect(() => {
      void [connection.head, mesh.loaded, inbox.rows, desk.approvals, invitations.waiting, quarantine.waiting];
      for (const id of rooms.byId.keys()) void mesh.conversation(id)?.messages;
      if (settled && connection.live) untrack(() => keeper.ask());
    });
  });
  activity.listen((happening) => {
    if (happening.type !== 'changed') return;
    const { item } = happening;
    if (settled && item.room && !mesh.conversation(item.room)?.ready) void mend([item]).catch(() => undefined);
  });
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden' && settled && connection.live) void keeper.now();
  });
}

/** Begins or ends keeping, as the reader wishes. */
export async function keeping(on: boolean): Promise<void> {
  written.clear();
  if (on) await settle();
  else {
    settled = false;
    await replica.erase();
  }
}

/** Shows what was kept. Nothing is shown that was kept for somebody else. */
export async function restore(): Promise<void> {
  if (!able || !wanted() || mesh.loaded) return;
  const kept = await replica.readState().catch(() => undefined);
  if (!kept) return;
  if (kept.key !== pageKey()) return replica.erase();
  if (mesh.loaded || connection.live) return;
  mesh.me = kept.me;
  people.me = kept.me.participant;
  // Who is here now is not known.
  for (const one of kept.people) people.byId.set(one.id, one);
  attention.start(kept.me.participant.id);
  rooms.setAll(kept.rooms);
  for (const [room, members] of kept.members) rooms.members.set(room, members);
  connection.head = kept.seq;
  connection.status = kept.status;
  connection.since = kept.at;
  Object.assign(desk, { approvals: kept.approvals, acts: kept.acts, ...kept.work, loaded: true });
  invitations.waiting = kept.invitations;
  Object.assign(quarantine, { waiting: kept.held, loaded: true });
  inbox.recall(kept.inbox);
  mesh.sender.resume(kept.me.participant.id);
  mesh.loaded = true;
}

/** What was kept of one room. */
export async function recall(talk: Conversation): Promise<void> {
  if (!able || !wanted()) return;
  const kept = await replica.readRoom(talk.room);
  if (kept && !connection.live && !talk.ready) talk.recall(kept.messages, kept.older);
}

/** Brings what was kept before to the node's present state: what is another's, left or erased goes. */
async function settle(): Promise<void> {
  if (!able || !wanted()) return;
  try {
    const kept = await replica.readState();
    if (kept && (kept.me.participant.id !== people.me?.id || kept.status?.mesh !== connection.status?.mesh))
      await replica.erase();
    else if (kept) await mendSince(kept.seq);
    settled = connection.live;
    if (settled) keeper.ask();
  } catch {
    // A browser that keeps nothing, or a link that broke: the next connection tries again.
  }
}

/** What happened since to the words that are kept. */
async function mendSince(seq: number): Promise<void> {
  let after = seq;
  for (let page = 0; page < PAGES_MAX; page++) {
    const { items, next } = await mesh.call('event.list', { after, types: [...MENDED], limit: PAGE });
    await mend(items.filter((item): item is Of<'message'> => item.type.startsWith('message.')));
    if (next === null || items.length === 0) return;
    after = items.at(-1)!.seq;
  }
  await replica.forgetRooms();
}

type Change = Parameters<typeof change>[1];

async function mend(items: readonly Of<'message'>[]): Promise<void> {
  if (items.length === 0) return;
  const kept = await replica.readRooms();
  const next = kept.flatMap((one) => {
    const messages = items
      .filter((item) => item.room === one.room)
      .reduce((list, item) => change(list, item as Change), one.messages);
    return messages === one.messages ? [] : [{ ...one, messages }];
  });
  if (next.length > 0) await replica.writeRooms(next);
}

async function write(): Promise<void> {
  const { me, place } = mesh;
  if (!settled || !me || place === null || !wanted()) return;
  const now = Date.now();
  const open = [...rooms.byId.keys()].flatMap((room) => {
    const talk = mesh.conversation(room);
    if (!talk?.ready || talk.stale || written.get(room) === talk.messages) return [];
    return [{ talk, all: talk.messages }];
  });
  const changed = open.map(({ talk, all }) => {
    const messages = replica.bounded(all);
    return { room: talk.room, messages, older: talk.older || messages.length < all.length, at: now };
  });
  const known = (await replica.readRooms()).filter((one) => !changed.some(({ room }) => room === one.room));
  const gone = known.filter((one) => !rooms.byId.has(one.room));
  const rest = known.filter((one) => rooms.byId.has(one.room)).sort((a, b) => b.at - a.at);
  const old = rest.slice(Math.max(0, replica.ROOMS_MAX - changed.length));
  if (!settled) return;
  await replica.write(
    {
      key: pageKey(),
      seq: place,
      at: now,
      me,
      status: connection.status,
      people: [...people.byId.values()],
      rooms: [...rooms.byId.values()],
      members: [...rooms.members],
      approvals: desk.approvals,
      acts: desk.acts,
      invitations: invitations.waiting,
      held: quarantine.waiting,
      work: { running: desk.running, blocked: desk.blocked, micros: desk.micros },
      inbox: inbox.listed,
    },
    changed.slice(0, replica.ROOMS_MAX),
    [...gone, ...old].map((one) => one.room),
  );
  for (const { talk, all } of open) written.set(talk.room, all);
}

let told = false;

/** The node came back: it may have another page by now. Said once; whoever is in the middle of something goes on. */
async function newer(): Promise<void> {
  const mine = document.querySelector<HTMLMetaElement>('meta[name=build]')?.content;
  if (told || !import.meta.env.PROD) return;
  try {
    if (able) void (await navigator.serviceWorker.getRegistration())?.update().catch(() => undefined);
    const page = await (await fetch('/', { headers: { accept: 'text/html' }, cache: 'no-cache' })).text();
    const its = /name="build" content="(\w+)"/.exec(page)?.[1];
    if (told || !its || its === mine) return;
    told = true;
    mount(Newer, { target: document.body });
  } catch {
    // It is away again.
  }
}
