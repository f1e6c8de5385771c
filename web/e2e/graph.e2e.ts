// The graph: the same mesh as nodes and bonds, in the world's place. It is opened by key, address and palette; what is chosen there
// has the same cards, its bonds alone are drawn, places stay, and a table has all of it.
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { enter, launch, openPage, pictures, shot, violations } from './browser.ts';
import { binary, browser, journeys, node } from './setup.ts';
import { actors, countCalls, drawn, ready, small, stats, variety } from './world.ts';

journeys({
  page: false,
  ready: async () => {
    await ready();
    if (!binary) return;
    const [, one, other] = actors;
    for (const actor of [one!, other!]) {
      await node.owner.ask(
        'PUT',
        `/api/rooms/${actor === one ? 'room-1' : 'room-2'}/members/${actor.handle}/capabilities`,
        {
          capabilities: ['speak', 'listen', 'execute'],
        },
      );
      await actor.ask('POST', '/api/workers/me', { slots: 2, machine: 'build-3' });
    }
  },
});

const wide = { ...small, viewport: { width: 1280, height: 800 } };
const table = (page: Page) => page.getByRole('region', { name: 'The graph as a table' });
const bonds = (page: Page, name: string) => page.getByRole('region', { name: `What binds ${name}` });

/** The graph is there once its nodes are drawn; without motion few pictures are. */
async function graphed(page: Page, least: number, frames = 30) {
  await page.waitForFunction(
    (nodes) =>
      ((globalThis as unknown as { meshWorld?: { stats(): { nodes: number } } }).meshWorld?.stats().nodes ?? 0) >=
      nodes,
    least,
    { polling: 'raf', timeout: 90_000 },
  );
  return drawn(page, frames);
}

