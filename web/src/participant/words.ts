// The page's words for kinds of participants and how far their words are trusted.

import type { AddedBy, ParticipantKind, Trust } from '../api/types.ts';

export const KIND: Record<ParticipantKind, string> = { human: 'person', agent: 'agent', bot: 'bot', bridge: 'bridge' };

export const TRUST: Record<Trust, string> = {
  owner: 'owner of this node',
  local: 'registered on this node',
  federated: 'from a verified other mesh',
  untrusted: 'from outside, unproven',
};

/** The same where there is room for little; nothing for those of this mesh. */
export const AFAR: Record<Trust, string> = { owner: '', local: '', federated: 'other mesh', untrusted: 'from outside' };

/** How somebody comes into rooms without having to answer an invitation. */
export const ADDED_BY: Record<AddedBy, string> = {
  nobody: 'by itself alone',
  above: 'by itself or those above it',
  people: 'by itself or people of this mesh',
};
