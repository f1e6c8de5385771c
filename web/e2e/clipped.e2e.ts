// No word is cut off on any page, from the narrowest phone to the widest window and at twice the size of type.
import { expect, test } from 'vitest';
import { openPage, shot } from './browser.ts';
import { clipped, still } from './clipped.ts';
import { binary, browser, journeys, node, realNode } from './setup.ts';

const LONG = 'release-engineering-and-rollouts-of-all';
const WORKER = 'nightly-integration-tests-and-benchmarks';
const WIDTHS = [320, 390, 768, 1280, 2560];

/** A mesh in which everything has a long name and most pages have something to show. */
async function fill(): Promise<{ task: string; message: string }> {
  await node.room(
    LONG,
    'Where releases are made ready, and where everything that belongs to one is talked about at length',
  );
  const worker = await node.actor(WORKER, 'agent');
  const named = await node.actor('quartermaster', 'bot');
  await named.ask('PATCH', '/api/participants/quartermaster', {
    profile: {
      display_name: 'The Quartermaster of the Northern Harbour',
      about: 'Keeps what others need, and knows where.',
    },
  });
  for (const one of [worker, named]) await one.join(LONG);
  await node.owner.ask('PUT', `/api/rooms/${LONG}/members/${WORKER}/capabilities`, {
    capabilities: ['speak', 'listen', 'execute'],
  });
  const first = await named.post(
    LONG,
    'The first words of a conversation that goes on for a while, with more behind them.',
  );
  await worker.post(LONG, `@${WORKER} answers at length, as programs do when nobody stops them.`, {
    reply_to: first.id,
  });
  await node.owner.ask('PUT', `/api/messages/${first.id}/pin`);
  for (const reaction of ['🚀', '🎉']) {
    await worker.ask('POST', `/api/messages/${first.id}/reactions`, { reaction });
    await node.owner.ask('POST', `/api/messages/${first.id}/reactions`, { reaction });
  }
  const file = 'measurements-of-the-release-candidate/benchmarks-of-all-crates-on-every-machine.csv';
  await node.owner.ask('PUT', `/api/rooms/${LONG}/file`, {
    path: file,
    text: 'crate,ms',
    note: 'As they came from the machines last night',
  });
  await node.owner.ask('POST', `/api/rooms/${LONG}/messages`, { text: 'All of them', files: [{ file }] });
  await worker.ask('POST', '/api/workers/me', { slots: 4, capabilities: ['continuous-integration', 'benchmarks'] });
  const tasks = ['Measure the benchmarks of the release candidate anew', 'Compare them with those of the last release'];
  const made: string[] = [];
  for (const title of tasks) {
    const task = { title, prompt: title, capability: 'continuous-integration' };
    const { tasks: all } = await named.ask<{ tasks: { id: string }[] }>('POST', '/api/tasks', {
      room: LONG,
      tasks: [task],
    });
    made.push(all[0]!.id);
  }
  const { items } = await worker.ask<{ items: { task: { id: string }; fence: number }[] }>('POST', '/api/tasks/take', {
    wait_ms: 20_000,
    lease_ms: 600_000,
  });
  const { task, fence } = items[0]!;
  await worker.ask('POST', `/api/tasks/${task.id}/start`, { fence });
  await worker.ask('POST', '/api/approvals', {
    room: LONG,
    question: 'May I run the benchmarks of all crates on this machine for an hour',
    seconds: 3_600,
    task: task.id,
    fence,
  });
  return { task: made[0]!, message: first.id };
}

test.runIf(binary)(
  'every page at every width',
  async () => {
    const { task, message } = await fill();
    const places = [
      '/',
      '/inbox',
      `/r/${LONG}`,
      `/r/${LONG}/t/${message}`,
      `/r/${LONG}/m/${message}`,
      `/r/${LONG}/rules`,
      `/r/${LONG}/files`,
      `/r/${LONG}/board`,
      '/dm/quartermaster',
      `/p/${WORKER}`,
      `/search?q=benchmarks&room=${LONG}&from=${WORKER}`,
      '/board',
      `/task/${task}`,
      '/approvals',
      '/workers',
      '/figures',
      '/quarantine',
      '/audit',
      '/settings',
      '/nowhere/at-all',
    ];
    const link = await node.link();
    const watched = await openPage(browser, node);
    const { page } = watched;
    await page.goto(link);
    await page.getByText('live', { exact: true }).waitFor();
    const found: Record<string, string[]> = {};
    // Twice the size of type is half the width, as a browser's zoom has it.
    for (const place of places) {
      await page.goto(node.url + place);
      await page.getByText('live', { exact: true }).waitFor();
      for (const width of [...WIDTHS, 640]) {
        await page.setViewportSize({ width, height: 800 });
        await still(page);
        const cut = await clipped(page);
        if (cut.length > 0) found[`${width} ${place}`] = cut;
        if (width === 320) await shot(page, `clipped-320-${places.indexOf(place)}`);
      }
    }
    expect(found).toEqual({});
    watched.clean();
    await watched.close();
  },
  300_000,
);

journeys({ start: realNode, page: false });
