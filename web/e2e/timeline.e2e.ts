// The past: work happens, the page goes back to when it ran, a link leads there, and what plays ends at now. Only the real node has
// a log to go back in.
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { enter, openPage, shot, violations } from './browser.ts';
import type { Actor } from './node.ts';
import { binary, browser, journeys, node, realNode, watched } from './setup.ts';

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true };

describe.runIf(binary)('the past', () => {
  let rex: Actor;
  let task = '';
  /** The place at which the task ran, and the one at which nothing was there yet. */
  let ran = 0;
  let before = 0;

  journeys({
    start: realNode,
    ready: async () => {
      rex = await node.actor('rex', 'agent');
      await node.room('quarry');
      await rex.join('quarry');
      const capabilities = ['speak', 'listen', 'execute'];
      await node.owner.ask('PUT', '/api/rooms/quarry/members/rex/capabilities', { capabilities });
      await rex.ask('POST', '/api/workers/me', { slots: 8, capabilities: [] });
      const said = await rex.post('quarry', 'I am at the quarry.');
      before = said.seq;
      const made = await node.owner.ask<{ tasks: { id: string }[] }>('POST', '/api/tasks', {
        room: 'quarry',
        tasks: [{ title: 'Break the stone', prompt: 'Break it.' }],
      });
      task = made.tasks[0]!.id;
      const { items } = await rex.ask<{ items: { fence: number }[] }>('POST', '/api/tasks/take', {
        start: true,
        lease_ms: 600_000,
      });
      const { fence } = items[0]!;
      const piece = await rex.ask<{ seq: number }>('POST', `/api/tasks/${task}/stream`, {
        fence,
        text: 'a first crack',
      });
      ran = piece.seq;
      const typo = await rex.post('quarry', 'It craks.');
      await rex.edit(typo.id, 'It cracks.');
      await rex.ask('POST', `/api/tasks/${task}/finish`, { fence, output: { text: 'two halves' }, confidence: 95 });
      await rex.post('quarry', 'It is done.');
    },
  });

  const column = (page: Page, name: string) => page.locator(`[data-column="${name}"]`);
  const stone = (page: Page, name: string) =>
    column(page, name).getByRole('article').filter({ hasText: 'Break the stone' });
  const place = (page: Page) => Number(new URL(page.url()).searchParams.get('at'));
  const slider = (page: Page) => page.getByRole('slider', { name: 'Moment' });

  test('H goes back, the board shows what ran then and lets nothing be done, and Back to now leads to what is so', async () => {
    const page = await enter(watched, node, '/r/quarry/board');
    await stone(page, 'done').waitFor();
    await page.keyboard.press('h');
    await slider(page).waitFor();
    expect(place(page)).toBeGreaterThan(ran);
    const back = page.getByRole('button', { name: /before$/ });
    while (place(page) > ran + 1) {
      const now = place(page);
      await back.click();
      await page.waitForURL((url) => Number(url.searchParams.get('at')) < now);
    }
    await stone(page, 'doing').getByText('rex').waitFor();
    await stone(page, 'done').waitFor({ state: 'detached' });
    expect(await page.getByRole('button', { name: 'New task' }).count()).toBe(0);
    expect(await page.getByRole('button', { name: /^Move / }).count()).toBe(0);
    expect(await violations(page)).toEqual([]);
    await shot(page, 'past-board-1280');
    await page.getByRole('button', { name: 'Back to now' }).click();
    await stone(page, 'done').waitFor();
    expect(page.url()).not.toContain('at=');
  });

  test('a link leads to the moment: the room reads as it did, and what comes meanwhile is not mixed in', async () => {
    const page = await enter(watched, node, `/r/quarry?at=${before}`);
    const log = page.getByRole('log', { name: 'What had been said' });
    await log.getByText('I am at the quarry.').waitFor();
    expect(await log.getByRole('article').count()).toBe(1);
    expect(await page.locator('[data-composer]').count()).toBe(0);
    await rex.post('quarry', 'Something new.');
    await page.goto(`${node.url}/r/quarry?at=${ran + 1}`);
    await log.getByText('It craks.').waitFor();
    expect(await log.getByText('It is done.').count()).toBe(0);
    expect(await log.getByText('Something new.').count()).toBe(0);
    expect(await violations(page)).toEqual([]);
    await shot(page, 'past-room-1280');
    await page.keyboard.press('Escape');
    await page.getByText('Something new.').waitFor();
    await page.getByText('It cracks.').waitFor();
  });

  test('the bar is a slider for the keyboard, and what plays ends at now', async () => {
    const page = await enter(watched, node, `/board?at=${before}`);
    await slider(page).focus();
    await page.keyboard.press('End');
    await stone(page, 'done').waitFor();
    await page.keyboard.press('Home');
    await page.waitForURL((url) => Number(url.searchParams.get('at')) < before);
    await page.getByRole('button', { name: '×1000' }).click();
    await page.getByRole('button', { name: 'Play' }).click();
    await stone(page, 'done').waitFor();
    // It rests at the end by itself.
    await page.getByRole('button', { name: 'Play' }).waitFor();
    expect(place(page)).toBeGreaterThan(ran);
  });

  test('the world shows who stood where, and what ran', async () => {
    const page = await enter(watched, node, `/world?gpu=webgl&tier=low&at=${ran}`);
    await page.waitForFunction(() => 'meshWorld' in globalThis);
    await page.getByRole('button', { name: 'As a table' }).click();
    const row = page.getByRole('region', { name: 'Who is where' }).getByRole('row').filter({ hasText: 'rex' });
    await row.getByText('quarry').waitFor();
    await page.waitForFunction(
      () => (globalThis as unknown as { meshWorld: { stats(): { screens: number } } }).meshWorld.stats().screens > 0,
    );
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'As a table' }).click();
    await shot(page, 'past-world-1280');
  });

  test('on a phone it is all there', async () => {
    const phone = await openPage(browser, node, PHONE);
    const page = await enter(phone, node, `/r/quarry/board?at=${ran}`);
    await stone(page, 'doing').waitFor();
    const wide = () => page.evaluate(() => document.documentElement.scrollWidth);
    expect(await wide()).toBe(390);
    expect(await violations(page)).toEqual([]);
    await shot(page, 'past-board-390');
    await page.goto(`${node.url}/r/quarry?at=${ran + 1}`);
    await page.getByText('It craks.').waitFor();
    await shot(page, 'past-room-390');
    await page.goto(`${node.url}/world?gpu=webgl&tier=low&at=${ran}`);
    await page.waitForFunction(() => 'meshWorld' in globalThis);
    expect(await wide()).toBe(390);
    await shot(page, 'past-world-390');
    phone.clean();
    await phone.close();
  });
});
