// Without the node: the page opens, shows the last state and says so, keeps what is written, and forgets what is not to be kept.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { beforeEach, describe, expect, test } from 'vitest';
import { DevNode } from '../dev/node.ts';
import { enter, launch, openPage, pictures, say, shot, stored, violations, type Watched } from './browser.ts';
import { DIST, startReal } from './node.ts';
import { binary, browser, journeys, node } from './setup.ts';

/** What a machine in the same network is called: no secure context, as with its address. */
const LAN = 'lan.test';
const WORKER: BrowserContextOptions = { serviceWorkers: 'allow' };

/** What is kept in this browser: the texts of the messages by room, and the place in the log. */
interface Kept {
  seq: number;
  rooms: Record<string, string[]>;
}
const kept = (page: Page): Promise<Kept | null> =>
  page.evaluate(async () => {
    const done = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    if (!(await indexedDB.databases()).some((one) => one.name === 'mesh')) return null;
    const all = await done(indexedDB.open('mesh'));
    try {
      const read = all.transaction(['state', 'rooms']);
      const state = await done(read.objectStore('state').get('state'));
      const rooms = await done(read.objectStore('rooms').getAll());
      if (!state) return null;
      const names = new Map(state.rooms.map((one: { id: string; name: string }) => [one.id, one.name]));
      const texts = (list: { text: string }[]) => list.map((one) => one.text);
      return {
        seq: state.seq,
        rooms: Object.fromEntries(rooms.map((one) => [names.get(one.room) ?? one.room, texts(one.messages)])),
      };
    } finally {
      all.close();
    }
  });

/** Until what is kept is as it should be. */
async function keeps(page: Page, what: (kept: Kept | null) => boolean): Promise<void> {
  await expect.poll(async () => what(await kept(page)), { timeout: 20_000, interval: 200 }).toBe(true);
}
/** Until the page would open without the node. */
const installed = (page: Page) => page.waitForFunction(() => navigator.serviceWorker.controller !== null);
/** The page goes out of sight: what is to be kept is kept then at the latest. */
const hides = (page: Page) =>
  page.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { value: 'hidden' });
    document.dispatchEvent(new Event('visibilitychange'));
  });
const links = (page: Page) => page.getByRole('navigation', { name: 'Rooms and people' });
const away = (page: Page) => page.getByText('Not connected.').waitFor();
const live = (page: Page) => page.getByText('live', { exact: true }).waitFor({ timeout: 40_000 });
/** The node is there again, and the browser says that the network is: the page may have tried by itself meanwhile. */
async function back(page: Page): Promise<void> {
  await node.start();
  await page.evaluate(() => dispatchEvent(new Event('online')));
  await live(page);
}

