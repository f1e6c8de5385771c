// What waits for a reader as rows of one list: who, what in one line, where and since when. What can be done is the row's own.

import type {
  ActView,
  Alert,
  ApprovalView,
  HeldTool,
  Invitation,
  Message,
  Person,
  Quarantined,
  SkillView,
  TaskView,
} from '../api/types.ts';
import { questionOf } from '../approval/words.ts';
import { unhide } from '../guard/spans.ts';
import { plain } from '../shell/markdown.ts';
import type { Route } from '../shell/route.ts';
import { nameOf } from '../task/words.ts';

export type Group = 'node' | 'alert' | 'ask' | 'task' | 'review' | 'said';

/** The most pressing first: what stops everybody, what stops somebody, what only waits to be read. */
export const GROUPS: readonly { key: Group; name: string }[] = [
  { key: 'node', name: 'The node itself' },
  { key: 'alert', name: 'What is wrong' },
  { key: 'ask', name: 'Asked of you' },
  { key: 'task', name: 'Tasks that need you' },
  { key: 'review', name: 'Held back' },
  { key: 'said', name: 'Said to you' },
];

/** Something about the node that people have to know. */
export interface Notice {
  id: string;
  what: string;
  place: Route;
}

interface Base {
  /** The same as long as it is the same thing that waits. */
  key: string;
  group: Group;
  who: Person | null;
  what: string;
  room: string | null;
  /** When it began to wait; null where the node does not say. */
  at: string | null;
}
export type Row = Base &
  (
    | { is: 'notice'; notice: Notice }
    | { is: 'alert'; alert: Alert }
    | { is: 'approval'; approval: ApprovalView }
    | { is: 'act'; act: ActView }
    | { is: 'invitation'; invitation: Invitation }
    | { is: 'task'; task: TaskView }
    | { is: 'review'; held: Quarantined }
    | { is: 'tool'; tool: HeldTool }
    | { is: 'skill'; skill: SkillView }
    | { is: 'message'; message: Message }
  );
export type RowOf<Is extends Row['is']> = Extract<Row, { is: Is }>;

export interface Sources {
  notices: readonly Notice[];
  alerts: readonly Alert[];
  approvals: readonly ApprovalView[];
  acts: readonly ActView[];
  invitations: readonly Invitation[];
  tasks: readonly TaskView[];
  held: readonly Quarantined[];
  tools: readonly HeldTool[];
  skills: readonly SkillView[];
  messages: readonly Message[];
  /** When events happened, by their place in the log, as far as it is known. */
  times: ReadonlyMap<number, string>;
  /** The reader. */
  me: string;
}

/** As much as one line shows on the widest screen. */
const LINE = 240;

/** When an id was made: it begins with the time. */
export function madeAt(id: string): string | null {
  const time = Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}

const noticed = (notice: Notice): Row => ({
  is: 'notice',
  notice,
  key: `notice ${notice.id}`,
  group: 'node',
  who: null,
  what: notice.what,
  room: null,
  at: null,
});

/** It stays the same row however often it happens. */
const wrong = (alert: Alert): Row => ({
  is: 'alert',
  alert,
  key: `alert ${alert.alert}`,
  group: 'alert',
  who: null,
  what: alert.title,
  room: null,
  at: alert.since,
});

const asked = (approval: ApprovalView): Row => ({
  is: 'approval',
  approval,
  key: `approval ${approval.id}`,
  group: 'ask',
  who: approval.from,
  what: plain(questionOf(approval), LINE),
  room: approval.room,
  at: madeAt(approval.id),
});

const wanted = (act: ActView, times: Sources['times']): Row => ({
  is: 'act',
  act,
  key: `act ${act.act} ${act.seq}`,
  group: 'ask',
  who: act.participant,
  what: act.operation ? `wants ${act.operation}, after what it has read` : 'wants something whose words were erased',
  room: act.room ?? null,
  at: times.get(act.seq) ?? null,
});

/** Whom somebody is asked in for: the reader, or one below it. */
const guest = ({ participant }: Invitation, me: string): string =>
  participant.id === me ? 'you' : `${participant.handle}, whom you answer for,`;

