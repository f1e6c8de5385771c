// What the node says: the types that are generated from its OpenAPI file, those with a name of their own on this page, and the
// frames of the WebSocket, which OpenAPI does not describe.

import type * as Api from './generated.ts';

export type { Item, LogEntry } from './events.ts';
export type * from './generated.ts';
/** The short form of a participant, as messages carry it. */
export type { Kind as ParticipantKind, ParticipantRef as Person } from './generated.ts';

/** A message, with what this page knows of it besides: its own message may wait in quarantine or have been rejected there. */
export type Message = Api.Message & {
  held?: 'waiting' | 'rejected' | 'home' | 'away';
  /** New words of the reader that wait for the home of the room, or that it did not take. */
  edit?: { text: string; refused: boolean };
};

/** What is told once and never stored. */
export type Ephemeral =
  | { type: 'typing'; room: string; participant: Api.ParticipantRef; typing: boolean }
  | {
      type: 'presence';
      participant: Api.ParticipantRef;
      state: Api.PresenceState;
      summary?: string;
      reach?: Api.Reachability;
    }
  | Stands
  | Output;

/** Where somebody stands in a room, or that it is out of the reader's range. */
export type Stands =
  | { type: 'position'; room: string; position: Api.Position }
  | { type: 'unseen'; room: string; participant: Api.ParticipantRef };

/** What a worker prints at this moment; pieces of it are stored later. */
export interface Output {
  type: 'output';
  room: string;
  task: string;
  fence: number;
  participant: Api.ParticipantRef;
  text: string;
}

/** A problem document (RFC 9457). A proxy before the node may send less, or a code of its own. */
export type Problem = Partial<Omit<Api.Problem, 'code'>> & { title: string; status: number; code: string };

export interface Hello {
  session: string;
  participant: Api.ParticipantRef;
  head: number;
  resumed: boolean;
  welcome?: Api.Welcome;
}
