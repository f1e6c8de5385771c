// What a reader wants to hear of: rooms that are loud, quiet or muted, favourites and their order, and the keys of the page.
import { describe, expect, test } from 'vitest';
import { enter, openPage, pictures } from './browser.ts';
import type { Actor } from './node.ts';
import { binary, browser, journeys, node, realNode, watched } from './setup.ts';

describe.runIf(binary)('attention', () => {
  let pia: Actor;
  journeys({
    start: realNode,
    ready: async () => {
      pia = await node.actor('pia', 'agent');
    },
  });

  test('a room is heard by mentions or not at all, and that outlives a reload', async () => {
    for (const name of ['loud', 'named', 'still', 'seat']) {
      await node.room(name);
      await pia.join(name);
    }
    const page = await enter(watched, node, '/r/named');
    const rooms = page.getByRole('region', { name: 'Rooms', exact: true });
    const link = (name: string | RegExp) => rooms.getByRole('link', { name });
    const set = async (room: string, what: string) => {
      await link(new RegExp(`^${room}`)).click();
      await page.getByRole('button', { name: new RegExp(`^What you hear of ${room}`) }).click();
      await page.getByRole('menuitemradio', { name: what }).click();
    };
    await set('named', 'Mentions only');
    await set('still', 'Nothing: mute it');
    await link('seat').click();
    await page.getByText('Nothing has been said here yet').waitFor();
    for (const name of ['loud', 'named', 'still']) await pia.post(name, 'a word for all');
    await link(/^loud 1 unread/).waitFor();
    await link(/^still muted/).waitFor();
    await link(/^named$/).waitFor();
    // What only came is counted beside its room; the title counts what is for the reader.
    expect(await page.title()).toBe('The Mesh');
    for (const name of ['named', 'still']) await pia.post(name, `@${node.owner.handle} look`);
    await link(/^named @1 mention, 1 unread/).waitFor();
    await page.waitForFunction(() => document.title === '(1) The Mesh');
    await page.reload();
    await link(/^still muted/).waitFor();
    await link(/^named @1 mention, 1 unread/).waitFor();
    await pictures(page, 'attention');
    await page.keyboard.press('Alt+Shift+ArrowDown');
    await page.waitForURL('**/r/loud');
    await page.keyboard.press('Alt+Shift+ArrowDown');
    await page.waitForURL('**/r/named');
  });

  test('favourites stand above, and rooms stand by activity if one wants', async () => {
    for (const name of ['a-calm', 'b-busy', 'c-fond']) {
      await node.room(name);
      await pia.join(name);
    }
    await pia.post('b-busy', 'the newest of all');
    const page = await enter(watched, node, '/r/c-fond');
    await page.getByRole('button', { name: /^What you hear of c-fond/ }).click();
    await page.getByRole('menuitem', { name: 'Among the favourites' }).click();
    const favourites = page.getByRole('region', { name: 'Favourites' });
    await favourites.getByRole('link', { name: 'c-fond' }).waitFor();
    const rooms = page.getByRole('region', { name: 'Rooms', exact: true });
    expect(await rooms.getByRole('link', { name: 'c-fond' }).count()).toBe(0);
    await rooms.getByRole('button', { name: 'The most active first' }).click();
    await rooms.getByRole('button', { name: 'The most active first', pressed: true }).waitFor();
    expect(await rooms.getByRole('link').first().textContent()).toContain('b-busy');
    await page.reload();
    await favourites.getByRole('link', { name: 'c-fond' }).waitFor();
    expect(await rooms.getByRole('link').first().textContent()).toContain('b-busy');
    await pictures(page, 'favourites');
  });

  test('a key is changed, single keys are switched off, and both are kept', async () => {
    await node.room('keyed');
    const device = await openPage(browser, node);
    const page = await enter(device, node, '/r/keyed');
    await page.getByText('Nothing has been said here yet').waitFor();
    await page.keyboard.press('?');
    const dialog = page.getByRole('dialog', { name: 'Keys' });
    await dialog.getByRole('button', { name: /^Search messages: \// }).click();
    await page.keyboard.press('y');
    await dialog.getByRole('button', { name: /^Search messages: Y/ }).waitFor();
    await pictures(page, 'keys');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await page.keyboard.press('/');
    await page.keyboard.press('y');
    await page.getByRole('searchbox').waitFor();
    await page.goto(`${node.url}/r/keyed`);
    await page.getByText('Nothing has been said here yet').waitFor();
    await page.keyboard.press('?');
    await dialog.getByRole('checkbox').uncheck();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await page.keyboard.press('y');
    await page.keyboard.press('w');
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog', { name: 'Find anything' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/r/keyed');
    // One dialog closes and the next is opened before the browser has said so.
    await page.keyboard.press('Control+k');
    await page.getByRole('button', { name: 'Keys', exact: true }).click();
    await dialog.waitFor();
    await page.evaluate(() => {
      document.querySelector('dialog')?.close();
      window.dispatchEvent(new KeyboardEvent('keydown', { key: 'k', ctrlKey: true }));
      return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    });
    expect(await page.getByRole('dialog', { name: 'Find anything' }).count()).toBe(1);
    device.clean();
    await device.close();
  });
});
