// What happened, as the stream tells it and as the log keeps it: the node's own types, told apart by `type`. What this page does
// not know comes from a newer node and is passed over.

import type * as Api from './generated.ts';

/** One thing that happened, as it is pushed. */
export type Item = Api.StreamItem;
/** One line of the log. */
export type LogEntry = Api.LogEntry;
export type EventName = Item['type'];

type Noun = EventName extends `${infer First}.${string}` ? First : never;
export type ItemOf<Name extends EventName> = Extract<Item, { type: Name }>;
/** What happened to one noun. */
export type Of<Name extends Noun> = Extract<Item, { type: `${Name}.${string}` }>;
/** What the stream tells of an event. */
export type Told<Name extends EventName> = ItemOf<Name>['data'];
/** What the log keeps of it. */
export type Kept<Name extends EventName> = Extract<LogEntry, { type: Name }>['facts'];

/** Whether it happened to one of these nouns. */
export const about = <Name extends Noun>(item: Item, ...nouns: readonly Name[]): item is Of<Name> =>
  nouns.some((noun) => item.type.startsWith(`${noun}.`));
