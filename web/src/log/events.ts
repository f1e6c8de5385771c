// What an event of the log says, in a few words. Everything else stands in its facts.

import type { LogEntry } from '../api/types.ts';

export interface Names {
  person(id: string): string;
  room(id: string): string;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const list = (value: unknown): string => (Array.isArray(value) ? value.join(', ') : '');

export function describe(entry: LogEntry, names: Names): string {
  const { facts } = entry;
  const whom = () => names.person(text(facts.participant));
  switch (entry.type) {
    case 'note.refused':
      return refused(facts, names);
    case 'room.policy_set':
      return `version ${facts.version}, ${count((facts.policy as { rules?: unknown[] } | undefined)?.rules)}`;
    case 'room.slow_mode_set':
      return facts.seconds ? `${facts.seconds} s between two messages` : 'off';
    case 'room.hold_set':
      return facts.hold ? 'on' : 'off';
    case 'room.transferred':
      return `to ${names.person(text(facts.creator))}`;
    case 'room.member_muted':
      return `${whom()}${facts.until ? ` until ${new Date(facts.until as number | string).toISOString()}` : ''}`;
    case 'participant.trust_set':
      return `${whom()}, ${text(facts.trust)}`;
    case 'participant.roles_set':
      return `${whom()}: ${list(facts.roles) || 'none'}`;
    case 'participant.registered':
      return `${text(facts.handle)}, ${text(facts.kind)}, ${text(facts.trust)}`;
    case 'message.posted':
      return posted(`m${entry.seq}`, facts);
    case 'message.quarantined':
      return posted(`m${entry.seq}`, (facts.message ?? {}) as Record<string, unknown>);
    case 'message.reviewed':
      return `${text(facts.message)} ${facts.released ? 'released' : 'rejected'}`;
    case 'message.edited':
    case 'message.deleted':
    case 'message.redacted':
    case 'message.rescanned':
      return text(facts.message);
    case 'task.created': {
      const plan = (facts.plan ?? {}) as Record<string, unknown>;
      const needs = Array.isArray(plan.needs) && plan.needs.length > 0 ? `after ${plan.needs.length}` : '';
      return parts(
        task(facts),
        text(plan.capability),
        plan.assigned ? `for ${names.person(text(plan.assigned))}` : '',
        needs,
      );
    }
    case 'task.taken':
      return parts(task(facts), `by ${names.person(text(facts.worker))}`);
    case 'task.finished':
      return parts(
        task(facts),
        typeof facts.confidence === 'number' ? `${facts.confidence} % sure` : '',
        facts.provenance ? 'signed' : '',
      );
    case 'task.attempt_failed':
      return parts(task(facts), text(facts.cause).replaceAll('_', ' '));
    case 'task.confirmed':
      return parts(task(facts), facts.good ? 'found good' : 'found bad');
    case 'approval.requested':
      return parts(`by ${names.person(text(facts.from))}`, facts.to ? `of ${names.person(text(facts.to))}` : '');
    case 'approval.decided':
      return facts.approved ? 'approved' : 'rejected';
    case 'worker.mode_set':
      return parts(names.person(text(facts.worker)), text(facts.mode));
    case 'secret.set':
      return `${text(facts.name)}, version ${facts.version}`;
    default:
      if (entry.type.startsWith('task.')) return task(facts);
      if (typeof facts.worker === 'string') return names.person(facts.worker);
      if (typeof facts.owner === 'string') return names.person(facts.owner);
      if (typeof facts.participant === 'string') return whom();
      return text(facts.name) || text(facts.handle) || text(facts.reason);
  }
}

/** Tasks are told apart by the end of their ids; the beginning is the time. */
const task = (facts: Record<string, unknown>): string => `task …${text(facts.task).slice(-6)}`;
const parts = (...all: string[]): string => all.filter(Boolean).join(', ');

const count = (rules: unknown): string => {
  const size = Array.isArray(rules) ? rules.length : 0;
  return `${size} ${size === 1 ? 'rule' : 'rules'}`;
};

/** Refusals are counted by the minute, so that a flood cannot fill the log. */
function refused(facts: Record<string, unknown>, names: Names): string {
  const who = facts.participant ? names.person(text(facts.participant)) : 'somebody who was not signed in';
  const times = Number(facts.count) === 1 ? 'once' : `${facts.count} times in a minute`;
  return `${text(facts.operation)} by ${who}, ${times}: ${text(facts.code).replaceAll('_', ' ')}`;
}

function posted(id: string, facts: Record<string, unknown>): string {
  const marks = [
    facts.command === true && 'asks for a command',
    facts.signed !== undefined && 'signed',
    typeof facts.trust === 'string' && facts.trust,
    facts.relayed !== undefined && 'relayed',
    (facts.guard as { marked?: boolean } | undefined)?.marked && 'marked by the guard',
    facts.released !== undefined && 'released from quarantine',
    Array.isArray(facts.quotes) && facts.quotes.length > 0 && 'quotes',
  ].filter(Boolean);
  return [id, ...marks].join(', ');
}
