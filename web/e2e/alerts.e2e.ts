// What is wrong stands in the inbox while it is wrong, and leaves it once a person knows of it.
import { describe, expect, test } from 'vitest';
import { amount, enter, pictures } from './browser.ts';
import { binary, journeys, node, realNode, watched } from './setup.ts';

interface Alert {
  alert: number;
  cause: { kind: string };
  acknowledged?: { by: { handle: string } };
  ended?: string;
}

describe.runIf(binary)('alerts', () => {
  journeys({ start: realNode });

  const alerts = async () => (await node.owner.ask<{ items: Alert[] }>('GET', '/api/alerts?ended=true')).items;

  test('a task gets late while one looks, and somebody says that they know of it', async () => {
    await node.room('foundry');
    const page = await enter(watched, node, '/inbox');
    await page.getByRole('heading', { name: 'Inbox' }).waitFor();

    const deadline = new Date(Date.now() + 2_000).toISOString();
    const task = { title: 'Cast the bell', prompt: 'Cast the bell', deadline };
    await node.owner.ask('POST', '/api/tasks', { room: 'foundry', tasks: [task] });
    const late = page.getByRole('article', { name: 'A task in #foundry is overdue' });
    await late.waitFor();
    await node.owner.ask('POST', '/api/alert-test', { severity: 'critical' });
    const tried = page.getByRole('article', { name: 'This is a test' });
    await tried.getByText('critical').waitFor();
    await pictures(page, 'alerts');

    await late.getByRole('link', { name: 'A task in #foundry is overdue' }).click();
    await page.getByRole('heading', { name: 'Cast the bell' }).waitFor();
    await page.goBack();

    await late.locator('[data-key~=yes][aria-disabled=false]').click();
    await late.waitFor({ state: 'detached' });
    await expect
      .poll(async () => (await alerts()).find((one) => one.cause.kind === 'overdue')?.acknowledged?.by.handle)
      .toBe(node.owner.handle);
    await tried.locator('[data-key~=yes][aria-disabled=false]').click();
    await amount(page.locator('[data-row]'), 0);
    // A test ends with being acknowledged; a task that is late is late still.
    await expect
      .poll(async () => (await alerts()).filter((one) => one.ended).map((one) => one.cause.kind))
      .toEqual(['test']);
  });
});
