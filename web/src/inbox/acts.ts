// What each row can be answered with.

import { explain } from '../api/problem.ts';
import { people } from '../participant/people.svelte.ts';
import { invitations } from '../room/invitations.svelte.ts';
import { mesh } from '../shell/mesh.svelte.ts';
import { ui } from '../shell/ui.svelte.ts';
import { done } from '../task/deeds.ts';
import { nameOf } from '../task/words.ts';
import { inbox } from './inbox.svelte.ts';
import type { Row, RowOf } from './rows.ts';

export const decide = ({ approval, ...row }: RowOf<'approval'>, approve: boolean, reason = ''): Promise<boolean> =>
  inbox.answer(
    { approval, ...row },
    () => mesh.call('approval.decide', { approval: approval.id, approve, reason: reason || undefined }),
    approve ? `Approved. ${approval.from.handle} goes on.` : `Rejected. ${approval.from.handle} is told.`,
  );

export const acknowledge = (row: RowOf<'alert'>): Promise<boolean> =>
  inbox.answer(
    row,
    () => mesh.call('alert.acknowledge', { alert: row.alert.alert }),
    'You know of it; nobody else is told. It ends when its cause is gone.',
  );

export const release = (row: RowOf<'act'>, yes: boolean): Promise<boolean> =>
  inbox.answer(
    row,
    () => mesh.call(yes ? 'act.release' : 'act.decline', { participant: row.act.participant.id, act: row.act.act }),
    yes
      ? `Released, once. ${row.act.participant.handle} has to ask for it again.`
      : `Declined. ${row.act.participant.handle} is told so when it asks again.`,
  );

export const accept = (row: RowOf<'invitation'>, yes: boolean): Promise<boolean> => {
  const { invitation } = row;
  const who = invitation.participant.id === people.me?.id ? 'You are' : `${invitation.participant.handle} is`;
  const room = invitation.name ?? 'the room';
  return inbox.answer(
    row,
    () => invitations.answer(invitation, yes),
    yes ? `${who} in ${room} now.` : `The invitation into ${room} is declined.`,
  );
};

export const review = (row: RowOf<'review'>, letOut: boolean): Promise<boolean> => {
  const { message } = row.held;
  return inbox.answer(
    row,
    () => mesh.call('quarantine.review', { message: message.id, release: letOut }),
    `The message of ${message.from.handle} is ${letOut ? 'posted now' : 'rejected for good'}.`,
  );
};

/** Exactly what was looked at. */
export const use = (row: RowOf<'tool'>): Promise<boolean> => {
  const { server, tool, offer, by } = row.tool;
  return inbox.answer(
    row,
    () => mesh.call('tool.accept', { server, tool, offer }),
    `${server}__${tool} of ${by.handle} can be used now.`,
  );
};

export const acceptSkill = (row: RowOf<'skill'>): Promise<boolean> => {
  const { room, name, version, sha256, by } = row.skill;
  return inbox.answer(
    row,
    () => mesh.call('skill.accept', { room, name, version, sha256: sha256 ?? '' }),
    `The skill ${name} of ${by.handle} can be used now.`,
  );
};

export const withdraw = (row: RowOf<'skill'>): Promise<boolean> => {
  const { room, name, version } = row.skill;
  return inbox.answer(
    row,
    () => mesh.call('skill.withdraw', { room, name, version }),
    `Version ${version} of the skill ${name} is erased.`,
  );
};

/** Its result stands, or it is tried again. */
export function goOn(row: RowOf<'task'>): Promise<boolean> {
  const { task } = row;
  const name = nameOf(task);
  if (task.state === 'failed')
    return inbox.answer(
      row,
      () => mesh.call('task.retry', { task: task.id }),
      `${name} begins again.`,
      () => void done(() => mesh.call('task.cancel', { task: task.id }), `${name} is cancelled.`),
    );
  const resolution = task.result ? 'accept' : 'retry';
  return inbox.answer(
    row,
    () => mesh.call('task.resolve', { task: task.id, resolution }),
    `${name} ${task.result ? 'is done: its result stands.' : 'is tried again.'}`,
  );
}

export const cancel = (row: RowOf<'task'>): Promise<boolean> => {
  const { task } = row;
  const name = nameOf(task);
  return inbox.answer(
    row,
    () => mesh.call('task.cancel', { task: task.id }),
    `${name} is cancelled.`,
    () => void done(() => mesh.call('task.retry', { task: task.id }), `${name} begins again.`),
  );
};

/** Somebody else, or whoever fits, tries it again. */
export function give(row: RowOf<'task'>, to: { id: string; handle: string } | null): Promise<boolean> {
  const { task } = row;
  const assign = () => mesh.call('task.assign', { task: task.id, to: to?.id ?? null });
  return inbox.answer(
    row,
    async () => {
      // What is over has to begin again before it can be somebody's; what is held up begins again as somebody's.
      if (task.state === 'failed') {
        await mesh.call('task.retry', { task: task.id });
        await assign();
      } else {
        await assign();
        await mesh.call('task.resolve', { task: task.id, resolution: 'retry' });
      }
    },
    `${nameOf(task)} begins again, for ${to?.handle ?? 'whoever fits'}.`,
  );
}

function deny(row: Row): Promise<boolean> {
  switch (row.is) {
    case 'approval':
      return decide(row, false);
    case 'act':
      return release(row, false);
    case 'invitation':
      return accept(row, false);
    case 'review':
      return review(row, false);
    case 'skill':
      return withdraw(row);
    case 'task':
      return cancel(row);
    case 'notice':
    case 'alert':
    case 'tool':
    case 'message':
      return Promise.resolve(false);
  }
}

/** No to all of them; what the node refuses comes back one by one. */
export async function denyAll(rows: readonly Row[]): Promise<void> {
  try {
    const kept = (await Promise.all(rows.map(deny))).filter((well) => !well).length;
    if (rows.length > 1 && kept === 0) ui.tell(`All ${rows.length} are answered with no.`);
    else if (kept > 0) ui.tell(`${kept} of ${rows.length} still wait; each says why.`, true);
  } catch (error) {
    ui.tell(explain(error), true);
  }
}