const invited = (invitation: Invitation, { times, me }: Sources): Row => ({
  is: 'invitation',
  invitation,
  key: `invitation ${invitation.seq}`,
  group: 'ask',
  who: invitation.by ?? null,
  what: `invites ${guest(invitation, me)} into ${invitation.name ?? 'a room'}`,
  room: null,
  at: times.get(invitation.seq) ?? null,
});

/** What happened to it last makes it another row: what was put aside once comes again when it fails again. */
const stuck = (task: TaskView): Row => ({
  is: 'task',
  task,
  key: `task ${task.id} ${task.state} ${task.tries}`,
  group: 'task',
  who: task.result?.worker ?? task.assigned ?? task.creator ?? null,
  what: plain(nameOf(task), LINE),
  room: task.room,
  at: task.ended_at ?? task.created_at,
});

const heldBack = (held: Quarantined): Row => ({
  is: 'review',
  held,
  key: `review ${held.message.id}`,
  group: 'review',
  who: held.message.from,
  // Not by its look: what hides in it is written out.
  what: unhide(held.message.text.slice(0, LINE)).replace(/\s+/g, ' '),
  room: held.message.room,
  at: held.message.at,
});

/** As it is offered now: one that changes again is another row. */
const offered = (tool: HeldTool, times: Sources['times']): Row => ({
  is: 'tool',
  tool,
  key: `tool ${tool.server}__${tool.tool} ${tool.offer}`,
  group: 'review',
  who: tool.by,
  what: `${tool.was ? 'changed' : 'offers'} the tool ${tool.server}__${tool.tool}`,
  room: null,
  at: times.get(tool.offer) ?? null,
});

/** A version never changes; the next one is another row. */
const published = (skill: SkillView): Row => ({
  is: 'skill',
  skill,
  key: `skill ${skill.room} ${skill.name} ${skill.seq}`,
  group: 'review',
  who: skill.by,
  what: `publishes ${skill.version > 1 ? `version ${skill.version} of ` : ''}the skill ${unhide(skill.name)}`,
  room: skill.room,
  at: skill.at,
});

const said = (message: Message): Row => ({
  is: 'message',
  message,
  key: `message ${message.id}`,
  group: 'said',
  who: message.from,
  what: plain(message.text, LINE) || 'A message without words',
  room: message.room,
  at: message.at,
});

/** Everything that waits, group after group, the newest first in each. */
export function rowsOf(from: Sources): Row[] {
  const asks = new Set(from.approvals.flatMap((one) => (one.task ? [one.task] : [])));
  const waiting = new Set([...asks, ...from.tasks.map((task) => task.id)]);
  const rows: Row[] = [
    ...from.notices.map(noticed),
    // What waits as a task or a question is not told a second time.
    ...from.alerts.filter(({ cause }) => !('task' in cause && waiting.has(cause.task))).map(wrong),
    ...from.approvals.map(asked),
    ...from.acts.map((act) => wanted(act, from.times)),
    ...from.invitations.map((one) => invited(one, from)),
    // A question about a task is answered as a question.
    ...from.tasks.filter((task) => !asks.has(task.id)).map(stuck),
    ...from.held.map(heldBack),
    ...from.tools.map((tool) => offered(tool, from.times)),
    ...from.skills.map(published),
    ...from.messages.map(said),
  ];
  const rank = new Map(GROUPS.map((group, at) => [group.key, at]));
  return rows.sort(
    (a, b) =>
      rank.get(a.group)! - rank.get(b.group)! || (b.at ?? '').localeCompare(a.at ?? '') || (a.key < b.key ? -1 : 1),
  );
}

/** What can be put out of the way by having read it. A tool that is held stays held. */
export const readable = (row: Row): row is RowOf<'message' | 'task' | 'tool'> =>
  row.is === 'message' || row.is === 'tool' || (row.is === 'task' && row.task.state === 'failed');

/** What can be answered with no. */
export const deniable = (row: Row): boolean =>
  row.is !== 'notice' && row.is !== 'alert' && row.is !== 'message' && !readable(row);
