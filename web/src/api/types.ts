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
export type Capability = Schemas['Capability'];
export type Permission = Schemas['Permission'];
export type Stage = Schemas['Stage'];

/** The short form of a participant, as messages carry it. */
export type Person = Schemas['ParticipantRef'];
export type Participant = Schemas['Participant'];
export type Presence = Schemas['Presence'];
export type PresenceOf = Schemas['PresenceOf'];
export type Me = Schemas['Me'];
export type Room = Schemas['Room'];
export type Member = Schemas['Member'];
/** A message, with what this page knows of it besides: its own message may wait in quarantine or have been rejected there. */
export type Message = Schemas['Message'] & { held?: 'waiting' | 'rejected' };
export type Quarantined = Omit<Schemas['Quarantined'], 'message'> & { message: Message };
export type Group = Schemas['Group'];
export type LogEntry = Omit<Schemas['LogEntry'], 'by' | 'facts'> & { by: unknown; facts: Record<string, unknown> };
export interface LogPage {
  items: LogEntry[];
  next: number | null;
  prev: number | null;
}
export type InviteInput = Schemas['InviteCreateInput'];
export type InviteCreated = Schemas['InviteCreated'];
export type Receipt = Schemas['Receipt'];
export type Found = Omit<Schemas['Found'], 'message'> & { message: Message };
export type Status = Schemas['Status'];

export interface List<T> {
  items: T[];
}

export type MessagePage = Omit<Schemas['MessagePage'], 'items'> & { items: Message[] };
export type PostInput = Schemas['MessagePostInput'];
export type SendInput = Schemas['MessageSendInput'];
export type SearchInput = Schemas['MessageSearchInput'];
export type RoomInput = Schemas['RoomCreateInput'];
export type Posted = Schemas['Posted'] & { quarantined?: boolean };
export type RoomCreated = Schemas['RoomCreated'];
export type Done = Schemas['Done'];

// Rules, moderation, keys, the guard and what the owner sets.
export type Policy = Schemas['Policy'];
export type Rule = Schemas['Rule'];
export type Effect = Schemas['Effect'];
export type Who = Schemas['Who'];
export type When = Schemas['When'];
export type Hours = Schemas['Hours'];
export type Day = Schemas['Day'];
export type MessageKind = Schemas['MessageKind'];
export type MessageRules = Schemas['MessageRules'];
export type Replies = Schemas['Replies'];
export type Limit = Schemas['Limit'];
export type Rate = Schemas['Rate'];
export type DataRules = Schemas['DataRules'];
export type Reach = Schemas['Reach'];
export type ExecutionRules = Schemas['ExecutionRules'];
export type GuardRules = Schemas['GuardRules'];
export type Scan = Schemas['Scan'];
export type PolicyView = Schemas['PolicyView'];
export type PolicySet = Schemas['PolicySet'];
export type Deed = Schemas['Deed'];
export type Ruling = Schemas['Ruling'];
export type RulingBy = Schemas['RulingBy'];
export type Explanation = Schemas['Explanation'];
export type Explanations = Schemas['Explanations'];
export type Restrained = Schemas['Restrained'];
export type GuardMark = Schemas['GuardMark'];
export type Relayed = Schemas['Relayed'];
export type Released = Schemas['Released'];
export type SignatureView = Schemas['SignatureView'];
export type Quote = Schemas['Quote'];
export type Reviewed = Schemas['Reviewed'];
export type SigningKey = Schemas['SigningKey'];
export type SignedInput = Schemas['SignedInput'];
export type GuardVerdict = Schemas['GuardVerdict'];
export type RequestLimits = Schemas['RequestLimits'];
export type SecretInfo = Schemas['SecretInfo'];
export type LogVerified = Schemas['LogVerified'];
export type LogListInput = Schemas['LogListInput'];

// Work: tasks, workers, approvals, memories. What only its own pages use is named in `work/api.ts`.
export type Approval = Schemas['ApprovalView'];
export type TaskStats = Schemas['TaskStats'];
export type ChatAnswer = Schemas['ChatAnswer'];
export type TaskState = Schemas['TaskState'];

/** One thing that happened, as it is pushed. */
export type Item = Omit<Schemas['StreamItem'], 'data'> & { data: Record<string, unknown> };

/** What is told once and never stored. */
export type Ephemeral =
  | { type: 'typing'; room: string; participant: Person; typing: boolean }
  | { type: 'presence'; participant: Person; state: PresenceState; summary?: string }
  | Output;

/** What a worker prints at this moment; pieces of it are stored later. */
export interface Output {
  type: 'output';
  room: string;
  task: string;
  fence: number;
  participant: Person;
  text: string;
}

/** A problem document (RFC 9457). A proxy before the node may send less, or a code of its own. */
export type Problem = Partial<Omit<Schemas['Problem'], 'code'>> & { title: string; status: number; code: string };

export interface Hello {
  session: string;
  participant: Person;
  head: number;
  resumed: boolean;
  welcome?: Schemas['Welcome'];
}
