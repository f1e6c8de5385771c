// What an event of the log says, in a few words. Everything else stands in its facts.

import type { Kept, LogEntry } from '../api/events.ts';
import { plural } from '../shell/words.ts';

export interface Names {
  person(id: string): string;
  room(id: string): string;
}

export function describe(entry: LogEntry, names: Names): string {
  const { facts } = entry;
  switch (entry.type) {
    case 'note.refused':
      return refused(entry.facts, names);
    case 'room.policy_set':
      return `version ${entry.facts.version}, ${plural(entry.facts.policy.rules?.length ?? 0, 'rule')}`;
    case 'room.slow_mode_set':
      return entry.facts.seconds ? `${entry.facts.seconds} s between two messages` : 'off';
    case 'room.hold_set':
      return entry.facts.hold ? 'on' : 'off';
    case 'mesh.public_set':
      return entry.facts.page.on ? 'on' : 'off';
    case 'room.transferred':
      return `to ${names.person(entry.facts.creator)}`;
    case 'room.member_muted': {
      const { participant, until } = entry.facts;
      return `${names.person(participant)}${until ? ` until ${new Date(until).toISOString()}` : ''}`;
    }
    case 'participant.trust_set':
      return `${names.person(entry.facts.participant)}, ${entry.facts.trust}`;
    case 'participant.roles_set':
      return `${names.person(entry.facts.participant)}: ${entry.facts.roles.join(', ') || 'none'}`;
    case 'participant.registered':
      return `${entry.facts.handle}, ${entry.facts.kind}, ${entry.facts.trust}`;
    case 'message.posted':
      return posted(`m${entry.seq}`, entry.facts);
    case 'message.quarantined':
      return posted(`m${entry.seq}`, entry.facts.message);
    case 'message.reviewed':
      return `${entry.facts.message} ${entry.facts.released ? 'released' : 'rejected'}`;
    case 'message.reacted':
    case 'message.unreacted':
      return parts(entry.facts.message, entry.facts.reaction);
    case 'message.edited':
    case 'message.deleted':
    case 'message.redacted':
    case 'message.rescanned':
      return entry.facts.message;
    case 'task.created': {
      const { plan } = entry.facts;
      return parts(
        task(entry.facts),
        plan.capability ?? '',
        plan.assigned ? `for ${names.person(plan.assigned)}` : '',
        plan.needs?.length ? `after ${plan.needs.length}` : '',
      );
    }
    case 'task.taken':
      return parts(task(entry.facts), `by ${names.person(entry.facts.worker)}`);
    case 'task.finished':
      return parts(
        task(entry.facts),
        entry.facts.confidence === undefined ? '' : `${entry.facts.confidence} % sure`,
        entry.facts.provenance ? 'signed' : '',
      );
    case 'task.attempt_failed':
      return parts(task(entry.facts), entry.facts.cause.replaceAll('_', ' '));
    case 'task.confirmed':
      return parts(task(entry.facts), entry.facts.good ? 'found good' : 'found bad');
    case 'approval.requested':
      return parts(`by ${names.person(entry.facts.from)}`, entry.facts.to ? `of ${names.person(entry.facts.to)}` : '');
    case 'approval.decided':
      return entry.facts.approved ? 'approved' : 'rejected';
    case 'worker.mode_set':
      return parts(names.person(entry.facts.worker), entry.facts.mode);
    case 'secret.set':
      return `${entry.facts.name}, version ${entry.facts.version}`;
  }
  // Everything else, and what a newer node tells, by the first of these that it has.
  if ('task' in facts && typeof facts.task === 'string') return task({ task: facts.task });
  if ('worker' in facts) return names.person(facts.worker);
  if ('owner' in facts) return names.person(facts.owner);
  if ('participant' in facts && facts.participant) return names.person(facts.participant);
  return 'name' in facts ? (facts.name ?? '') : '';
}

/** Tasks are told apart by the end of their ids; the beginning is the time. */
const task = (facts: { task: string }): string => `task …${facts.task.slice(-6)}`;
const parts = (...all: string[]): string => all.filter(Boolean).join(', ');

/** Refusals are counted by the minute, so that a flood cannot fill the log. */
function refused(facts: Kept<'note.refused'>, names: Names): string {
  const who = facts.participant ? names.person(facts.participant) : 'somebody who was not signed in';
  const times = facts.count === 1 ? 'once' : `${facts.count} times in a minute`;
  return `${facts.operation} by ${who}, ${times}: ${facts.code.replaceAll('_', ' ')}`;
}

function posted(id: string, facts: Kept<'message.posted'>): string {
  const marks = [
    facts.command && 'asks for a command',
    facts.signed && 'signed',
    facts.trust,
    facts.relayed && 'relayed',
    facts.guard?.marked && 'marked by the guard',
    facts.released && 'released from quarantine',
    facts.quotes?.length && 'quotes',
  ].filter(Boolean);
  return [id, ...marks].join(', ');
}
