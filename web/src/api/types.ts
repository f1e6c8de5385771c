// What the node says: short names for the types that are generated from its OpenAPI file, and the frames of the WebSocket,
// which OpenAPI does not describe.

import type { components } from './generated.ts';

type Schemas = components['schemas'];

export type ParticipantKind = Schemas['Kind'];
export type Trust = Schemas['Trust'];
export type PresenceState = Schemas['PresenceState'];
export type Priority = Schemas['Priority'];
export type RoomKind = Schemas['RoomKind'];
export type RoomAccess = Schemas['RoomAccess'];
export type Stage = Schemas['Stage'];

/** The short form of a participant, as messages carry it. */
export type Person = Schemas['ParticipantRef'];
export type Participant = Schemas['Participant'];
export type Presence = Schemas['Presence'];
export type PresenceOf = Schemas['PresenceOf'];
export type Me = Schemas['Me'];
export type Room = Schemas['Room'];
export type Member = Schemas['Member'];
export type Message = Schemas['Message'];
export type Receipt = Schemas['Receipt'];
export type Found = Schemas['Found'];
export type Status = Schemas['Status'];

export interface List<T> {
  items: T[];
}

export type MessagePage = Schemas['MessagePage'];
export type PostInput = Schemas['MessagePostInput'];
export type SendInput = Schemas['MessageSendInput'];
export type SearchInput = Schemas['MessageSearchInput'];
export type RoomInput = Schemas['RoomCreateInput'];
export type Posted = Schemas['Posted'];
export type RoomCreated = Schemas['RoomCreated'];
export type Done = Schemas['Done'];

/** One thing that happened, as it is pushed. */
export type Item = Omit<Schemas['StreamItem'], 'data'> & { data: Record<string, unknown> };

/** What is told once and never stored. */
export type Ephemeral =
  | { type: 'typing'; room: string; participant: Person; typing: boolean }
  | { type: 'presence'; participant: Person; state: PresenceState; summary?: string };

/** A problem document (RFC 9457). A proxy before the node may send less, or a code of its own. */
export type Problem = Partial<Omit<Schemas['Problem'], 'code'>> & { title: string; status: number; code: string };

export interface Hello {
  session: string;
  participant: Person;
  head: number;
  resumed: boolean;
  welcome?: Schemas['Welcome'];
}
