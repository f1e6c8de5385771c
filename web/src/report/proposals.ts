// What a task proposes that took a report along, if its result says so.

export interface Proposal {
  title: string;
  why: string;
  task: string;
}

const PROPOSALS_MAX = 20;

/** The proposals in a result's data; nothing if they are anything else. */
export function proposalsOf(data: Record<string, unknown> | undefined): Proposal[] | undefined {
  const list = data?.proposals;
  if (!Array.isArray(list) || list.length === 0) return undefined;
  const read = list.slice(0, PROPOSALS_MAX).flatMap((one: unknown) => {
    if (typeof one !== 'object' || one === null) return [];
    const { title, why, task } = one as Record<string, unknown>;
    return typeof title === 'string' && typeof why === 'string' && typeof task === 'string'
      ? [{ title, why, task }]
      : [];
  });
  return read.length === Math.min(list.length, PROPOSALS_MAX) ? read : undefined;
}
