// What must not break a reader's trust: an answer goes to the question it was meant for, and what the page says of a question is so.
import { describe, expect, test } from 'vitest';
import { enter, messages, openPage, shot, violations } from './browser.ts';
import type { Actor } from './node.ts';
import { binary, browser, journeys, node, realNode, watched } from './setup.ts';

/** How long an answer is locked after its card moved, and a little more. */
const STILL_MS = 1_001;
const HOUR_S = 3_600;

interface Taken {
  task: { id: string };
  fence: number;
}

describe.runIf(binary)('answers and statements', () => {
  let ivy: Actor;

  journeys({
    start: realNode,
    ready: async () => {
      ivy = await node.actor('ivy', 'agent');
    },
  });

  async function room(name: string): Promise<void> {
    await node.room(name);
    await ivy.join(name);
    const capabilities = ['speak', 'listen', 'execute'];
    await node.owner.ask('PUT', `/api/rooms/${name}/members/ivy/capabilities`, { capabilities });
    await ivy.ask('POST', '/api/workers/me', { slots: 32, capabilities: [name] });
  }
  async function create(name: string, title: string, more: object = {}): Promise<string> {
    const task = { title, prompt: `Do this: ${title}`, capability: name, ...more };
    const made = await node.owner.ask<{ tasks: { id: string }[] }>('POST', '/api/tasks', { room: name, tasks: [task] });
    return made.tasks[0]!.id;
  }
  async function take(): Promise<Taken> {
    const { items } = await ivy.ask<{ items: Taken[] }>('POST', '/api/tasks/take', {
      wait_ms: 20_000,
      lease_ms: 600_000,
    });
    const one = items[0]!;
    await ivy.ask('POST', `/api/tasks/${one.task.id}/start`, { fence: one.fence });
    return one;
  }
  /** An attempt asks one thing at a time, so that each question has a task of its own. */
  async function ask(name: string, question: string, seconds: number, detail?: object): Promise<string> {
    await create(name, `Work before '${question}'`);
    const { task, fence } = await take();
    const body = { room: name, question, seconds, task: task.id, fence, ...(detail && { detail }) };
    return (await ivy.ask<{ id: string }>('POST', '/api/approvals', body)).id;
  }
  /** Two questions of the same form; the one that ends sooner stands first. */
  async function two(name: string, first: string, second: string): Promise<string[]> {
    await room(name);
    const ids: string[] = [];
    for (const [index, question] of [first, second].entries())
      ids.push(await ask(name, question, HOUR_S * (index + 1), { tool: 'Bash', input: { command: question } }));
    return ids;
  }
  const stateOf = async (id: string) => (await ivy.ask<{ state: string }>('GET', `/api/approvals/${id}`)).state;

  for (const how of ['mouse', 'touch', 'keyboard'] as const) {
    test(`two answers in a row do not approve what came under the pointer: ${how}`, async () => {
      const [first, second] = await two(`bay-${how}`, 'run the tests', 'force-push main');
      const device = await openPage(browser, node, { hasTouch: how === 'touch' });
      // The page's time stands still while the second press comes, however slow the machine is.
      await device.page.clock.install();
      const page = await enter(device, node, '/approvals');
      const tests = page.getByRole('article', { name: /asks: run the tests/ });
      const push = page.getByRole('article', { name: /asks: force-push main/ });
      await push.waitFor();
      await page.clock.pauseAt(Date.now() + 10_000);
      const answer = tests.getByRole('button', { name: 'Approve once' });
      const box = (await answer.boundingBox())!;
      const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
      const press = async () => {
        if (how === 'mouse') await page.mouse.click(x, y);
        else if (how === 'touch') await page.touchscreen.tap(x, y);
        else await page.keyboard.press('Enter');
      };
      if (how === 'keyboard') await answer.focus();
      await press();
      await tests.waitFor({ state: 'detached' });
      expect(await stateOf(first!)).toBe('approved');
      const under = (await push.getByRole('button', { name: 'Approve once' }).boundingBox())!;
      expect(Math.abs(under.y + under.height / 2 - y)).toBeLessThan(box.height / 2);
      expect(await push.evaluate((card) => card === document.activeElement)).toBe(true);
      await press();
      await page.clock.runFor(STILL_MS);
      // Had the press counted, the card would be gone or the question answered by now.
      await page.locator('[data-approval] [aria-disabled=false]').first().waitFor();
      expect(await stateOf(second!)).toBe('waiting');
      if (how === 'keyboard') await push.getByRole('button', { name: 'Approve once' }).focus();
      await press();
      await page.getByText('Nothing waits for you').waitFor();
      expect(await stateOf(second!)).toBe('approved');
      device.clean();
      await device.close();
    });
  }

  test('a question that comes above another locks what it pushed away', async () => {
    await room('quay');
    await ask('quay', 'may I sweep', 2 * HOUR_S);
    await watched.page.clock.install();
    const page = await enter(watched, node, '/approvals');
    const sweep = page.getByRole('article', { name: /may I sweep/ });
    await sweep.waitFor();
    await page.clock.pauseAt(Date.now() + 10_000);
    await sweep.locator('[aria-disabled=false]').first().waitFor();
    const sooner = await ask('quay', 'may I burn it', HOUR_S);
    await page.getByRole('article', { name: /may I burn it/ }).waitFor();
    expect(await page.locator('[data-approval] [aria-disabled=false]').count()).toBe(0);
    await page.clock.runFor(STILL_MS);
    await sweep.getByRole('button', { name: 'Reject' }).click();
    await sweep.waitFor({ state: 'detached' });
    await page.clock.runFor(STILL_MS);
    await page.getByRole('button', { name: 'Reject' }).click();
    await page.getByText('Nothing waits for you').waitFor();
    expect(await stateOf(sooner)).toBe('rejected');
  });

  test('a gate says what is to begin, a second opinion has a name, and nobody is said to be missing who is there', async () => {
    await room('lock');
    const gated = { title: 'Open the sluice', prompt: 'Turn the wheel until the water stands level.', gate: {} };
    await ivy.ask('POST', '/api/tasks', { room: 'lock', tasks: [gated] });
    const page = await enter(watched, node, '/approvals');
    const card = page.getByRole('article', { name: /May this task begin/ });
    await card.getByText('Open the sluice', { exact: true }).waitFor();
    expect(await page.getByText('erased').count()).toBe(0);
    expect(await violations(page)).toEqual([]);
    await shot(page, 'trust-gate-1280');
    await page.setViewportSize({ width: 390, height: 844 });
    await shot(page, 'trust-gate-390');
    await page.setViewportSize({ width: 1280, height: 800 });
    await card.locator('[aria-disabled=false]').first().waitFor();
    await card.getByRole('button', { name: 'Reject' }).click();
    await page.getByText('Nothing waits for you').waitFor();
    await create('lock', 'Measure the water', { verify_below: 90 });
    const { task, fence } = await take();
    await ivy.ask('POST', `/api/tasks/${task.id}/finish`, { fence, output: { text: 'deep' }, confidence: 10 });
    await page.goto(`${node.url}/r/lock/board`);
    await page.getByRole('link', { name: 'Second opinion' }).click();
    await page.getByText('Whether the result it is about is good.').waitFor();
    expect(await page.getByText('erased').count()).toBe(0);
    const other = await create('lock', 'Fly over it', { capability: 'flying' });
    await page.goto(`${node.url}/task/${other}`);
    await page.getByText('No worker that is enrolled says it can do flying.').waitFor();
  });

  test('eighty changes between rooms, some while older messages come, leave no error', async () => {
    const names = ['one', 'two', 'three', 'four'].map((name) => `pier-${name}`);
    for (const name of names) {
      await node.room(name);
      await ivy.join(name);
      for (let count = 0; count < 90; count++) await ivy.post(name, `${name} ${count}`);
    }
    const page = await enter(watched, node, `/r/${names[0]}`);
    for (let turn = 0; turn < 80; turn++) {
      const name = names[turn % names.length]!;
      await page.getByRole('link', { name: new RegExp(`^${name}`) }).click();
      await messages(page).locator('article[data-message]').first().waitFor();
      // Older ones are asked for, and the room is left at once.
      await messages(page).evaluate((list) => {
        list.scrollTop = 0;
        list.dispatchEvent(new Event('scroll'));
      });
    }
    watched.clean();
  });
});