describe('the graph', () => {
  test('G changes to it and back; nobody is bound to anything until something is chosen', async () => {
    const watched = await openPage(browser, node, wide);
    const page = await enter(watched, node, '/world?gpu=webgl&tier=low');
    await drawn(page, 20);
    await page.locator('#centre').focus();
    await page.keyboard.press('g');
    const first = await graphed(page, actors.length);
    expect(new URL(page.url()).search).toContain('view=graph');
    expect(first.bonds).toBe(0);
    expect(first.labels).toBeGreaterThan(10);
    expect(first.labels).toBeLessThanOrEqual(40);
    expect(await variety(page)).toBeGreaterThan(30);
    await shot(page, 'graph-220');
    await page.locator('#centre').focus();
    await page.keyboard.press('g');
    await page.waitForFunction(
      () => (globalThis as unknown as { meshWorld: { stats(): { nodes: number } } }).meshWorld.stats().nodes === 0,
    );
    expect(new URL(page.url()).search).not.toContain('view=graph');
    watched.clean();
    await watched.close();
  });

  test('what is chosen in the table has its card, and its bonds are drawn and told', async () => {
    const watched = await openPage(browser, node, wide);
    const page = await enter(watched, node, '/world?view=graph&gpu=webgl&tier=low');
    await graphed(page, actors.length);
    await page.getByRole('button', { name: 'As a table' }).click();
    await table(page).getByRole('searchbox', { name: 'Find in the graph' }).fill('worker-7');
    await table(page).getByRole('button', { name: 'worker-7', exact: true }).click();
    await page.getByRole('complementary', { name: 'Participant' }).getByRole('heading', { name: 'worker-7' }).waitFor();
    await bonds(page, 'worker-7')
      .getByRole('button', { name: /is in room-7/ })
      .waitFor();
    const { bonds: count } = await drawn(page, 30);
    expect(count).toBeGreaterThan(0);
    expect(count).toBeLessThan(20);
    await shot(page, 'graph-chosen-table');
    // From one to the next by what binds them.
    await bonds(page, 'worker-7')
      .getByRole('button', { name: /is in room-7/ })
      .click();
    await page.getByRole('complementary', { name: 'Room' }).getByRole('heading', { name: 'room-7' }).waitFor();
    await bonds(page, 'room-7').getByRole('button', { name: 'has worker-27', exact: false }).waitFor();
    expect((await drawn(page, 40)).bonds).toBeGreaterThan(8);
    await page.getByRole('button', { name: 'As a table' }).click();
    await shot(page, 'graph-room');
    expect(await violations(page)).toEqual([]);
    watched.clean();
    await watched.close();
  });

  test('the palette opens it and finds in it; a click on a node chooses it', async () => {
    const watched = await openPage(browser, node, wide);
    const page = await enter(watched, node, '/?gpu=webgl&tier=low');
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Find anything' }).fill('graph');
    await page.getByRole('option', { name: /^Graph: what is bound/ }).click();
    await graphed(page, actors.length);
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Find anything' }).fill('room-4');
    await page
      .getByRole('option', { name: /^room-4 / })
      .first()
      .click();
    await page.getByRole('complementary', { name: 'Room' }).getByRole('heading', { name: 'room-4' }).waitFor();
    // It was flown to: it stands in the middle of what is free of the picture.
    await drawn(page, 80);
    await page.getByRole('button', { name: 'Close the card' }).click();
    await bonds(page, 'room-4').waitFor({ state: 'detached' });
    await drawn(page, 20);
    const box = (await page.locator('canvas').boundingBox())!;
    const spot = await page.evaluate(() => {
      const section = document.querySelector('section.world')!.getBoundingClientRect();
      const foot = document.querySelector('section.world .foot')!.getBoundingClientRect();
      return { width: section.width, height: foot.top - section.top - 4 };
    });
    await page.mouse.click(box.x + spot.width / 2, box.y + spot.height / 2);
    await page
      .getByRole('complementary')
      .filter({ hasText: /Room|Participant|Task/ })
      .waitFor();
    watched.clean();
    await watched.close();
  });

  test('few draws, programs and uploads, while messages fly', async () => {
    const watched = await openPage(browser, node, small);
    await watched.page.addInitScript(countCalls);
    const page = await enter(watched, node, '/world?view=graph&gpu=webgl&tier=low');
    await graphed(page, actors.length);
    await drawn(page, 40);
    for (let number = 0; number < 4; number++) await actors[number]!.post(`room-${number}`, `graph message ${number}`);
    await page.getByRole('log', { name: 'What is being said' }).getByText('graph message 3').waitFor();
    const { labels } = await drawn(page, 20);
    const { last, programs } = await page.evaluate(() => {
      const { gpuFrames, gpuCounts } = globalThis as unknown as {
        gpuFrames: { draws: number; triangles: number; bytes: number }[];
        gpuCounts: { programs: number };
      };
      return { last: gpuFrames.filter((one) => one.draws > 0).slice(-20), programs: gpuCounts.programs };
    });
    expect(Math.max(...last.map((one) => one.draws))).toBeLessThanOrEqual(10);
    expect(Math.max(...last.map((one) => one.triangles))).toBeLessThanOrEqual(40_000);
    expect(Math.max(...last.map((one) => one.bytes))).toBeLessThanOrEqual(64 * 1024);
    expect(programs).toBeLessThanOrEqual(36);
    expect(labels).toBeLessThanOrEqual(40);
    watched.clean();
    await watched.close();
  });

  test('places stay: what is loaded again stands where it stood, and who comes moves nobody', async () => {
    const watched = await openPage(browser, node, wide);
    const page = await enter(watched, node, '/world?view=graph&gpu=webgl&tier=low');
    await graphed(page, actors.length);
    const places = () =>
      page.evaluate(async () => {
        const open = (request: IDBRequest): Promise<unknown> =>
          new Promise((resolve, reject) => {
            request.onsuccess = () => resolve(request.result);
            request.onerror = () => reject(request.error);
          });
        const database = (await open(indexedDB.open('mesh'))) as IDBDatabase;
        const kept = await open(database.transaction('state').objectStore('state').get('places'));
        database.close();
        return (kept as { at: Record<string, number[]> } | undefined)?.at ?? null;
      });
    const stored = async (least: number) => {
      for (let turn = 0; ; turn++) {
        const kept = await places();
        if (kept && Object.keys(kept).length >= least) return kept;
        if (turn > 400) throw new Error('no places are kept');
        await drawn(page, 2);
      }
    };
    const before = await stored(actors.length);
    await page.reload();
    await graphed(page, actors.length);
    const { nodes } = await stats(page);
    const late = await node.actor('latecomer', 'agent');
    await late.join('room-3');
    await late.present('idle');
    await graphed(page, nodes + 1);
    const after = await stored(Object.keys(before).length + 1);
    for (const [key, at] of Object.entries(before)) expect(after[key], key).toEqual(at);
    watched.clean();
    await watched.close();
  });

  test('on a phone, in both themes, and without motion', async () => {
    const watched = await openPage(browser, node, { ...small, reducedMotion: 'reduce' });
    const page = await enter(watched, node, '/world?view=graph&tier=low');
    await graphed(page, actors.length, 0);
    await pictures(page, 'graph');
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByRole('button', { name: 'As a table' }).click();
    await table(page).getByRole('searchbox').fill('room-2');
    expect(await violations(page)).toEqual([]);
    await shot(page, 'graph-phone-table');
    await table(page).getByRole('button', { name: 'room-2', exact: true }).click();
    await page.getByRole('complementary', { name: 'Room' }).waitFor();
    await drawn(page, 1);
    await shot(page, 'graph-phone-chosen');
    watched.clean();
    await watched.close();
  });

  test('without 3D there is the table, and a sentence', async () => {
    const other = await launch(['--disable-3d-apis']);
    try {
      const watched = await openPage(other, node, small);
      const page = await enter(watched, node, '/world?view=graph');
      await page.getByText('This browser or machine draws no graph.').waitFor();
      await table(page).getByRole('searchbox').fill('worker-9');
      await table(page).getByRole('button', { name: 'worker-9', exact: true }).click();
      await bonds(page, 'worker-9')
        .getByRole('button', { name: /is in room-9/ })
        .waitFor();
      expect(await violations(page)).toEqual([]);
      await shot(page, 'graph-flat');
      watched.clean();
    } finally {
      await other.close();
    }
  });
});

