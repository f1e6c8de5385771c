// Addresses of the page: every place has one, so that back, reload and sharing work.

import type { ParticipantKind } from '../api/types.ts';
import { type AuditFilter, filterOf, queryOf } from '../log/audit.ts';

/** Which tasks the board shows; without a room, those of all rooms. */
export interface BoardFilter {
  room?: string;
  /** Words of their titles and prompts. */
  q?: string;
  worker?: string;
  capability?: string;
}

/** What is looked through; days as the calendar here has them. */
export interface SearchFilter {
  room?: string;
  from?: string;
  kind?: ParticipantKind;
  since?: string;
  until?: string;
}

export type Route =
  | { page: 'home' }
  | { page: 'inbox' }
  /** Rooms and people, where they do not stand beside everything. */
  | { page: 'rooms' }
  | { page: 'room'; room: string; thread?: string; message?: string }
  | { page: 'direct'; handle: string; thread?: string; message?: string }
  | { page: 'person'; handle: string }
  | { page: 'search'; q: string; filter: SearchFilter }
  | { page: 'world'; view?: 'graph' }
  | { page: 'rules'; room: string; who?: string }
  | { page: 'quarantine'; room?: string }
  | { page: 'audit'; filter: AuditFilter }
  | { page: 'settings'; part?: string }
  | { page: 'room-settings' | 'files' | 'skills' | 'known'; room: string }
  | { page: 'board'; filter: BoardFilter }
  | { page: 'task'; task: string }
  | { page: 'approvals' }
  | { page: 'workers' }
  | { page: 'figures' }
  /** What of journals, as the view itself reads it. */
  | { page: 'journal'; filter: Record<string, string> }
  | { page: 'lost'; path: string };

export function parseRoute(path: string, query = ''): Route {
  const parts = path.split('/').filter(Boolean).map(decode);
  const [page, name, more, last] = parts;
  if (page === undefined) return { page: 'home' };
  if ((page === 'inbox' || page === 'rooms') && parts.length === 1) return { page };
  if (page === 'world' && parts.length === 1)
    return { page, ...(new URLSearchParams(query).get('view') === 'graph' && { view: 'graph' }) };
  if (page === 'search' && parts.length === 1) return search(new URLSearchParams(query));
  if (page === 'audit' && parts.length === 1) return { page: 'audit', filter: filterOf(new URLSearchParams(query)) };
  if (page === 'settings' && parts.length <= 2) return { page, ...(name && { part: name }) };
  if ((page === 'approvals' || page === 'workers' || page === 'figures') && parts.length === 1) return { page };
  if (page === 'journal') return { page, filter: Object.fromEntries(new URLSearchParams(query)) };
  if (page === 'board' && parts.length === 1) return { page: 'board', filter: board(new URLSearchParams(query)) };
  if (page === 'r' && name && more === 'board' && parts.length === 3)
    return { page: 'board', filter: { ...board(new URLSearchParams(query)), room: name } };
  if (page === 'r' && name && more === 'settings' && parts.length === 3) return { page: 'room-settings', room: name };
  if (page === 'r' && name && (more === 'files' || more === 'skills' || more === 'known') && parts.length === 3)
    return { page: more, room: name };
  if (page === 'task' && name && parts.length === 2) return { page: 'task', task: name };
  if (page === 'quarantine' && parts.length === 1) {
    const room = new URLSearchParams(query).get('room');
    return { page: 'quarantine', ...(room && { room }) };
  }
  if (page === 'r' && name && more === 'rules' && parts.length === 3) {
    const who = new URLSearchParams(query).get('who');
    return { page: 'rules', room: name, ...(who && { who }) };
  }
  if (name && (page === 'r' || page === 'dm')) {
    const place = page === 'r' ? ({ page: 'room', room: name } as const) : ({ page: 'direct', handle: name } as const);
    if (parts.length === 2) return place;
    if (last && parts.length === 4 && more === 't') return { ...place, thread: last };
    if (last && parts.length === 4 && more === 'm') return { ...place, message: last };
  }
  if (page === 'p' && name && parts.length === 2) return { page: 'person', handle: name };
  return { page: 'lost', path };
}

const DAY = /^\d{4}-\d\d-\d\d$/;

function search(query: URLSearchParams): Route {
  const known = ['room', 'from', 'kind', 'since', 'until'].flatMap((name) => {
    const value = query.get(name);
    const good = name === 'kind' ? /^(?:human|agent|bot|bridge)$/ : /^(?:since|until)$/.test(name) ? DAY : /./;
    return value && good.test(value) ? [[name, value]] : [];
  });
  return { page: 'search', q: query.get('q') ?? '', filter: Object.fromEntries(known) as SearchFilter };
}

function board(query: URLSearchParams): BoardFilter {
  const known = ['q', 'worker', 'capability'].flatMap((name) => {
    const value = query.get(name);
    return value ? [[name, value]] : [];
  });
  return Object.fromEntries(known) as BoardFilter;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** A thread or a message in a conversation. */
function within(place: { thread?: string; message?: string }): string {
  if (place.thread) return `/t/${encodeURIComponent(place.thread)}`;
  return place.message ? `/m/${encodeURIComponent(place.message)}` : '';
}

export function href(route: Route): string {
  const to = encodeURIComponent;
  switch (route.page) {
    case 'home':
      return '/';
    case 'room':
      return `/r/${to(route.room)}${within(route)}`;
    case 'direct':
      return `/dm/${to(route.handle)}${within(route)}`;
    case 'person':
      return `/p/${to(route.handle)}`;
    case 'search': {
      const query = new URLSearchParams({ q: route.q });
      for (const [name, value] of Object.entries(route.filter)) if (value) query.set(name, value);
      return `/search?${query}`;
    }
    case 'rules':
      return `/r/${to(route.room)}/rules${route.who ? `?${new URLSearchParams({ who: route.who })}` : ''}`;
    case 'quarantine':
      return `/quarantine${route.room ? `?${new URLSearchParams({ room: route.room })}` : ''}`;
    case 'audit': {
      const query = queryOf(route.filter).toString();
      return `/audit${query && `?${query}`}`;
    }
    case 'board': {
      const { room, ...rest } = route.filter;
      const query = new URLSearchParams(rest as Record<string, string>).toString();
      return `${room ? `/r/${to(room)}` : ''}/board${query && `?${query}`}`;
    }
    case 'journal':
      return `/journal?${new URLSearchParams(route.filter)}`;
    case 'task':
      return `/task/${to(route.task)}`;
    case 'settings':
      return `/settings${route.part ? `/${to(route.part)}` : ''}`;
    case 'files':
    case 'skills':
    case 'known':
      return `/r/${to(route.room)}/${route.page}`;
    case 'room-settings':
      return `/r/${to(route.room)}/settings`;
    case 'approvals':
    case 'workers':
    case 'figures':
    case 'inbox':
    case 'rooms':
      return `/${route.page}`;
    case 'world':
      return `/world${route.view ? '?view=graph' : ''}`;
    case 'lost':
      return route.path;
  }
}
