// Keys that work everywhere on the page. Single letters rest while somebody types.

import { people } from '../participant/people.svelte.ts';
import { directWith, placeOf } from '../room/places.ts';
import { rooms } from '../room/rooms.svelte.ts';
import { mesh } from './mesh.svelte.ts';
import { router } from './router.svelte.ts';
import { ui } from './ui.svelte.ts';

export const KEYS: readonly { keys: string; does: string }[] = [
  { keys: 'Ctrl K', does: 'Find a room, a person, a message or an action' },
  { keys: '?', does: 'Show these keys' },
  { keys: '/', does: 'Search messages' },
  { keys: 'W', does: 'Change between the world and the flat page' },
  { keys: 'C', does: 'Write in this room' },
  { keys: 'Alt ↑ ↓', does: 'Go to the room above or below' },
  { keys: 'Alt Shift ↓', does: 'Go to the next room with unread messages' },
  { keys: 'T', does: 'Change between dark and light' },
  { keys: 'Esc', does: 'Close what is open; in a thread, go back to the room' },
  { keys: '↑', does: 'In an empty message box: edit your last message' },
  { keys: 'R E Q U M', does: 'On a message: answer, edit, quote elsewhere, mark unread, more' },
  { keys: 'G', does: 'In a room: its rules' },
  { keys: 'B', does: 'The board; in a room, its own' },
  { keys: 'A', does: 'Questions that wait for an answer' },
  { keys: 'J K R X', does: 'Waiting for review: move, release, reject' },
  { keys: 'Ctrl S', does: 'On the rules: set the draft' },
  { keys: 'Enter', does: 'Send; with Shift, begin a new line' },
  { keys: '← → ↑ ↓', does: 'In the world: turn; with Shift, move' },
  { keys: '+ −', does: 'In the world: come closer, go back' },
  { keys: 'F', does: 'In the world: show everything' },
  { keys: 'N', does: 'In the world: go to the next participant; with Shift, the one before' },
];

function typing(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

function step(by: number, unreadOnly: boolean): void {
  const all = [...rooms.joined, ...rooms.direct];
  const route = router.route;
  const here = all.findIndex((room) =>
    route.page === 'room'
      ? room.name === route.room || room.id === route.room
      : route.page === 'direct' && room.with?.handle === route.handle,
  );
  for (let away = 1; away <= all.length; away++) {
    const room = all[(here + by * away + all.length * 2) % all.length];
    if (room && (!unreadOnly || room.unread > 0)) {
      router.go(placeOf(room));
      return;
    }
  }
}

export function toggleWorld(): void {
  router.go(router.route.page === 'world' ? router.lastFlat : { page: 'world' });
}

const letters: Record<string, () => void> = {
  '?': () => (ui.dialog = 'keys'),
  '/': () => router.go({ page: 'search', q: '', filter: {} }),
  w: toggleWorld,
  t: () => ui.toggleTheme(),
  g: () => {
    const route = router.route;
    if (route.page === 'room') router.go({ page: 'rules', room: route.room });
  },
  b: () => {
    const route = router.route;
    if (mesh.may('tasks:read')) router.go({ page: 'board', filter: route.page === 'room' ? { room: route.room } : {} });
  },
  a: () => {
    if (mesh.may('tasks:read')) router.go({ page: 'approvals' });
  },
  c: () => document.querySelector<HTMLElement>('[data-composer]')?.focus(),
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
  const letter = letters[event.key];
  if (!letter || typing(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  letter();
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
