// What stands over the picture of the world: it comes beside the world, not in it.

import type { ApprovalView } from '../api/types.ts';
import { toolOf } from '../approval/tool.ts';
import { questionOf } from '../approval/words.ts';

export { default as Bar } from './Bar.svelte';
export { default as Where } from './Where.svelte';
export { default as WorkList } from './WorkList.svelte';

/** What a question is about, as it stands on the screen: the words, and what would run. */
export function wanted(one: ApprovalView): string {
  const tool = toolOf(one.detail ?? undefined);
  return `? ${questionOf(one)}${tool?.command ? `\n$ ${tool.command}` : ''}`;
}
