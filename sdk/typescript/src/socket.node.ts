// Node has a WebSocket of its own only since version 22: `ws` has the same face.

import { WebSocket } from 'ws';

export type Socket = globalThis.WebSocket;
export const open = (address: string): Socket => new WebSocket(address, { perMessageDeflate: false }) as unknown as Socket;