describe.runIf(binary)('work in the graph', () => {
  test('machines and tasks are bound to those who have them, and what ends is seen for a while', async () => {
    const [, one] = actors;
    await node.owner.ask('POST', '/api/tasks', {
      room: 'room-1',
      tasks: [{ title: 'Weigh the crates', prompt: 'all of them', assigned: one!.handle }],
    });
    const { items } = await one!.ask<{ items: { task: { id: string }; fence: number }[] }>('POST', '/api/tasks/take', {
      wait_ms: 20_000,
      lease_ms: 600_000,
    });
    const { task, fence } = items[0]!;
    await one!.ask('POST', `/api/tasks/${task.id}/start`, { fence });
    const watched = await openPage(browser, node, wide);
    const page = await enter(watched, node, '/world?view=graph&gpu=webgl&tier=low');
    await graphed(page, actors.length + 3);
    await page.getByRole('button', { name: 'As a table' }).click();
    await table(page).getByRole('searchbox').fill('build-3');
    await table(page).getByRole('button', { name: 'build-3', exact: true }).click();
    // A machine has no card; what it is bound to stands beside the picture.
    await bonds(page, 'build-3')
      .getByRole('button', { name: `runs ${one!.handle}` })
      .click();
    await page
      .getByRole('complementary', { name: 'Participant' })
      .getByRole('heading', { name: one!.handle, level: 2 })
      .waitFor();
    await bonds(page, one!.handle).getByRole('button', { name: 'has Weigh the crates' }).click();
    await page
      .getByRole('complementary', { name: 'Task' })
      .getByRole('heading', { name: 'Weigh the crates' })
      .waitFor();
    await bonds(page, 'Weigh the crates')
      .getByRole('button', { name: `is done by ${one!.handle}` })
      .waitFor();
    await one!.ask('POST', `/api/tasks/${task.id}/stream`, { fence, text: 'crate 1 weighed', live: true });
    await page.getByRole('complementary', { name: 'Task' }).getByText('crate 1 weighed').waitFor();
    await drawn(page, 10);
    await shot(page, 'graph-task');
    await one!.ask('POST', `/api/tasks/${task.id}/finish`, { fence, output: { text: 'eleven crates' } });
    await page.getByRole('complementary', { name: 'Task' }).getByText('eleven crates').waitFor();
    await table(page).getByRole('searchbox').fill('Weigh');
    await table(page)
      .getByRole('row', { name: /Weigh the crates.*done/ })
      .waitFor();
    expect(await violations(page)).toEqual([]);
    watched.clean();
    await watched.close();
  });
});
