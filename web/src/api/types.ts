// What the node says: short names for the types that are generated from its OpenAPI file, and the frames of the WebSocket,
// which OpenAPI does not describe.

import type { components } from './generated.ts';
import type { Marks, Ruling, SignedInput } from './governance.ts';

export type * from './governance.ts';

type Schemas = components['schemas'];

export type ParticipantKind = Schemas['Kind'];
export type Trust = Schemas['Trust'];
export type PresenceState = Schemas['PresenceState'];
export type Priority = Schemas['Priority'];
export type RoomKind = Schemas['RoomKind'];
export type RoomAccess = Schemas['RoomAccess'] | 'federated';
export type Capability = Schemas['Capability'];
export type Permission = Schemas['Permission'];
export type Stage = Schemas['Stage'];

/** The short form of a participant, as messages carry it. */
export type Person = Schemas['ParticipantRef'];
export type Participant = Schemas['Participant'];
export type Presence = Schemas['Presence'];
export type PresenceOf = Schemas['PresenceOf'];
export type Me = Schemas['Me'];
export type Room = Omit<Schemas['Room'], 'access'> & { access: RoomAccess };
export type Member = Schemas['Member'];
/** A message, with what this page knows of it besides: its own message may wait in quarantine or have been rejected there. */
export type Message = Schemas['Message'] & Marks & { held?: 'waiting' | 'rejected' };
export interface Quarantined {
  message: Message;
  guard: NonNullable<Marks['guard']>;
}
export type Group = Schemas['Group'];
export type LogEntry = Omit<Schemas['LogEntry'], 'by' | 'facts'> & { by: unknown; facts: Record<string, unknown> };
export interface LogPage {
  items: LogEntry[];
  next: number | null;
  prev: number | null;
}
export type InviteInput = Schemas['InviteCreateInput'] & { guest?: boolean };
export type InviteCreated = Schemas['InviteCreated'];
export type Receipt = Schemas['Receipt'];
export type Found = Omit<Schemas['Found'], 'message'> & { message: Message };
export type Status = Schemas['Status'];

export interface List<T> {
  items: T[];
}

export type MessagePage = Omit<Schemas['MessagePage'], 'items'> & { items: Message[] };
export type PostInput = Omit<Schemas['MessagePostInput'], 'text'> & {
  text?: string;
  command?: boolean;
  quotes?: string[];
  signed?: SignedInput;
};
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
export type Problem = Partial<Omit<Schemas['Problem'], 'code'>> & {
  title: string;
  status: number;
  code: string;
  rule?: Ruling | null;
};

export interface Hello {
  session: string;
  participant: Person;
  head: number;
  resumed: boolean;
  welcome?: Schemas['Welcome'];
}
