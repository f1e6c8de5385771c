// Keys that work everywhere on the page. Single ones rest while somebody types, and may be changed or switched off.

import { people } from '../participant/people.svelte.ts';
import { attention } from '../room/attention.svelte.ts';
import { directWith, placeOf } from '../room/places.ts';
import { rooms } from '../room/rooms.svelte.ts';
import { type Act, bindings } from './bindings.svelte.ts';
import { mesh } from './mesh.svelte.ts';
import { router } from './router.svelte.ts';
import { ui } from './ui.svelte.ts';

export function typing(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

function step(by: number, unreadOnly: boolean): void {
  const all = rooms.mine;
  const route = router.route;
  const here = all.findIndex((room) =>
    route.page === 'room'
      ? room.name === route.room || room.id === route.room
      : route.page === 'direct' && room.with?.handle === route.handle,
  );
  for (let away = 1; away <= all.length; away++) {
    const room = all[(here + by * away + all.length * 2) % all.length];
    if (room && (!unreadOnly || attention.unread(room) > 0)) {
      router.go(placeOf(room));
      return;
    }
  }
}

export function toggleWorld(): void {
  router.go(router.route.page === 'world' ? router.lastFlat : { page: 'world' });
}

/** What holds on every page; the others are the page's own. */
const acts: Partial<Record<Act, () => void>> = {
  keys: () => (ui.dialog = 'keys'),
  search: () => router.go({ page: 'search', q: '', filter: {} }),
  world: toggleWorld,
  theme: () => ui.toggleTheme(),
  rules: () => {
    const route = router.route;
    if (route.page === 'room') router.go({ page: 'rules', room: route.room });
  },
  board: () => {
    const route = router.route;
    if (mesh.may('tasks:read')) router.go({ page: 'board', filter: route.page === 'room' ? { room: route.room } : {} });
  },
  approvals: () => {
    if (mesh.may('tasks:read')) router.go({ page: 'approvals' });
  },
  inbox: () => router.go({ page: 'inbox' }),
  undo: () => ui.undo(),
  past: () => void import('./far.ts').then(({ travel }) => travel()),
  write: () => document.querySelector<HTMLElement>('[data-composer]')?.focus(),
};

export function onKey(event: KeyboardEvent): void {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
    event.preventDefault();
    ui.dialog = ui.dialog === 'palette' ? null : 'palette';
    return;
  }
  if (event.defaultPrevented || ui.dialog) return;
  if (event.altKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
    event.preventDefault();
    step(event.key === 'ArrowUp' ? -1 : 1, event.shiftKey);
    return;
  }
  if (event.key === 'Escape') {
    closeOne();
    return;
  }
  const act = bindings.act(event.key);
  const run = act && acts[act];
  if (!run || typing(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  run();
}

function closeOne(): void {
  const route = router.route;
  if (ui.selection) ui.selection = null;
  else if (route.page === 'room' && route.thread) router.go({ page: 'room', room: route.room });
  else if (route.page === 'direct' && route.thread) router.go({ page: 'direct', handle: route.handle });
}

/** Opens the direct conversation with somebody. */
export function openDirect(id: string): void {
  const person = people.byId.get(id);
  if (person) router.go(directWith(person));
}
