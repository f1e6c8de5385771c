// The browser's own WebSocket.

export type Socket = WebSocket;
export const open = (address: string): Socket => new WebSocket(address);
