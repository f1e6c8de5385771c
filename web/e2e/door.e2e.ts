// The door for people: whoever opens an invite is in by a name and a password, on any screen and without a secure context.
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { enter, launch, openPage, say, shot, stored, violations, type Watched } from './browser.ts';
import { startReal } from './node.ts';
import { binary, browser, journeys, node, watched } from './setup.ts';

/** What a machine in the same network is called: no secure context, as with its address. */
const LAN = 'lan.test';
const PASSWORD = 'correct horse battery';
const sizes = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } };
type Invite = { id: string; path: string };

const invite = (body: object): Promise<Invite> => node.owner.ask('POST', '/api/invites', body);

async function fill(page: Page, handle: string, password = PASSWORD, name = ''): Promise<void> {
  await page.getByLabel('Name to sign in with').fill(handle);
  if (name) await page.getByLabel('Name that people read').fill(name);
  await page.getByLabel('Password', { exact: true }).fill(password);
}
const come = (page: Page) => page.getByRole('button', { name: 'Come in', exact: true }).click();

/** Somebody else's browser. */
async function elsewhere(work: (page: Page, watched: Watched) => Promise<void>, options = {}): Promise<void> {
  const other = await openPage(browser, node, options);
  try {
    await work(other.page, other);
    other.clean();
  } finally {
    await other.close();
  }
}

