// How this page calls the node. The types of operations are the TypeScript SDK's: `npm run types` brings them.

import type { Input, Operation, Output } from './operations.ts';

/** Calls an operation. What needs nothing is called without anything. */
export type Call = <Name extends Operation>(
  name: Name,
  ...input: object extends Input<Name> ? [input?: Input<Name>] : [input: Input<Name>]
) => Promise<Output<Name>>;
