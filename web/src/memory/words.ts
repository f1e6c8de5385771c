// The page's words for where a memory comes from.

import type { MemorySource } from '../api/types.ts';

export const SOURCE: Record<MemorySource, string> = {
  said: 'told',
  extracted: 'from a task',
  consolidated: 'from several memories',
};
