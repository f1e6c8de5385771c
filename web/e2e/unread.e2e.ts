// Where a reader was: unread is taken in by place, mentions are counted as mentions, and words and places outlive a change of rooms,
// a reload and Back.
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { composer, enter, messages, say, shot, stored, violations } from './browser.ts';
import type { Actor } from './node.ts';
import { journeys, node, watched } from './setup.ts';

describe('where a reader was', () => {
  let una: Actor;

  journeys({
    ready: async () => {
      una = await node.actor('una', 'agent');
    },
  });

  async function filled(name: string, count: number): Promise<void> {
    await node.room(name);
    await una.join(name);
    for (let number = 1; number <= count; number++) await una.post(name, `${name} line ${number}.`);
  }
  const link = (page: Page, name: string | RegExp) => page.getByRole('navigation').getByRole('link', { name });
  const top = (page: Page, text: string) =>
    stored(page, text).evaluate(
      (row) => row.getBoundingClientRect().top - row.closest('[role=log]')!.getBoundingClientRect().top,
    );

  test('a room with more unread than is loaded opens at the first, and is read by place', async () => {
    await filled('arrears', 155);
    await node.room('aside');
    const page = await enter(watched, node, '/r/aside');
    await link(page, /^arrears 99\+ unread/).click();
    const bar = page.getByRole('region', { name: 'New messages' });
    await bar.getByText('new messages').waitFor();
    await stored(page, 'arrears line 1.').waitFor();
    expect(await top(page, 'arrears line 1.')).toBeGreaterThan(0);
    await messages(page).getByText('New', { exact: true }).waitFor();
    expect(await violations(page)).toEqual([]);
    await shot(page, 'unread-1280');
    await page.setViewportSize({ width: 390, height: 844 });
    await shot(page, 'unread-390');
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.getByRole('button', { name: /Newest/ }).click();
    await stored(page, 'arrears line 155.').waitFor();
    await link(page, /^arrears$/).waitFor();
    await bar.waitFor({ state: 'detached' });
    // The node was told before the page is asked anew.
    await page.goto(`${node.url}/r/aside`);
    await link(page, /^arrears$/).waitFor();
  });

  test('what was read last is told though the page and its socket end', async () => {
    await filled('parting', 5);
    await node.room('yonder');
    // Nothing of this socket's receipts arrives, as if it had ended a moment earlier.
    await watched.page.routeWebSocket(/\/ws$/, (page) => {
      const server = page.connectToServer();
      page.onMessage((frame) => {
        if (!String(frame).includes('"inbox.ack"')) server.send(frame);
      });
    });
    const page = await enter(watched, node, '/r/yonder');
    await link(page, /^parting 5 unread/).click();
    await stored(page, 'parting line 5.').waitFor();
    await link(page, /^parting$/).waitFor();
    await page.goto(`${node.url}/r/yonder`);
    await page.getByText('live', { exact: true }).waitFor();
    await link(page, /^parting$/).waitFor();
  });

  test('all is read by one button, and unread again from a message on, until it is read anew', async () => {
    await filled('pile', 90);
    await node.room('beside');
    const page = await enter(watched, node, '/r/beside');
    await link(page, /^pile 90 unread/).click();
    const bar = page.getByRole('region', { name: 'New messages' });
    await bar.getByRole('button', { name: 'Mark read' }).click();
    await link(page, /^pile$/).waitFor();
    await page.getByRole('button', { name: /Newest/ }).click();
    await stored(page, 'pile line 90.').waitFor();
    await stored(page, 'pile line 88.').hover();
    await stored(page, 'pile line 88.').getByRole('button', { name: 'More about this message' }).click();
    await page.getByRole('menuitem', { name: 'Mark unread from here' }).click();
    await link(page, /^pile 3 unread/).waitFor();
    await link(page, 'beside').click();
    await page.getByText('Nothing has been said here yet').waitFor();
    await page.reload();
    await link(page, /^pile 3 unread/).click();
    await stored(page, 'pile line 90.').waitFor();
    await link(page, /^pile$/).waitFor();
  });

  test('the badge of mentions counts mentions, beside what is unread', async () => {
    await filled('named', 2);
    await una.post('named', `@${node.owner.handle} look at this`);
    const page = await enter(watched, node, '/');
    await link(page, /^named @1 mention, 3 unread/).waitFor();
    await una.post('named', `@${node.owner.handle} and at that`);
    await link(page, /^named @2 mentions, 4 unread/).waitFor();
    await shot(page, 'unread-mentions-1280');
  });

  test('unsent words live through a change of rooms, Back and a reload, with what they answer', async () => {
    await filled('desk', 2);
    await filled('window', 1);
    const page = await enter(watched, node, '/r/desk');
    await stored(page, 'desk line 2.').hover();
    await stored(page, 'desk line 2.').getByRole('button', { name: 'Answer' }).click();
    await composer(page).fill('half a thought');
    await link(page, /^window/).click();
    await stored(page, 'window line 1.').waitFor();
    expect(await composer(page).inputValue()).toBe('');
    await composer(page).fill('another one');
    await page.goBack();
    await page.getByText('Answering una: desk line 2.').waitFor();
    expect(await composer(page).inputValue()).toBe('half a thought');
    await page.reload();
    await page.getByText('Answering una: desk line 2.').waitFor();
    expect(await composer(page).inputValue()).toBe('half a thought');
    await composer(page).press('Enter');
    await stored(page, 'half a thought').waitFor();
    await page.reload();
    await stored(page, 'half a thought').waitFor();
    expect(await composer(page).inputValue()).toBe('');
    await page.goto(`${node.url}/r/window`);
    await stored(page, 'window line 1.').waitFor();
    expect(await composer(page).inputValue()).toBe('another one');
  });

  test('a place further up lives through a change of rooms, Back and a reload', async () => {
    await filled('scroll', 120);
    await node.room('elsewhere');
    const page = await enter(watched, node, '/r/scroll');
    await stored(page, 'scroll line 1.').waitFor();
    await page.getByRole('button', { name: /Newest/ }).click();
    await stored(page, 'scroll line 120.').waitFor();
    await stored(page, 'scroll line 70.').evaluate((row) => row.scrollIntoView({ block: 'start' }));
    // The list takes the place down with the scroll.
    await page.getByRole('button', { name: /Newest/ }).waitFor();
    const before = await top(page, 'scroll line 75.');
    await link(page, 'elsewhere').click();
    await page.getByText('Nothing has been said here yet').waitFor();
    await say(page, 'hello there');
    await stored(page, 'hello there').waitFor();
    await page.goBack();
    await stored(page, 'scroll line 75.').waitFor();
    await page.getByRole('button', { name: /Newest/ }).waitFor();
    expect(Math.abs((await top(page, 'scroll line 75.')) - before)).toBeLessThan(3);
    await page.reload();
    await stored(page, 'scroll line 75.').waitFor();
    await page.getByRole('button', { name: /Newest/ }).waitFor();
    expect(Math.abs((await top(page, 'scroll line 75.')) - before)).toBeLessThan(3);
  });

  test('a room that is opened again where one was draws each of its rows once', async () => {
    await filled('drawn', 160);
    await node.room('blank');
    const page = await enter(watched, node, '/r/drawn');
    // The first that is unread, far from the end.
    await stored(page, 'drawn line 1.').waitFor();
    await page.getByRole('button', { name: /Newest/ }).waitFor();
    await link(page, 'blank').click();
    await page.getByText('Nothing has been said here yet').waitFor();
    await page.evaluate(() => {
      const drawn: string[] = [];
      new MutationObserver((all) => {
        for (const node of all.flatMap((one) => [...one.addedNodes]))
          if (node instanceof HTMLElement)
            for (const row of [node, ...node.querySelectorAll<HTMLElement>('*')])
              if (row.dataset.message) drawn.push(row.dataset.message);
      }).observe(document.body, { childList: true, subtree: true });
      Object.assign(globalThis, { drawn });
    });
    await link(page, /^drawn/).click();
    await stored(page, 'drawn line 2.').waitFor();
    await page.getByRole('button', { name: /Newest/ }).waitFor();
    const { drawn, there } = await page.evaluate(() => ({
      drawn: (globalThis as unknown as { drawn: string[] }).drawn,
      there: document.querySelectorAll('[data-message]').length,
    }));
    expect(drawn.length).toBe(there);
    expect(there).toBeLessThanOrEqual(90);
  });
});