describe('without the node', () => {
  journeys({ page: false });
  let watched: Watched;
  beforeEach(() => async () => {
    watched.clean();
    await watched.close();
  });

  test('a reload shows the last state and says so; what is written then goes out once it is back', async () => {
    await node.room('pier', 'Where boats lie');
    await node.room('dock');
    const rex = await node.actor('rex', 'agent');
    await rex.join('pier');
    for (const text of ['the first boat', 'the second boat']) await rex.post('pier', text);
    watched = await openPage(browser, node, WORKER);
    const page = await enter(watched, node, '/r/pier');
    await stored(page, 'the second boat').waitFor();
    await installed(page);
    await keeps(page, (it) => it?.rooms.pier?.includes('the second boat') === true);
    await node.stop();
    await page.reload();
    await away(page);
    await page.getByText(/as of \d\d \w+, \d\d:\d\d:\d\d, just now/).waitFor();
    await stored(page, 'the first boat').waitFor();
    await links(page).getByRole('link', { name: /^dock/ }).waitFor();
    await say(page, 'written in between');
    await page.getByText('1 not sent yet').waitFor();
    await pictures(page, 'offline');
    // The same again: neither the last state nor what was written is lost.
    await page.goto(`${node.url}/r/pier`);
    await away(page);
    await page.getByText('written in between').waitFor();
    await page.getByText('1 not sent yet').waitFor();
    await links(page).getByRole('link', { name: /^dock/ }).click();
    await page.getByText('What was said here is not kept in this browser').waitFor();
    await shot(page, 'offline-unkept-1280');
    await page.goto(node.url);
    await page.getByRole('heading', { name: 'Nothing waited for you when the node was last there' }).waitFor();
    await shot(page, 'offline-inbox-1280');
    await back(page);
    await links(page).getByRole('link', { name: /^pier/ }).click();
    await stored(page, 'written in between').waitFor();
    expect(await stored(page, 'written in between').count()).toBe(1);
    expect(await page.getByText('not sent yet').count()).toBe(0);
  });

  test('who signs out leaves nothing, also where the node is away by then', async () => {
    await node.room('vault');
    const ann = await node.actor('ann', 'agent');
    await ann.join('vault');
    await ann.post('vault', 'for this reader only');
    watched = await openPage(browser, node, WORKER);
    const page = await enter(watched, node, '/r/vault');
    await stored(page, 'for this reader only').waitFor();
    await installed(page);
    await keeps(page, (it) => it?.rooms.vault !== undefined);
    await page.getByRole('button', { name: 'Sign out of this browser' }).click();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    expect(await kept(page)).toBeNull();
    await node.stop();
    await page.goto(`${node.url}/r/vault`);
    await page.getByText('This browser has kept nothing of it').waitFor();
    expect(await page.getByText('for this reader only').count()).toBe(0);
    expect(await violations(page)).toEqual([]);
    await shot(page, 'offline-nothing-1280');
    await node.start();
    await page.getByRole('button', { name: 'Sign in' }).waitFor({ timeout: 40_000 });
  });

  test('what another sign-in left is not shown, and can be switched off', async () => {
    await node.room('desk');
    watched = await openPage(browser, node, WORKER);
    const page = await enter(watched, node, '/r/desk');
    await say(page, 'a note to myself');
    await stored(page, 'a note to myself').waitFor();
    await installed(page);
    await keeps(page, (it) => it?.rooms.desk?.length === 1);
    await node.stop();
    await page.evaluate(() => localStorage.setItem('mesh.page-key', 'of somebody else'));
    await page.reload();
    await page.getByText('This browser has kept nothing of it').waitFor();
    expect(await page.getByText('a note to myself').count()).toBe(0);
    await node.start();
    await page.goto(await node.link());
    await live(page);
    await page.goto(`${node.url}/settings/you`);
    const box = page.getByRole('checkbox', { name: 'Keep the last state in this browser' });
    await box.waitFor();
    await keeps(page, (it) => it !== null);
    await pictures(page, 'offline-settings');
    await box.uncheck();
    await keeps(page, (it) => it === null);
    await page.goto(`${node.url}/r/desk`);
    await stored(page, 'a note to myself').waitFor();
    await say(page, 'another note');
    await stored(page, 'another note').waitFor();
    await hides(page);
    expect(await kept(page)).toBeNull();
  });
});

