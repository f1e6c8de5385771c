// Work: a task is created in the page and done by a worker that the page never meets but over the node. Only the real binary
// dispatches.
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { composer, enter, messages, openPage, pictures, shot, stored, violations } from './browser.ts';
import type { Actor } from './node.ts';
import { binary, browser, journeys, node, realNode, watched } from './setup.ts';

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true };
const PATCH =
  'diff --git a/a.rs b/a.rs\n--- a/a.rs\n+++ b/a.rs\n@@ -1,2 +1,2 @@ fn main()\n-old line\n+new line\n same\n';

interface Taken {
  task: { id: string; title?: string };
  fence: number;
  prompt: string;
}

describe.runIf(binary)('work', () => {
  let rex: Actor;

  journeys({
    start: realNode,
    ready: async () => {
      rex = await node.actor('rex', 'agent');
    },
  });

  /** A room of its own, with a worker that does only what this journey is about. */
  async function room(name: string): Promise<void> {
    await node.room(name);
    await rex.join(name);
    const capabilities = ['speak', 'listen', 'execute'];
    await node.owner.ask('PUT', `/api/rooms/${name}/members/rex/capabilities`, { capabilities });
    await rex.ask('POST', '/api/workers/me', { slots: 8, capabilities: [name] });
  }
  async function create(room: string, title: string, more: object = {}): Promise<string> {
    const task = { title, prompt: `Do this: ${title}`, ...more };
    const made = await node.owner.ask<{ tasks: { id: string }[] }>('POST', '/api/tasks', { room, tasks: [task] });
    return made.tasks[0]!.id;
  }
  async function take(): Promise<Taken> {
    const { items } = await rex.ask<{ items: Taken[] }>('POST', '/api/tasks/take', {
      wait_ms: 20_000,
      // The longest there is: nothing here is about leases, and a busy machine must not end one.
      lease_ms: 600_000,
    });
    const one = items[0]!;
    await rex.ask('POST', `/api/tasks/${one.task.id}/start`, { fence: one.fence });
    return one;
  }
  const finish = ({ task, fence }: Taken, more: object = {}) =>
    rex.ask('POST', `/api/tasks/${task.id}/finish`, { fence, output: { text: 'done' }, confidence: 95, ...more });
  const noted = (page: Page, text: string | RegExp) => page.locator('.note', { hasText: text }).waitFor();
  const column = (page: Page, name: string) => page.locator(`[data-column="${name}"]`);
  const ticket = (page: Page, name: string, title: string) =>
    column(page, name).getByRole('article').filter({ hasText: title });

  test('a task is created in the page, and its output, result, diff and cost are there as they come', async () => {
    await room('bench');
    const page = await enter(watched, node, '/r/bench/board');
    await page.getByRole('button', { name: 'New task' }).click();
    const dialog = page.getByRole('dialog', { name: 'New task' });
    await dialog.getByRole('button', { name: 'research' }).waitFor();
    await dialog.getByLabel('What is to be done').fill('List the files of the parser.');
    await dialog.getByLabel(/^Title/).fill('Survey the parser');
    await dialog.getByLabel(/^Needs somebody who can/).fill('bench');
    expect(await violations(page)).toEqual([]);
    await shot(page, 'work-new-1280');
    await dialog.getByRole('button', { name: 'Create the task' }).click();
    await ticket(page, 'todo', 'Survey the parser').waitFor();
    const taken = await take();
    expect(taken.prompt).toBe('List the files of the parser.');
    await ticket(page, 'doing', 'Survey the parser').getByText('rex').waitFor();
    await page.getByRole('link', { name: 'Survey the parser' }).click();
    const output = page.getByRole('log', { name: 'Output' });
    await output.waitFor();
    const stream = (text: string, live: boolean) =>
      rex.ask('POST', `/api/tasks/${taken.task.id}/stream`, { fence: taken.fence, text, ...(live && { live }) });
    await stream('reading lexer.rs', true);
    await output.locator('[data-live]', { hasText: 'reading lexer.rs' }).waitFor();
    await stream('reading lexer.rs', false);
    await output.locator('[data-live]').waitFor({ state: 'detached' });
    expect((await output.textContent())?.match(/reading lexer/g)).toHaveLength(1);
    await finish(taken, {
      output: { text: 'Nine files.', data: { diff: PATCH, files: 9 } },
      cost: { spend: { tokens: 5100, micros: 21_000 }, model: 'claude-sonnet' },
    });
    const main = page.getByRole('region', { name: 'Result' });
    await main.getByText('Nine files.').waitFor();
    await main.getByText('95 %').waitFor();
    await main.locator('tr.added', { hasText: 'new line' }).waitFor();
    await page.getByText('5.1k tokens, $0.021').first().waitFor();
    expect(await violations(page)).toEqual([]);
    await shot(page, 'work-task-1280');
    await page.getByRole('button', { name: 'It is good' }).click();
    await noted(page, 'counts as good for rex');
    await main.getByText('found good by others').waitFor();
  });

  test('a task is dragged to be cancelled and brought back; the keyboard does the same by its menu', async () => {
    await room('court');
    await create('court', 'Tidy the attic', { capability: 'nobody-can' });
    const page = await enter(watched, node, '/r/court/board');
    await ticket(page, 'todo', 'Tidy the attic').dragTo(column(page, 'failed'));
    await noted(page, 'Tidy the attic is cancelled.');
    await ticket(page, 'failed', 'Tidy the attic').waitFor();
    await page.locator('.note').getByRole('button', { name: 'Undo' }).click();
    await ticket(page, 'todo', 'Tidy the attic').getByText('queued').waitFor();
    await ticket(page, 'todo', 'Tidy the attic').getByRole('button', { name: 'Move Tidy the attic' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: 'Pause' }).waitFor();
    await page.keyboard.press('p');
    await page.keyboard.press('Enter');
    await ticket(page, 'todo', 'Tidy the attic').getByText('paused').waitFor();
    await page.locator('.note').getByRole('button', { name: 'Undo' }).click();
    await ticket(page, 'todo', 'Tidy the attic').getByText('queued').waitFor();
    // Where nothing can be done, it says so and nothing changes.
    await ticket(page, 'todo', 'Tidy the attic').dragTo(column(page, 'done'));
    await noted(page, 'when its worker hands in a result');
    await shot(page, 'work-board-1280');
  });

  test('the board is searched as one types, and several tasks are steered at once', async () => {
    await room('heap');
    for (const title of ['Sweep the yard', 'Sweep the hall', 'Paint the door'])
      await create('heap', title, { capability: 'nobody-can', ...(title.startsWith('Paint') && { priority: 8 }) });
    const page = await enter(watched, node, '/r/heap/board');
    await ticket(page, 'todo', 'Paint the door').getByText('priority 8').waitFor();
    expect(await ticket(page, 'todo', 'Sweep the yard').getByText('priority').count()).toBe(0);
    const box = page.getByRole('searchbox', { name: 'Search tasks' });
    await box.pressSequentially('swee');
    await ticket(page, 'todo', 'Paint the door').waitFor({ state: 'detached' });
    await ticket(page, 'todo', 'Sweep the hall').waitFor();
    // What is looked for is in the address, and the hands stay in the box.
    expect(new URL(page.url()).searchParams.get('q')).toBe('swee');
    expect(await box.evaluate((one) => one === document.activeElement)).toBe(true);
    await page.reload();
    await ticket(page, 'todo', 'Sweep the hall').waitFor();
    expect(await box.inputValue()).toBe('swee');
    await page.getByRole('button', { name: 'Select', exact: true }).click();
    for (const one of ['yard', 'hall']) await page.getByRole('checkbox', { name: `Select Sweep the ${one}` }).check();
    const bulk = page.getByRole('group', { name: 'What is selected' });
    await bulk.getByText('2 selected').waitFor();
    expect(await violations(page)).toEqual([]);
    await pictures(page, 'work-select');
    await bulk.getByRole('button', { name: 'Pause 2' }).click();
    await noted(page, '2 tasks are paused.');
    await ticket(page, 'todo', 'Sweep the hall').getByText('paused').waitFor();
    await page.locator('.note').getByRole('button', { name: 'Undo' }).click();
    await noted(page, '2 tasks go on.');
    await ticket(page, 'todo', 'Sweep the hall').getByText('queued').waitFor();
    await page.getByRole('button', { name: 'Select', exact: true }).click();
    await page.getByRole('checkbox', { name: 'Select Sweep the yard' }).check();
    await bulk.getByRole('button', { name: 'Cancel 1' }).click();
    const sure = page.getByRole('dialog', { name: 'Cancel 1 task' });
    await sure.getByRole('button', { name: 'Yes, cancel it' }).click();
    await ticket(page, 'failed', 'Sweep the yard').waitFor();
    await box.fill('no such words');
    await page.getByText('No task fits this filter').waitFor();
    await page.getByRole('button', { name: 'Show all' }).click();
    await ticket(page, 'todo', 'Paint the door').waitFor();
  });

  test('a worker asks, and somebody approves it on a phone', async () => {
    await room('gate');
    await create('gate', 'Push to main', { capability: 'gate' });
    const taken = await take();
    const phone = await openPage(browser, node, PHONE);
    const page = await enter(phone, node, '/rooms');
    const asked = await rex.ask<{ id: string }>('POST', '/api/approvals', {
      room: 'gate',
      question: 'May I push to the main branch?',
      detail: { tool: 'Bash', input: { command: 'git push origin main' } },
      task: taken.task.id,
      fence: taken.fence,
    });
    const link = page.getByRole('link', { name: /Approvals/ });
    await link.filter({ hasText: '1 waiting' }).waitFor();
    await link.click();
    const card = page.getByRole('article', { name: /May I push/ });
    await card.getByText('git push origin main').waitFor();
    expect(await violations(page)).toEqual([]);
    await shot(page, 'work-approvals-390');
    const approve = card.getByRole('button', { name: 'Approve once' });
    expect((await approve.boundingBox())!.height).toBeGreaterThanOrEqual(48);
    const waits = rex.ask<{ state: string; reason: string }>('GET', `/api/approvals/${asked.id}?wait_ms=20000`);
    await card.getByLabel(/^Why/).fill('the tests pass');
    await approve.tap();
    expect(await waits).toMatchObject({ state: 'approved', reason: 'the tests pass' });
    await page.getByText('Nothing waits for you').waitFor();
    await finish(taken);
    phone.clean();
    await phone.close();
  });

  test('work stands among the messages, and a question is answered there', async () => {
    await room('feed');
    const page = await enter(watched, node, '/r/feed');
    await rex.post('feed', 'I am here');
    await stored(page, 'I am here').waitFor();
    await create('feed', 'Write the notes', { capability: 'feed' });
    const log = messages(page);
    await log.getByText('created Write the notes').waitFor();
    const taken = await take();
    const asked = await rex.ask<{ id: string }>('POST', '/api/approvals', {
      room: 'feed',
      question: 'May I delete the old notes?',
      task: taken.task.id,
      fence: taken.fence,
    });
    const card = log.getByRole('article', { name: /May I delete/ });
    await card.getByRole('button', { name: 'Reject' }).click();
    await noted(page, 'Rejected.');
    await card.waitFor({ state: 'detached' });
    expect(await rex.ask('GET', `/api/approvals/${asked.id}`)).toMatchObject({ state: 'rejected' });
    await finish(taken);
    await log.getByText('rex did Write the notes').waitFor();
    expect(await violations(page)).toEqual([]);
    await shot(page, 'work-feed-1280');
  });

  test('a line that begins with a slash is a command, and only who typed it sees the answer', async () => {
    await room('talk');
    await create('talk', 'Count the doors', { capability: 'nobody-can' });
    const page = await enter(watched, node, '/r/talk');
    await composer(page).click();
    await page.keyboard.type('/ta');
    await page.getByRole('option', { name: /tasks/ }).waitFor();
    // What is chosen looks so at once, and there is nothing to wait for where motion is reduced.
    const chosen = page.getByRole('option', { name: /tasks/ });
    expect(await chosen.evaluate((one) => getComputedStyle(one).backgroundColor)).not.toBe('rgba(0, 0, 0, 0)');
    await shot(page, 'work-commands-1280');
    await page.keyboard.press('Tab');
    expect(await composer(page).inputValue()).toBe('/tasks');
    await page.keyboard.press('Enter');
    const answers = page.getByRole('log', { name: 'Answers that only you see' });
    await answers.getByText('Count the doors').waitFor();
    expect(await composer(page).inputValue()).toBe('');
    await page.keyboard.type('/nonsense');
    await page.keyboard.press('Enter');
    await answers.getByText('There is no such command').waitFor();
    const { items } = await rex.ask<{ items: unknown[] }>('GET', '/api/rooms/talk/messages');
    expect(items).toEqual([]);
    expect(await violations(page)).toEqual([]);
    await shot(page, 'work-answers-1280');
  });

  test('all dispatch is stopped by one switch, and given out again', async () => {
    await room('halt');
    const page = await enter(watched, node, '/workers');
    const card = page.getByRole('article', { name: 'rex' });
    await card.getByText('halt').waitFor();
    await page.getByRole('button', { name: 'Stop all dispatch' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Stop all dispatch' }).click();
    await page.getByText('All dispatch is stopped.').waitFor();
    expect(await violations(page)).toEqual([]);
    await shot(page, 'work-stopped-1280');
    await create('halt', 'Wait for it', { capability: 'halt' });
    const nothing = await rex.ask<{ items: Taken[] }>('POST', '/api/tasks/take', {});
    expect(nothing.items).toEqual([]);
    await page.getByRole('button', { name: 'Give out work again' }).click();
    await noted(page, 'Work is given out again.');
    const taken = await take();
    await card.getByText(/^1 of 8 slots in use/).waitFor();
    await card.getByRole('button', { name: 'One slot more for rex' }).click();
    await card.getByText(/^1 of 9 slots in use/).waitFor();
    await finish(taken);
  });

  test('a pipeline is drawn, and its list says the same; figures have tables', async () => {
    await room('lane');
    const steps = ['Find', 'Sort', 'Tell'].map((title) => ({ title, prompt: title, capability: 'lane' }));
    const { tasks } = await node.owner.ask<{ tasks: { id: string }[] }>('POST', '/api/pipelines', {
      room: 'lane',
      steps,
    });
    await finish(await take(), { cost: { spend: { tokens: 900, micros: 4_000 }, model: 'tiny' } });
    const page = await enter(watched, node, `/task/${tasks[1]!.id}`);
    const part = page.getByRole('region', { name: 'What it is part of' });
    await part.locator('svg g').nth(2).waitFor();
    expect(await violations(page)).toEqual([]);
    await shot(page, 'work-graph-1280');
    await part.getByRole('button', { name: 'As a list' }).click();
    expect(await part.getByRole('listitem').allTextContents()).toEqual([
      expect.stringMatching(/Find.*done/s),
      expect.stringMatching(/Sort.*queued; after Find/s),
      expect.stringMatching(/Tell.*waits for others; after Sort/s),
    ]);
    await page.goto(`${node.url}/figures`);
    await page.getByRole('button', { name: 'Cost by model as a table' }).click();
    await page.getByRole('row', { name: /tiny/ }).getByText('$0.0040').waitFor();
    const failing = await take();
    const why = { fence: failing.fence, reason: 'The list of files has no end.', last: true };
    await rex.ask('POST', `/api/tasks/${failing.task.id}/fail`, why);
    const failed = page.getByRole('region', { name: 'What failed' });
    await failed.getByText('The list of files has no end.').waitFor();
    await failed.getByRole('link', { name: 'Sort' }).waitFor();
    await page.getByRole('region', { name: 'Cost most' }).getByRole('link', { name: 'Find' }).waitFor();
    expect(await violations(page)).toEqual([]);
    await shot(page, 'work-figures-1280');
  });

  test('what an agent remembers is searched and forgotten on its card', async () => {
    await node.owner.ask('POST', '/api/memories', {
      participant: 'rex',
      key: 'build',
      text: 'The build needs Node 20.',
    });
    await node.owner.ask('POST', '/api/memories', { participant: 'rex', key: 'tone', text: 'Short answers.' });
    const page = await enter(watched, node, '/p/rex');
    const card = page.getByRole('region', { name: 'Memories of rex' });
    await card.getByText('Short answers.').waitFor();
    await card.getByRole('searchbox').fill('node');
    await card.getByText('Short answers.').waitFor({ state: 'detached' });
    await card.getByRole('button', { name: 'Forget build' }).click();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Forget it for good' }).click();
    await noted(page, 'build is forgotten.');
    await card.getByText('Nothing fits.').waitFor();
    await card.getByRole('searchbox').fill('');
    await card.getByText('Short answers.').waitFor();
  });

  describe('every page', () => {
    let running: string;
    let done: string;

    beforeAll(async () => {
      await room('axe');
      const quiet = { capability: 'axe' };
      done = await create('axe', 'Count the windows', quiet);
      await finish(await take(), {
        output: { text: '| floor | windows |\n| --- | --- |\n| 1 | 9 |', data: { diff: PATCH } },
      });
      running = await create('axe', 'Wash the windows of the whole house, from the roof down', quiet);
      const taken = await take();
      const lost = await create('axe', 'Paint the door', { capability: 'nobody-can', needs: [running] });
      await node.owner.ask('POST', `/api/tasks/${lost}/pause`, {});
      const old = await create('axe', 'Sell the house', { capability: 'nobody-can' });
      await node.owner.ask('POST', `/api/tasks/${old}/cancel`, { reason: 'not now' });
      const { task, fence } = taken;
      await rex.ask('POST', `/api/tasks/${task.id}/stream`, { fence, text: 'two of nine are clean\n' });
      await rex.ask('POST', '/api/approvals', {
        room: 'axe',
        question: 'May I use the ladder?',
        detail: { tool: 'ladder', input: { command: 'ladder up --to roof', patch: PATCH } },
        task: task.id,
        fence,
      });
    });

    for (const size of ['1280', '390'] as const) {
      for (const colorScheme of ['dark', 'light'] as const) {
        test(`axe finds nothing, and nothing is wider than the page: ${size}, ${colorScheme}`, async () => {
          const viewport = size === '390' ? PHONE.viewport : { width: 1280, height: 800 };
          const mine = await openPage(browser, node, { viewport, colorScheme, hasTouch: size === '390' });
          const page = await enter(mine, node);
          const found: Record<string, unknown> = {};
          const look = async (name: string, path: string, there: string | RegExp) => {
            await page.goto(node.url + path);
            await page.getByText(there).first().waitFor();
            if (colorScheme === 'dark') await shot(page, `work-all-${name}-${size}`);
            const list = await violations(page);
            const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
            if (list.length > 0 || wide > 0) found[name] = { list, wide };
          };
          await look('board', '/r/axe/board', size === '390' ? 'Paint the door' : 'Wash the windows');
          await look('running', `/task/${running}`, 'two of nine are clean');
          await look('done', `/task/${done}`, 'new line');
          await look('approvals', '/approvals', 'May I use the ladder?');
          await look('workers', '/workers', /slots in use/);
          await look('figures', '/figures', 'Tasks a day');
          await look('feed', '/r/axe', 'May I use the ladder?');
          await page.goto(`${node.url}/r/axe/board`);
          await page.getByRole('button', { name: 'New task' }).click();
          await page.getByRole('dialog').getByRole('button', { name: 'research' }).click();
          if (colorScheme === 'dark') await shot(page, `work-all-new-${size}`);
          const dialog = await violations(page);
          if (dialog.length > 0) found.dialog = dialog;
          expect(found).toEqual({});
          mine.clean();
          await mine.close();
        });
      }
    }
  });
});
