// Webhooks in the settings: how each stands, what came of a test, paused and let go on, removed; and no secret anywhere.
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { enter, pictures } from './browser.ts';
import { binary, journeys, node, realNode, watched } from './setup.ts';

describe.runIf(binary)('webhooks', () => {
  let other: Server;
  let answer = 204;
  journeys({
    start: realNode,
    ready: async () => {
      await node.stop();
      writeFileSync(join(node.home, 'plugins.toml'), '[webhooks]\nprivate = ["127.0.0.1"]\n');
      await node.start();
      other = createServer((request, response) => {
        request.resume();
        response.writeHead(answer).end();
      });
      await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    },
  });
  afterAll(() => {
    other?.close();
    other?.closeAllConnections();
  });

  test('a webhook is tested, paused, goes on, says why it waits, and is removed', async () => {
    await node.room('ops');
    const ada = await node.actor('ada', 'agent');
    await ada.join('ops');
    const origin = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    const page = await enter(watched, node, '/settings/webhooks');
    await page.getByText('The node tells no address outside anything.').waitFor();
    const made = { url: `${origin}/secret-path`, room: 'ops', kinds: ['message.posted'] };
    const { secret } = await node.owner.ask<{ secret: string }>('POST', '/api/webhooks', made);

    const row = page.getByRole('listitem', { name: origin });
    await row.getByText('live', { exact: true }).waitFor();
    await row.getByRole('button', { name: `Test ${origin}` }).click();
    await row.getByText('a test, taken, 204').waitFor();
    await row.getByRole('button', { name: `Pause ${origin}` }).click();
    await row.getByText('paused by a person’s word').waitFor();
    await row.getByRole('button', { name: `Go on where it was: ${origin}` }).click();
    await row.getByText('live', { exact: true }).waitFor();

    // What the other side refuses five times is a dead letter, which is dropped here.
    answer = 400;
    await ada.post('ops', 'nobody takes this');
    const dead = row.getByRole('list', { name: `Events that ${origin} did not take` });
    await dead.getByText('5 attempts, answered 400').waitFor({ timeout: 60_000 });
    await pictures(page, 'webhooks-dead');
    await row.getByRole('button', { name: `Drop what ${origin} did not take` }).click();
    await dead.waitFor({ state: 'detached' });
    answer = 204;

    // The other side says that it is gone: the row tells it without being asked.
    answer = 410;
    await ada.post('ops', 'somebody hears this');
    await row.getByText('the other side says that it is gone for good').waitFor();
    await row.getByText('not taken, it answered with status 410').waitFor();
    await pictures(page, 'webhooks');
    const html = await page.content();
    for (const hidden of [secret, 'secret-path']) expect(html).not.toContain(hidden);

    await row.getByRole('button', { name: `Remove ${origin}` }).click();
    await page.getByRole('button', { name: 'Remove it' }).click();
    await row.waitFor({ state: 'detached' });
    expect(await node.owner.ask('GET', '/api/webhooks')).toEqual({ items: [] });
  });
});
