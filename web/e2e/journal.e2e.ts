// The journal: lines come while one looks, are filtered by what the address says, stand at their task, count in the figures; and what an
// agent proposes after a report, or plans for a wish, is done by a person's word.
import { describe, expect, test } from 'vitest';
import { enter, pictures } from './browser.ts';
import type { Actor } from './node.ts';
import { binary, journeys, node, realNode, watched } from './setup.ts';

let rex: Actor;
const write = (who: Actor, ...entries: object[]) => who.ask('POST', '/api/journal', { entries });

/** A task that rex has taken. */
async function taken(prompt: object): Promise<{ task: string; fence: number }> {
  await node.owner.ask('POST', '/api/tasks', { room: 'dev', tasks: [prompt] });
  const { items } = await rex.ask<{ items: { fence: number; task: { id: string } }[] }>('POST', '/api/tasks/take', {
    count: 1,
  });
  return { task: items[0]!.task.id, fence: items[0]!.fence };
}

describe.runIf(binary)('the journal', () => {
  journeys({
    start: realNode,
    ready: async () => {
      rex = await node.actor('rex', 'agent');
      await node.room('dev');
      await node.owner.ask('PUT', '/api/rooms/dev/members/rex', {});
      await node.owner.ask('PUT', '/api/rooms/dev/members/rex/capabilities', {
        capabilities: ['speak', 'listen', 'execute'],
      });
      await rex.ask('POST', '/api/workers/me', { slots: 4 });
    },
  });

  test('lines come as they are written, the newest first, and are filtered', async () => {
    const page = await enter(watched, node, '/journal');
    await page.getByText('Nobody noted anything yet.').waitFor();
    await write(
      rex,
      { text: 'begun' },
      { level: 'warn', text: 'the mirror is slow', data: { ms: 4100 } },
      { level: 'debug', text: 'step 1 of 2' },
    );
    const lines = page.getByRole('list', { name: 'Lines of journals' }).locator('> li');
    await lines.nth(2).waitFor();
    await write(rex, { level: 'error', text: 'cannot reach the mirror' });
    await lines.filter({ hasText: 'cannot reach the mirror' }).waitFor();
    expect(await lines.locator('p').first().textContent()).toBe('cannot reach the mirror');
    await pictures(page, 'journal');

    await page.getByRole('button', { name: 'warning and above' }).click();
    await lines.filter({ hasText: 'step 1 of 2' }).waitFor({ state: 'detached' });
    await lines.filter({ hasText: 'the mirror is slow' }).waitFor();
    expect(await lines.count()).toBe(2);
    await page.getByRole('searchbox', { name: 'Words in the line' }).fill('Slow mirror');
    await page.keyboard.press('Enter');
    await lines.filter({ hasText: 'cannot reach' }).waitFor({ state: 'detached' });
    expect(new URL(page.url()).search).toBe('?level=warn&q=Slow+mirror');
    await lines.getByText('Data', { exact: true }).click();
    await lines.getByText('"ms": 4100').waitFor();
    await page.goBack();
    await lines.filter({ hasText: 'cannot reach the mirror' }).waitFor();
    await page.getByLabel('From').selectOption('rex');
    await page.waitForURL(/who=rex/);

    await node.owner.ask('POST', '/api/journal/erase', { participant: 'rex' });
    await page.getByText('No line fits.').waitFor();
  });

  test('a line stands at its task, and errors in the figures', async () => {
    const { task } = await taken({ title: 'Build', prompt: 'Build it.' });
    const page = await enter(watched, node, `/task/${task}`);
    await page.getByRole('heading', { name: 'What is to be done' }).waitFor();
    await write(
      rex,
      { level: 'error', text: 'test 7 of 12 fails', task },
      { level: 'error', text: 'test 9 of 12 fails', task },
    );
    const noted = page.getByRole('region', { name: 'What was noted about it' });
    await noted.getByText('test 9 of 12 fails').waitFor();
    await page.goto(`${node.url}/figures`);
    const errors = page.getByRole('list', { name: 'Errors that came most often' });
    const twice = errors.getByRole('listitem').filter({ hasText: '2 times' });
    await twice.getByRole('link', { name: 'errors of rex' }).click();
    await page.waitForURL(/\/journal\?/);
    await page.getByText('test 7 of 12 fails').waitFor();
  });

  test('a proposal becomes a task when somebody accepts it', async () => {
    const { task, fence } = await taken({ template: { template: 'improve', values: { report: 7 } } });
    const proposals = [
      { title: 'Keep a mirror', why: 'Two downloads failed.', task: 'Set up a mirror.' },
      { title: 'Split the build', why: 'It takes four of six hours.', task: 'Split the build into two.' },
    ];
    await rex.ask('POST', `/api/tasks/${task}/finish`, {
      fence,
      output: { text: 'Two proposals.', data: { proposals } },
      confidence: 95,
    });
    const page = await enter(watched, node, `/task/${task}`);
    const list = page.getByRole('list', { name: 'Proposals' });
    await list.getByText('Keep a mirror').waitFor();
    await pictures(page, 'proposals');
    await list.getByRole('button', { name: 'Accept: Keep a mirror' }).click();
    await page.getByRole('button', { name: 'Make the task' }).click();
    await list.getByRole('link', { name: 'the task that was made of it' }).click();
    await page.getByRole('heading', { name: 'Keep a mirror' }).waitFor();
    await page.getByText('Why: Two downloads failed.').waitFor();
  });

  test('a plan is read step by step and carried out by a yes', async () => {
    await node.owner.ask('POST', '/api/plans', {
      room: 'dev',
      wish: 'Tell everybody, and open a hall',
      assigned: 'rex',
    });
    const { items } = await rex.ask<{ items: { fence: number; task: { id: string } }[] }>('POST', '/api/tasks/take', {
      count: 1,
    });
    const { fence, task } = { fence: items[0]!.fence, task: items[0]!.task.id };
    const steps = [
      { operation: 'message.post', input: { room: 'dev', text: 'the hall <b>opens</b>' }, why: 'so that all know' },
      { operation: 'message.post', input: { room: 'hall', text: 'welcome' }, why: 'it was wished' },
      { operation: 'room.slow_mode', input: { room: 'dev', seconds: 0 }, why: 'so that all can answer' },
    ];
    const output = { text: 'A plan.', data: { answer: 'I would say it twice.', steps } };
    await rex.ask('POST', `/api/tasks/${task}/finish`, { fence, output });
    const page = await enter(watched, node, `/task/${task}`);
    const plan = page.getByRole('list', { name: 'Plan' }).getByRole('listitem');
    await plan.nth(2).waitFor();
    await plan.first().getByText('the hall <b>opens</b>').waitFor();
    await page.getByText('I would say it twice.').waitFor();
    await pictures(page, 'plan');
    await page.getByRole('button', { name: 'Carry it out' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Carry it out' }).click();
    await plan.nth(1).getByText('refused').waitFor();
    await plan.first().getByText('done', { exact: true }).waitFor();
    await plan.nth(2).getByText('not tried').waitFor();
    await pictures(page, 'plan refused');

    await node.room('hall');
    await page.getByRole('button', { name: 'Go on with it' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Carry it out' }).click();
    await plan.nth(2).getByText('done', { exact: true }).waitFor();
    const said = await node.owner.ask<{ items: { text: string }[] }>('GET', '/api/rooms/dev/messages');
    expect(said.items.map((one) => one.text)).toEqual(['the hall <b>opens</b>']);
  });
});
