// The page's words for links to other meshes: how one stands, how far each is with the other, what came of what was told.

import type { HomeState, Link, LinkPause, LinkState, OfferedRoom } from '../api/types.ts';
import { ago } from '../shell/time.ts';
import { plural } from '../shell/words.ts';

export const STATE: Record<LinkState, string> = { open: 'both speak', away: 'not reached', paused: 'paused' };

/** Why a link waits, and what to do about it. */
export const PAUSE: Record<LinkPause, string> = {
  asked: 'somebody here let it wait',
  went_back: 'its log went back to an older one. Ask its owner, then go on from where it ends now',
  we_went_back: 'it holds what this log does not. Its owner goes on from there, then let it go on here',
  full: 'it refused too much. Look at what it refused, then let it go on',
};

/** How a room stands with its home, for whoever reads it. */
export const HOME: Record<HomeState, string> = {
  open: 'What is said here goes there first.',
  away: 'That mesh is not reached now. You can read on; what is said here waits for it.',
  paused: 'The link to that mesh waits until the owner lets it go on. You can read on; what is said here waits.',
  over: 'It is not shared with this mesh any more. You can read on; nothing new can be said here.',
};

/** What a peer says of something that it did not take: the codes that people meet, others as they are. */
const REFUSED: Record<string, string> = {
  capability_denied: 'its rules do not allow it',
  content_refused: 'its guard held it back',
  influenced: 'its rules on what was read before do not allow it',
  not_found: 'it does not know what it is about',
  rate_limited: 'it was too much at a time',
  too_large: 'it is too large for it',
  invalid_input: 'it could not read it',
  conflict: 'the room there does not take it now',
};
export const refusal = (code: string, rule?: string | null): string =>
  `${REFUSED[code] ?? code.replaceAll('_', ' ')}${rule ? `, by a rule of the kind ${rule.replaceAll('_', ' ')}` : ''}`;

/** How a link stands, in one line. */
export function standing(link: Link, now: number): string {
  if (link.state === 'paused') return `paused: ${PAUSE[link.paused ?? 'asked']}`;
  if (link.state === 'open') return link.under_way > 0 ? `both speak; ${link.under_way} under way to it` : 'both speak';
  const since = link.heard_at ? `, last heard ${ago(link.heard_at, now)}` : ', not heard since this node was started';
  return `not reached${since}${link.trouble ? `: ${link.trouble}` : ''}`;
}

export interface Behind {
  /** What of this log the peer may lack. */
  theirs: string;
  /** What of the peer's log may be missing here. */
  ours: string;
}

/** How far each is behind the other. While both speak nothing lies; else no more is known than where the logs end. */
export function behind(link: Link): Behind {
  const open = link.state === 'open';
  const most = (count: number | null | undefined, met: string) =>
    typeof count === 'number' ? (count === 0 ? 'nothing' : `at most ${plural(count, 'entry', 'entries')}`) : met;
  return {
    theirs: open ? (link.under_way > 0 ? `${link.under_way} under way` : 'nothing') : most(link.untold, 'not met yet'),
    ours: open ? 'nothing' : most(link.unheard, 'not met yet'),
  };
}

/** Where a link meets its peer. */
export function way(link: Pick<Link, 'address'>): { kind: 'direct' | 'interchange' | 'called'; at: string } {
  const address = link.address ?? '';
  if (address === '') return { kind: 'called', at: '' };
  // By the second one a room was found that is open to strangers: the peer does not know where to meet this mesh.
  const through = ['interchange+', 'open+'].find((start) => address.startsWith(start));
  return through ? { kind: 'interchange', at: address.slice(through.length) } : { kind: 'direct', at: address };
}

export function wayWords(link: Pick<Link, 'address'>): string {
  const { kind, at } = way(link);
  return kind === 'called'
    ? 'it calls this mesh'
    : kind === 'direct'
      ? `called at ${at}`
      : `met at the interchange ${at}`;
}

export const trusted = (link: Link): boolean => link.participant.trust === 'federated';

export function offered(room: OfferedRoom): string {
  if (room.room) return room.open ? 'followed here' : 'followed here, not shared now: it can only be read';
  return room.open ? 'offered' : 'not shared now';
}

/** What is shared with a peer, each way. */
export function shares(link: Link): { out: string[]; in: string[] } {
  return {
    out: link.shared.map((room) => room.name ?? 'a room'),
    in: link.offered.filter((room) => room.room).map((room) => room.name),
  };
}

export function sharesWords(link: Link): string {
  const { out, in: followed } = shares(link);
  const parts = [
    out.length > 0 ? `${plural(out.length, 'room')} of ours` : '',
    followed.length > 0 ? `${plural(followed.length, 'room')} of theirs` : '',
    link.lends ? 'workers lent' : '',
    (link.borrows?.rooms.length ?? 0) > 0 ? 'tasks handed over' : '',
  ].filter(Boolean);
  return parts.length > 0 ? parts.join(', ') : 'nothing shared';
}

/** A mesh by what its owner sends: its key, and where it is reached if anywhere. */
export interface Code {
  key: string;
  address: string;
}

const KEY = /(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/i;
const ADDRESS = /(?:interchange\+)?https?:\/\/[^\s'"<>]+/i;

/** Reads what the other owner sent, in whatever words: a key, and an address if one stands there. Null without a key. */
export function readCode(text: string): Code | null {
  const key = KEY.exec(text)?.[0];
  return key ? { key: key.toLowerCase(), address: ADDRESS.exec(text)?.[0] ?? '' } : null;
}

export const writeCode = ({ key, address }: Code): string => (address ? `${key} ${address}` : key);

/** Whether others could reach a node by this address; the one of this machine is nobody else's. */
export function reachable(origin: string): boolean {
  const host = URL.canParse(origin) ? new URL(origin).hostname : '';
  return host !== '' && host !== 'localhost' && !/^127\.|^\[?::1\]?$/.test(host);
}
