// What a question asks, in the page's words where it has none of its own.

import type { ApprovalView } from '../api/types.ts';

/** The node itself asks before a task begins; a task's words are not erased while somebody is to answer about it. */
export const isGate = (approval: Pick<ApprovalView, 'question' | 'task'>): boolean =>
  approval.question === undefined && approval.task !== undefined;

export function questionOf(approval: Pick<ApprovalView, 'question' | 'task'>): string {
  if (isGate(approval)) return 'May this task begin?';
  return approval.question ?? 'The words of this question were erased.';
}
