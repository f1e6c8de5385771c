// What a version of a skill says, as the node tells it.

import type { SkillContent, SkillFile, SkillView } from '../api/types.ts';
import { unhide } from '../guard/spans.ts';
import { mesh } from '../shell/mesh.svelte.ts';

export type Version = Pick<SkillView, 'room' | 'name' | 'version'>;

export const read = ({ room, name, version }: Version, path?: string): Promise<SkillContent> =>
  mesh.call('skill.get', { room, name, version, ...(path && { path }) });

export const filesOf = (content: SkillContent): SkillFile[] => (content.data?.files ?? []) as SkillFile[];

/** What stands beside its files: its publisher's note on the version, and the tools that it asks for. */
export function besides(content: SkillContent): { note: string; tools: string } {
  const text = (name: string) => unhide(String(content.data?.[name] ?? ''));
  return { note: text('note'), tools: text('allowed-tools') };
}
