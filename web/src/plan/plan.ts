// A plan as its steps are read: which results hold one, and how a step and its end are told.

import type { PlanStepCarried } from '../api/types.ts';

/** Whether a result's data are a plan: its steps name operations. */
export function isPlan(data: Record<string, unknown> | undefined): boolean {
  const steps = data?.steps;
  return (
    Array.isArray(steps) &&
    steps.every((step: unknown) => typeof (step as { operation?: unknown } | null)?.operation === 'string')
  );
}

/** What a step takes, each field as it is read: texts as they are, everything else as JSON. */
export function fields(input: Readonly<Record<string, unknown>> | null | undefined): [string, string][] {
  return Object.entries(input ?? {}).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value, null, 2),
  ]);
}

/** How a step ended, if it was tried. */
export function came(step: PlanStepCarried | undefined): { word: string; tone: string; problem?: string } | undefined {
  if (!step) return undefined;
  if (step.state === 'done') return { word: 'done', tone: 'good' };
  if (step.state === 'left') return { word: 'not tried', tone: 'quiet' };
  const problem = step.problem;
  return { word: 'refused', tone: 'bad', ...(problem ? { problem: `${problem.detail} ${problem.hint}` } : {}) };
}
