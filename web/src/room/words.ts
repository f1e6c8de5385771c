// The page's words for kinds of rooms and who may come in.

import type { RoomAccess, RoomKind } from '../api/types.ts';

export const ROOM: Record<RoomKind, string> = {
  room: 'Room',
  direct: 'Direct conversation',
  group: 'Group',
  broadcast: 'Broadcast',
};

export const ACCESS: Record<RoomAccess, string> = {
  listed: 'Everybody here can find and join it',
  private: 'Only members see it',
  federated: 'Everybody here, and linked meshes may know of it',
};
