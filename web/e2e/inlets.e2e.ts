// Inlets in the settings: one is added and its secret shown once, GitHub knocks, what came of it is seen and tried again.
import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { enter, pictures } from './browser.ts';
import { binary, journeys, node, realNode, watched } from './setup.ts';

const REPOSITORY = { full_name: 'octo/parser', html_url: 'https://github.com/octo/parser' };

describe.runIf(binary)('inlets', () => {
  journeys({ start: realNode });

  test('an inlet is added, GitHub knocks, deliveries are looked at, tried again, and it is removed', async () => {
    await node.room('builds');
    const page = await enter(watched, node, '/settings/inlets');
    await page.getByText('Nobody outside knocks here.').waitFor();
    await page.getByLabel('Who knocks').selectOption('github');
    await page.getByLabel('Into which room').selectOption({ label: '#builds' });
    await page.getByLabel('Only these events').fill('issues, push');
    await page.getByRole('button', { name: 'Add an inlet' }).click();

    const dialog = page.getByRole('dialog', { name: 'Enter it where it comes from' });
    const address = await dialog.getByRole('region', { name: 'The address' }).innerText();
    const secret = await dialog.getByRole('region', { name: 'The secret' }).innerText();
    expect(address).toMatch(/^http:\/\/.*\/api\/v1\/inlets\/[0-9a-f-]{36}$/);
    expect(secret).toMatch(/^mesh_in_/);
    await pictures(page, 'inlet-secret');
    await dialog.getByRole('button', { name: 'Close' }).click();

    const knock = async (event: string, payload: object, signed = secret) => {
      const body = JSON.stringify({ ...payload, repository: REPOSITORY, sender: { login: 'octocat' } });
      const signature = `sha256=${createHmac('sha256', signed).update(body).digest('hex')}`;
      const answer = await fetch(address, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'x-github-event': event,
          'x-github-delivery': '7',
          'x-hub-signature-256': signature,
        },
        body,
      });
      return [answer.status, ((await answer.json()) as { outcome?: string }).outcome];
    };
    const issue = {
      number: 11,
      title: '<img src=x onerror=alert(1)> @everyone',
      body: '**Look** at [this](javascript:alert(1))\nand @rex',
      html_url: 'https://github.com/octo/parser/issues/11',
    };
    expect(await knock('issues', { action: 'opened', issue })).toEqual([200, 'accepted']);
    expect(await knock('issues', { action: 'opened', issue })).toEqual([200, 'duplicate']);
    expect(await knock('star', { action: 'created' })).toEqual([200, 'filtered']);
    expect(await knock('push', { ref: 'refs/heads/main' }, 'another secret')).toEqual([401, undefined]);

    const row = page.getByRole('listitem', { name: 'GitHub as @github' });
    await row.getByRole('button', { name: 'Last deliveries of GitHub as @github' }).click();
    await row.getByText('3 came, 1 not proved').waitFor();
    const deliveries = row.getByRole('list', { name: 'Deliveries of GitHub as @github' });
    for (const said of ['in the room', 'came before', 'not wanted']) await deliveries.getByText(said).waitFor();
    await deliveries.getByRole('button', { name: 'Carry out delivery 1 again' }).click();
    await deliveries.getByText('again 1').waitFor();
    await pictures(page, 'inlets');
    expect(await page.content()).not.toContain(secret);

    await row.getByRole('button', { name: 'Try it: GitHub as @github' }).click();
    await page.getByText('octocat pushed 1 commit to main of octo/parser').waitFor();
    await pictures(page, 'inlet-preview');
    await page.getByRole('button', { name: 'Close' }).click();

    await row.getByRole('button', { name: 'Pause GitHub as @github' }).click();
    await row.getByText('paused: senders are told to come later').waitFor();
    expect((await knock('push', { ref: 'refs/heads/main' }))[0]).toBe(503);
    await row.getByRole('button', { name: 'Let GitHub as @github go on' }).click();
    await row.getByText('open; ').waitFor();

    await row.getByRole('button', { name: 'Remove GitHub as @github' }).click();
    await page.getByRole('button', { name: 'Remove it' }).click();
    await row.waitFor({ state: 'detached' });
    expect((await knock('push', { ref: 'refs/heads/main' }))[0]).toBe(401);

    // In the room: words of a bridge, as somebody else's; nothing of them is more than words.
    const reader = await enter(watched, node, '/r/builds');
    await reader.getByText('octocat opened issue #11 of octo/parser').first().waitFor();
    expect(await reader.locator('img[src="x"]').count()).toBe(0);
    expect(await reader.locator('a[href^="javascript"]').count()).toBe(0);
    await pictures(reader, 'inlet-room');
  });
});
