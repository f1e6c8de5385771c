// Whose budget it is, in words, and how much of it is left.

import type { BudgetView } from '../api/types.ts';
import { people } from '../participant/people.svelte.ts';
import { rooms, title } from '../room/rooms.svelte.ts';

export function budgetName(scope: BudgetView['scope']): string {
  if (scope === 'mesh') return 'the whole mesh';
  if (scope === 'each_agent') return 'each agent';
  if ('agent' in scope) return people.name(scope.agent);
  const room = rooms.byId.get(scope.room);
  return room ? `#${title(room)}` : 'a room you are not in';
}

/** Shares from 0 to 1: what is used, and what is set aside besides; of whichever limit is nearer. Null: no limit. */
export function used(budget: BudgetView): { spent: number; reserved: number } | null {
  const shares = (['tokens', 'micros'] as const).flatMap((unit) => {
    const limit = budget[unit];
    if (typeof limit !== 'number') return [];
    const of = (part: number | undefined) => (limit === 0 ? 1 : Math.min(1, (part ?? 0) / limit));
    return [{ spent: of(budget.spent[unit]), reserved: of(budget.reserved[unit]) }];
  });
  return shares.sort((a, b) => b.spent + b.reserved - a.spent - a.reserved)[0] ?? null;
}