describe.runIf(binary)('what is not to be kept', () => {
  journeys({ start: () => startReal(binary!, undefined, ['--allow-host', LAN]), page: false });

  test('what was erased, and rooms that were left, are forgotten on the way back', async () => {
    for (const name of ['hall', 'cellar']) await node.room(name);
    const ida = await node.actor('ida', 'agent');
    for (const name of ['hall', 'cellar']) await ida.join(name);
    await ida.post('cellar', 'it stays');
    const secret = await ida.post('cellar', 'the key is under the stone');
    const wrong = await ida.post('cellar', 'as it was first');
    const watched = await openPage(browser, node, WORKER);
    const page = await enter(watched, node, '/r/cellar');
    await stored(page, 'as it was first').waitFor();
    await installed(page);
    await keeps(page, (it) => it?.rooms.cellar?.length === 3);
    // While the page is closed: only the first message stays as it was.
    await page.goto('about:blank');
    await node.owner.ask('POST', `/api/messages/${secret.id}/redact`, { reason: 'a key' });
    await ida.edit(wrong.id, 'as it is now');
    await page.goto(`${node.url}/r/hall`);
    await page.getByText('Nothing has been said here yet').waitFor();
    await keeps(page, (it) => it?.rooms.cellar?.join() === 'it stays,,as it is now');
    // And while it looks elsewhere.
    await ida.edit(wrong.id, 'as it is at last');
    await keeps(page, (it) => it?.rooms.cellar?.[2] === 'as it is at last');
    watched.clean();
    await watched.close();
  });

  test('a private room that one was put out of is not kept', async () => {
    await node.owner.ask('POST', '/api/rooms', { name: 'closet', access: 'private' });
    const password = 'correct horse battery';
    await node.owner.ask('POST', '/api/admin/users', { username: 'uma', password, role: 'user' });
    await node.owner.ask('PUT', '/api/rooms/closet/members/uma', {});
    await node.owner.ask('POST', '/api/rooms/closet/messages', { text: 'among ourselves' });
    const watched = await openPage(browser, node, WORKER);
    const { page } = watched;
    await page.goto(node.url);
    await page.getByLabel('User name').fill('uma');
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await live(page);
    await page.goto(`${node.url}/r/closet`);
    await stored(page, 'among ourselves').waitFor();
    await keeps(page, (it) => it?.rooms.closet !== undefined);
    await page.goto('about:blank');
    await node.owner.ask('DELETE', '/api/rooms/closet/members/uma', { reason: 'done here' });
    await page.goto(node.url);
    await live(page);
    await keeps(page, (it) => it !== null && Object.keys(it.rooms).length === 0);
    watched.clean();
    await watched.close();
  });

  test('at a plain address of the network nothing is kept, and the settings say so', async () => {
    const lan = await launch([`--host-resolver-rules=MAP ${LAN} 127.0.0.1`]);
    const port = new URL(node.url).port;
    const there = {
      ...node,
      url: `http://${LAN}:${port}`,
      link: async () => (await node.link()).replace('127.0.0.1', LAN),
    };
    const watched = await openPage(lan, there, WORKER);
    const page = await enter(watched, there, '/settings/you');
    await page.getByText('Nothing is kept here: this address is plain http').waitFor();
    expect(await page.evaluate(() => 'serviceWorker' in navigator)).toBe(false);
    await pictures(page, 'offline-lan');
    await hides(page);
    expect(await kept(page)).toBeNull();
    await watched.close();
    await lan.close();
  });
});

test('a newer build takes the place of the page, says so once, and leaves no stale one behind', async () => {
  const next = mkdtempSync(join(tmpdir(), 'mesh-next-'));
  cpSync(DIST, next, { recursive: true });
  const build = /name="build" content="(\w+)"/.exec(readFileSync(join(DIST, 'index.html'), 'utf8'))![1]!;
  const newer = 'f'.repeat(build.length);
  for (const file of ['index.html', 'sw.js']) {
    const path = join(next, file);
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll(build, newer));
  }
  const browser = await launch();
  const small = new DevNode();
  const url = await small.listen(DIST);
  const port = Number(new URL(url).port);
  const context = await browser.newContext(WORKER);
  try {
    const page = await context.newPage();
    const shown = () => page.evaluate(() => document.querySelector<HTMLMetaElement>('meta[name=build]')?.content);
    await page.goto(small.oneTimeLink());
    await live(page);
    await installed(page);
    expect(await shown()).toBe(build);
    // The same build again is nothing to speak of.
    await small.close();
    await away(page);
    await small.listen(DIST, port);
    await live(page);
    expect(await page.getByText('The node has a newer page').count()).toBe(0);
    await small.close();
    await away(page);
    await small.listen(next, port);
    await live(page);
    await page.getByText('The node has a newer page').waitFor();
    await shot(page, 'offline-newer-1280');
    await page.getByRole('button', { name: 'Reload' }).click();
    await page.waitForFunction(
      (it) => document.querySelector<HTMLMetaElement>('meta[name=build]')?.content === it,
      newer,
    );
    await live(page);
    expect(await page.getByText('The node has a newer page').count()).toBe(0);
    const replaced = () =>
      page.evaluate(async (it) => {
        const worker = await navigator.serviceWorker.getRegistration();
        const settled = !worker?.installing && !worker?.waiting && worker?.active?.state === 'activated';
        return settled && (await caches.keys()).includes(`mesh-${it}`);
      }, newer);
    await expect.poll(replaced, { timeout: 60_000 }).toBe(true);
    await small.close();
    await page.reload();
    // It may not have looked long enough to have kept anything; the page itself opens.
    await page.getByText(/Not connected|The node cannot be reached/).waitFor();
    expect(await shown()).toBe(newer);
  } finally {
    await context.close();
    await browser.close();
    await small.close();
    rmSync(next, { recursive: true, force: true });
  }
});
