// The operations of work, and short names for their types. Beside `api/mesh.ts` only this file knows how the node names them.

import { mesh } from '../shell/mesh.svelte.ts';
import type { components } from './generated.ts';
import type { Approval, ChatAnswer, Done, List, Output, TaskState, TaskStats } from './types.ts';

type Schemas = components['schemas'];

export type { Approval, ChatAnswer, Output, TaskState, TaskStats };
export type Task = Schemas['TaskView'];
export type TaskDetail = Schemas['TaskDetail'];
export type TaskWhy = Schemas['TaskWhy'];
export type WhyWorker = Schemas['WhyWorker'];
export type NotTaken = Schemas['NotTaken'];
export type Urgency = Schemas['Urgency'];
export type AttemptRecord = Schemas['AttemptRecord'];
export type Piece = Schemas['TaskPiece'];
export type Result = Schemas['ResultView'];
export type Provenance = Schemas['ProvenanceView'];
export type SignedLink = Schemas['SignedLink'];
export type Spec = Schemas['TaskSpec'];
export type ListInput = Schemas['TaskListInput'];
export type Created = Schemas['TasksCreated'];
export type Resolution = Schemas['Resolution'];
export type Worker = Schemas['WorkerView'];
export type Workers = Schemas['Workers'];
export type WorkerMode = Schemas['WorkerMode'];
export type BreakerState = Schemas['BreakerState'];
export type Budget = Schemas['BudgetView'];
export type CostBy = Schemas['CostBy'];
export type Cost = Schemas['CostView'];
export type Spend = Schemas['Spend'];
export type Template = Schemas['TemplateView'];
export type Variable = Schemas['Variable'];
export type Memory = Schemas['MemoryView'];
export type MemorySource = Schemas['MemorySource'];
export type MemoryApplied = Schemas['MemoryApplied'];

export interface Page<T> {
  items: T[];
  next: number | null;
  prev: number | null;
}

/** Makes repeating a command the same as giving it once. */
interface Keyed {
  idempotency_key: string;
}

const call = <T>(name: string, input: object = {}) => mesh.api.call<T>(name, input);
const why = (reason: string) => ({ ...(reason && { reason }) });

export const work = {
  tasks: (input: Partial<ListInput>) => call<Page<Task>>('task.list', input),
  task: (task: string) => call<TaskDetail>('task.get', { task }),
  output: (task: string, after?: number) =>
    call<Page<Piece>>('task.output', { task, limit: 500, ...(after && { after }) }),
  why: (task: string) => call<TaskWhy>('task.why', { task }),
  provenance: (task: string) => call<Provenance>('task.provenance', { task }),
  stats: (days: number, room?: string) => call<TaskStats>('task.stats', { days, ...(room && { room }) }),
  create: (input: { room: string; tasks: Partial<Spec>[] } & Keyed) => call<Created>('task.create', input),
  cancel: (task: string, reason = '') => call<Done>('task.cancel', { task, ...why(reason) }),
  pause: (task: string) => call<Done>('task.pause', { task }),
  resume: (task: string) => call<Done>('task.resume', { task }),
  retry: (task: string) => call<Done>('task.retry', { task }),
  assign: (task: string, to: string | null) => call<Done>('task.assign', { task, ...(to && { to }) }),
  resolve: (task: string, resolution: Resolution, reason = '') =>
    call<Done>('task.resolve', { task, resolution, ...why(reason) }),
  confirm: (task: string, good: boolean) => call<Done>('task.confirm', { task, good }),
  redact: (task: string, reason = '') => call<Done>('task.redact', { task, ...why(reason) }),

  approvals: (room?: string) => call<List<Approval>>('approval.list', { ...(room && { room }) }),
  decide: (approval: string, approve: boolean, reason: string) =>
    call<Done>('approval.decide', { approval, approve, ...why(reason) }),

  workers: () => call<Workers>('worker.list'),
  mode: (worker: string, mode: WorkerMode) => call<Done>('worker.mode', { worker, mode }),
  setWorker: (worker: string, limits: { slots?: number; capabilities?: string[] }) =>
    call<Done>('worker.set', { worker, ...limits }),
  stop: () => call<Done>('dispatch.stop'),
  go: () => call<Done>('dispatch.resume'),
  budgets: () => call<List<Budget>>('budget.list'),
  costs: (by: CostBy, days: number) => call<List<Cost>>('cost.list', { by, days }),

  templates: () => call<List<Template>>('template.list'),
  dispatch: (
    input: {
      template: string;
      room: string;
      values: Record<string, unknown>;
      assigned?: string;
      capability?: string;
      priority?: number;
    } & Keyed,
  ) => call<Created>('template.dispatch', input),

  memories: (participant: string) => call<Page<Memory>>('memory.list', { participant, limit: 500 }),
  searchMemories: (participant: string, q: string) =>
    call<List<Memory>>('memory.search', { participant, q, limit: 50 }),
  forget: (participant: string, key: string) => call<Done>('memory.forget', { participant, key }),
  tidy: (participant: string, room: string) => call<Created>('memory.consolidate', { participant, room }),
  apply: (task: string) => call<MemoryApplied>('memory.apply', { task }),
};
