// What is asked of the log: the same in the address, in the form and in the call.

import type { Input } from '../api/operations.ts';

export interface AuditFilter {
  actor?: string;
  /** Types, each exact or ending in `*`. */
  types?: string[];
  room?: string;
  /** Moments, RFC 3339. */
  since?: string;
  until?: string;
}

export function filterOf(query: URLSearchParams): AuditFilter {
  const types = splitTypes(query.get('type') ?? '');
  const filter: AuditFilter = {};
  for (const field of ['actor', 'room'] as const) {
    const value = query.get(field)?.trim();
    if (value) filter[field] = value;
  }
  for (const field of ['since', 'until'] as const) {
    const at = Date.parse(query.get(field) ?? '');
    if (Number.isFinite(at)) filter[field] = new Date(at).toISOString();
  }
  return types.length > 0 ? { ...filter, types } : filter;
}

export function queryOf(filter: AuditFilter): URLSearchParams {
  const query = new URLSearchParams();
  if (filter.actor) query.set('actor', filter.actor);
  if (filter.types?.length) query.set('type', filter.types.join(','));
  if (filter.room) query.set('room', filter.room);
  if (filter.since) query.set('since', filter.since);
  if (filter.until) query.set('until', filter.until);
  return query;
}

/** "room.*, note.refused" as a list, each once. */
export function splitTypes(text: string): string[] {
  return [...new Set(text.split(/[\s,]+/).filter(Boolean))];
}

/** The call for the page that follows, newest first. */
export function inputOf(filter: AuditFilter, limit: number, before?: number): Input<'log.list'> {
  const { actor, types, room, since, until } = filter;
  return {
    newest: true,
    limit,
    ...(before !== undefined && { before }),
    ...(types?.length && { types }),
    ...(actor && { actor: actor.replace(/^@/, '') }),
    ...(room && { room: room.replace(/^#/, '') }),
    ...(since && { since }),
    ...(until && { until }),
  };
}

/** Who did it, by id; undefined for the node and for invites. */
export function actorOf(by: unknown): { id?: string; by: string } {
  const actor = typeof by === 'object' && by !== null && 'a' in by ? by.a : by;
  if (actor === 'node' || actor === undefined) return { by: 'the node' };
  if (typeof actor === 'string') return { id: actor, by: 'participant' };
  if (typeof actor !== 'object' || actor === null) return { by: 'unknown' };
  const [kind, value] = Object.entries(actor)[0] ?? ['unknown', undefined];
  const id = Array.isArray(value) ? value[0] : value;
  if (kind === 'invite') return { by: 'an invite' };
  return { ...(typeof id === 'string' && { id }), by: kind };
}

/** A place of an event in a log that is read backwards: the smallest seq of the page. */
export const lowest = (items: readonly { seq: number }[]): number | undefined =>
  items.length > 0 ? Math.min(...items.map((one) => one.seq)) : undefined;

/** One line of JSON Lines, with fields in the order of the log. */
export const jsonLine = (entry: object): string => `${JSON.stringify(entry)}\n`;
