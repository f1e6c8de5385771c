// The Mesh from TypeScript, in browsers and on Node.

export { type Filter, Items, nodeKey, type Options } from './connection.ts';
export { Closed, MeshError, Refused, Stranger, Unreachable } from './errors.ts';
export type * as Api from './generated.ts';
export { enter, type Identity, Mesh, Message, type OnCommand, Room, redeem } from './mesh.ts';
export type { Input, Operation, Output } from './operations.ts';
export { proven, Signer, statement } from './signing.ts';
export { Failed, type Task, type Work, work } from './work.ts';
