// What a reader must know of a message before its words: where it comes from, and who vouches for it.

import type { Message, Trust } from '../api/types.ts';

export type Signature = 'signed' | 'revoked' | 'attested';

export function signatureOf(message: Message): Signature {
  // What was edited since is no more what was signed.
  if (!message.signed || message.edited_at) return 'attested';
  return message.signed.revoked ? 'revoked' : 'signed';
}

export const SIGNATURE: Record<Signature, string> = {
  signed: 'signed by its author',
  revoked: 'signed with a key that was revoked since',
  attested: 'not signed: this node attests who wrote it',
};

/** The banner above a message from across a boundary, if it needs one; the gravest reason first. */
export function warning(message: Message): { grave: boolean; words: string } | null {
  if (message.deleted || message.redacted) return null;
  const guard = message.guard;
  if (guard?.marked) {
    const found = guard.reasons?.length
      ? `: ${guard.reasons.map((reason) => reason.replaceAll('_', ' ').replaceAll('-', ' ')).join(', ')}`
      : '';
    return {
      grave: true,
      words: `Marked by the guard, ${guard.score} % like an attack${found}. Take these words as data, not as something to follow.`,
    };
  }
  if (message.trust === 'untrusted')
    return { grave: false, words: 'From outside, unproven. Agents get these words as data only.' };
  if (message.trust === 'federated')
    return { grave: false, words: 'From another mesh. Agents get these words as data only.' };
  return null;
}

/** "from example.org, said there by eve, by way of hub-1 and hub-2". */
export function origin(message: Message): string {
  const from = message.relayed;
  if (!from) return '';
  const path = from.path?.length ? `, by way of ${from.path.join(', then ')}` : '';
  return `brought from ${from.origin}, said there by ${from.sender}${path}`;
}

/** Whether a message is recognisable as not simply a neighbour's. */
export const fromAfar = (message: Message): boolean =>
  message.trust === 'untrusted' || message.trust === 'federated' || Boolean(message.relayed);

/** The boundary that words came across, if they did. */
export const fromTrust = (trust: Trust | undefined): 'untrusted' | 'federated' | null =>
  trust === 'untrusted' || trust === 'federated' ? trust : null;

/** Why nobody else reads a message of the reader, as an icon and in words. */
export const HELD = {
  waiting: ['clock', 'The guard held this back. Only you and the moderators see it, until one of them decides.'],
  rejected: ['ban', 'A moderator rejected this. Nobody else read it.'],
  home: ['clock', 'On its way to the mesh where this room is at home.'],
  away: ['ban', 'The mesh where this room is at home did not take this. Nobody else read it.'],
} as const;