describe.runIf(binary)('the door for people', () => {
  journeys({
    start: () => startReal(binary!, undefined, ['--allow-host', LAN]),
    ready: async () => {
      await node.room('lobby', 'where newcomers stand');
      await node.actor('rex', 'agent');
    },
  });

  test('the owner makes a link on the page, and a phone that opens it is in the room and writes', async () => {
    const page = await enter(watched, node, '/r/lobby');
    await page.getByRole('button', { name: 'Invite somebody' }).click();
    const dialog = page.getByRole('dialog', { name: 'Invite people' });
    await dialog.getByLabel('Room').waitFor();
    expect(await dialog.getByLabel('Room').inputValue()).toBe('lobby');
    expect(await violations(page)).toEqual([]);
    await shot(page, 'invite');
    await dialog.getByRole('button', { name: 'Make the link' }).click();
    const link = (await dialog.getByRole('region', { name: 'The link' }).textContent()) ?? '';
    expect(link).toMatch(/^http:\/\/.*\/i\/[\w-]{43}$/);
    await dialog.getByRole('img', { name: /camera of a phone/ }).waitFor();
    expect(await violations(page)).toEqual([]);
    await shot(page, 'invite-made');
    await page.keyboard.press('Escape');

    await elsewhere(
      async (phone) => {
        await phone.goto(link);
        await phone.getByRole('heading', { name: /^Come in to / }).waitFor();
        await phone.getByText('#lobby').waitFor();
        expect(await phone.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
        await fill(phone, 'Zoë Ångström', PASSWORD, 'Zoë');
        expect(await phone.getByLabel('Name to sign in with').inputValue()).toBe('zoe-angstrom');
        await come(phone);
        await phone.getByText('live', { exact: true }).waitFor();
        expect(new URL(phone.url()).pathname).toBe('/r/lobby');
        await say(phone, 'I am in');
        await stored(phone, 'I am in').waitFor();
      },
      { viewport: sizes.phone, hasTouch: true },
    );
    await stored(page, 'I am in').waitFor();
    // The name and the password are hers on any other device.
    await elsewhere(async (other) => {
      await other.goto(node.url);
      await other.getByLabel('User name').fill('zoe-angstrom');
      await other.getByLabel('Password').fill(PASSWORD);
      await other.getByRole('button', { name: 'Sign in' }).click();
      await other.getByText('live', { exact: true }).waitFor();
    });
  });

  for (const [size, viewport] of Object.entries(sizes))
    for (const colorScheme of ['dark', 'light'] as const)
      test(`axe finds nothing on the page of an invite: ${size}, ${colorScheme}`, async () => {
        const { path } = await invite({ role: 'viewer', room: 'lobby', guest: true });
        await elsewhere(
          async (page) => {
            await page.goto(node.url + path);
            await page.getByLabel('Name to sign in with').waitFor();
            expect(await violations(page)).toEqual([]);
            await fill(page, 'a', 'short');
            await come(page);
            await page.getByText('5 more characters').waitFor();
            expect(await violations(page)).toEqual([]);
            await shot(page, `come-in-${size}-${colorScheme}`);
            await page.goto(`${node.url}/i/no-such-code`);
            await page.getByRole('alert').getByText('no invite with that code').waitFor();
            expect(await violations(page)).toEqual([]);
            await shot(page, `no-invite-${size}-${colorScheme}`);
          },
          { viewport, colorScheme },
        );
      });

  test('a name that is taken says so at the field, and the password can be looked at', async () => {
    const { path } = await invite({ role: 'user' });
    await elsewhere(async (page) => {
      await page.goto(node.url + path);
      await fill(page, 'rex');
      const password = page.getByLabel('Password', { exact: true });
      expect(await password.getAttribute('type')).toBe('password');
      await page.getByRole('button', { name: 'Show the password' }).click();
      expect(await password.getAttribute('type')).toBe('text');
      await come(page);
      const box = page.getByLabel('Name to sign in with');
      await page.getByText('Somebody here is called rex.').waitFor();
      expect(await box.getAttribute('aria-invalid')).toBe('true');
      expect(await box.evaluate((one) => one === document.activeElement)).toBe(true);
      await box.fill('dora');
      await come(page);
      await page.getByText('live', { exact: true }).waitFor();
    });
  });

  test('a lost answer and a double press lead to one person', async () => {
    const { path, id } = await invite({ role: 'user', room: 'lobby' });
    await elsewhere(async (page, other) => {
      await page.goto(node.url + path);
      let lost = 0;
      await page.route('**/api/invites/accept', async (route) => {
        // The node hears it, and what it says does not come back.
        if (lost++ > 0) return route.continue();
        await route.fetch();
        await route.abort('connectionreset');
      });
      await fill(page, 'milo');
      await page.getByRole('button', { name: 'Come in', exact: true }).dblclick();
      await page.getByRole('alert').getByText('No answer came.').waitFor();
      await come(page);
      await page.getByText('live', { exact: true }).waitFor();
      expect(lost).toBe(2);
      other.clean();
    });
    const { items } = await node.owner.ask<{ items: { id: string; used: number }[] }>('GET', '/api/invites');
    expect(items.find((one) => one.id === id)?.used).toBe(1);
  });

  test('what lets nobody in any more says so in words', async () => {
    const used = await invite({ role: 'user' });
    const body = { code: used.path.slice(3), handle: 'first', password: PASSWORD };
    await node.owner.ask('POST', '/api/invites/accept', body);
    const revoked = await invite({ role: 'user' });
    await node.owner.ask('DELETE', `/api/invites/${revoked.id}`);
    await elsewhere(async (page) => {
      for (const [path, words] of [
        [used.path, 'The invite is used up'],
        [revoked.path, 'The invite was revoked'],
      ] as const) {
        await page.goto(node.url + path);
        await page.getByRole('alert').getByText(words).waitFor();
        expect(await page.getByLabel('Password').count()).toBe(0);
      }
    });
  });

  test('who is signed in already is asked before somebody else comes in here', async () => {
    const { path } = await invite({ role: 'user', room: 'lobby' });
    const page = await enter(watched, node);
    await page.goto(node.url + path);
    await page.getByText(`This browser is signed in as @${node.owner.handle}`).waitFor();
    await shot(page, 'already-in');
    await page.getByRole('link', { name: `Go on as @${node.owner.handle}` }).click();
    await page.getByText('live', { exact: true }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/r/lobby');
  });

  test('on plain http at a name of the network one comes in too, and is told that others could read along', async () => {
    const { path } = await invite({ role: 'user', room: 'lobby' });
    const lan = await launch([`--host-resolver-rules=MAP ${LAN} 127.0.0.1`]);
    try {
      const page = await (await lan.newContext({ viewport: sizes.phone })).newPage();
      const wrong: string[] = [];
      page.on('pageerror', (error) => wrong.push(error.message));
      const url = node.url.replace('127.0.0.1', LAN);
      await page.goto(url + path);
      expect(await page.evaluate(() => globalThis.isSecureContext)).toBe(false);
      await page.getByText('This address is not encrypted').waitFor();
      await fill(page, 'nils');
      await come(page);
      await page.getByText('live', { exact: true }).waitFor();
      await say(page, 'from the sofa');
      await stored(page, 'from the sofa').waitFor();
      await shot(page, 'lan');
      expect(wrong).toEqual([]);
    } finally {
      await lan.close();
    }
  });
});
