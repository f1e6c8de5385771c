// Consent on the page: invitations into rooms, where somebody's machine runs what is asked, the mesh's floor.
import { describe, expect, test } from 'vitest';
import { amount, enter, openPage, shot, stored, violations } from './browser.ts';
import type { Actor } from './node.ts';
import { binary, browser, journeys, node, realNode, watched } from './setup.ts';

interface Standing {
  rooms: { name: string; capabilities: string[]; agreed: boolean | null; answered_by: { handle: string }[] }[];
}

describe.runIf(binary)('consent', () => {
  let ana: Actor;

  async function ready(): Promise<void> {
    await node.actor('rex', 'agent');
    ana = await node.actor('ana', 'human');
  }
  journeys({ start: realNode, ready });

  const standing = (room: string) =>
    node.owner
      .ask<Standing>('GET', '/api/participants/rex/standing')
      .then((all) => all.rooms.find((one) => one.name === room));

  test('an invitation of somebody below the reader comes at once, is accepted, and its machine is lent to the room', async () => {
    const page = await enter(watched, node, '/r/general');
    const banner = page.getByRole('complementary', { name: 'Invitation' });
    await ana.ask('POST', '/api/rooms', {
      name: 'yard',
      access: 'private',
      defaults: ['speak', 'listen', 'execute'],
    });
    await ana.ask('POST', '/api/rooms/yard/invitations/rex');
    await banner.getByText('rex, whom you answer for, is invited into yard by ana').waitFor();
    await shot(page, 'invited-1280');
    expect(await standing('yard')).toBeUndefined();
    await banner.getByRole('button', { name: 'Accept' }).click();
    await page.locator('.note', { hasText: 'rex is in yard now.' }).waitFor();
    await banner.waitFor({ state: 'detached' });
    // The room lets everybody run commands; rex's own side has not said so yet.
    expect(await standing('yard')).toMatchObject({ agreed: null, capabilities: ['speak', 'listen'] });
    await page.goto(`${node.url}/p/rex`);
    const card = page.getByRole('complementary', { name: 'Participant' });
    await card.getByText(node.owner.handle, { exact: true }).waitFor();
    const yard = card.getByRole('listitem').filter({ hasText: 'yard' });
    await yard.getByText('Its own side has not agreed to run anything.').waitFor();
    await card.getByRole('button', { name: 'Let it run what is asked in yard' }).click();
    await card.getByLabel(/Who else answers/).fill('@ana');
    await card.getByRole('button', { name: 'Let it run there' }).click();
    await page.locator('.note', { hasText: 'rex runs what is asked in yard' }).waitFor();
    await card.getByText('Asks besides those above it: ana.').waitFor();
    await shot(page, 'standing-1280');
    expect(await standing('yard')).toMatchObject({ agreed: true, answered_by: [{ handle: 'ana' }] });
    await card.getByRole('button', { name: 'Run nothing in yard' }).click();
    await yard.getByText('Runs nothing').waitFor();
    expect(await standing('yard')).toMatchObject({ agreed: false, capabilities: ['speak', 'listen'] });
    await card.getByLabel('Comes into rooms').selectOption({ label: 'by itself or people of this mesh' });
    await page.locator('.note', { hasText: 'by itself or people of this mesh' }).waitFor();
    await ana.ask('POST', '/api/rooms', { name: 'shed', access: 'private' });
    await ana.ask('PUT', '/api/rooms/shed/members/rex');
    // Those above it are told where it is.
    await page.reload();
    await card.getByText('shed', { exact: true }).waitFor();
  });

  test('the reader declines an invitation of its own', async () => {
    await ana.ask('POST', '/api/rooms', { name: 'porch', access: 'private' });
    await ana.ask('POST', `/api/rooms/porch/invitations/${node.owner.handle}`);
    const page = await enter(watched, node, '/r/general');
    const banner = page.getByRole('complementary', { name: 'Invitation' });
    await banner.getByText('You are invited into porch by ana').waitFor();
    await banner.getByRole('button', { name: 'Decline' }).click();
    await page.locator('.note', { hasText: 'The invitation into porch is declined.' }).waitFor();
    await banner.waitFor({ state: 'detached' });
    const { items } = await ana.ask<{ items: unknown[] }>('GET', '/api/invitations?room=porch');
    expect(items).toEqual([]);
  });

  test('whoever moderates a room invites, takes back, and sees the answer come', async () => {
    await node.room('gate');
    const page = await enter(watched, node, '/r/gate');
    await page.getByRole('button', { name: /members?, show the room/ }).click();
    const part = page.getByRole('complementary', { name: 'Room' }).getByRole('region', { name: 'Invitations' });
    const invite = async () => {
      await part.getByRole('combobox').selectOption({ label: 'ana' });
      await part.getByRole('button', { name: 'Invite', exact: true }).click();
      await part.getByText('has not answered').waitFor();
    };
    await invite();
    await shot(page, 'invitees-1280');
    await part.getByRole('button', { name: 'Take back the invitation of ana' }).click();
    await amount(part.getByRole('listitem'), 0);
    await invite();
    await ana.ask('POST', '/api/rooms/gate/accept', {});
    await amount(part.getByRole('listitem'), 0);
    await page.getByRole('button', { name: '2 members, show the room' }).waitFor();
    await node.owner.ask('PUT', '/api/rooms/gate/members/rex');
    const card = page.getByRole('complementary', { name: 'Room' });
    await card.getByLabel('Primary agent').selectOption({ label: 'rex' });
    await page.locator('.note', { hasText: 'Lines said here go to rex.' }).waitFor();
    expect(await ana.ask('GET', '/api/rooms/gate')).toMatchObject({ primary: { handle: 'rex' } });
  });

  test('a message and its receipts say who stands behind its author and its readers', async () => {
    await node.room('dock');
    const rex = await node.actor('max', 'agent');
    await rex.join('dock');
    await rex.post('dock', 'built it');
    const page = await enter(watched, node, '/r/dock');
    await stored(page, 'built it').focus();
    await page.keyboard.press('m');
    await page.getByRole('menuitem', { name: 'Where it comes from', exact: true }).click();
    const card = page.getByRole('complementary', { name: 'Message' });
    await card.getByText(`written by max (behind it: ${node.owner.handle})`).waitFor();
    await shot(page, 'behind-1280');
  });

  test('the floor is set by the owner', async () => {
    const page = await enter(watched, node, '/settings');
    const score = page.getByLabel('Words are held for a moderator from this score at the latest');
    await score.fill('60');
    await page.getByRole('button', { name: 'Set this floor' }).click();
    await page.locator('.note', { hasText: 'The floor holds from now on.' }).waitFor();
    expect(await ana.ask('GET', '/api/floor')).toMatchObject({ quarantine: 60 });
  });

  const sizes = { 1280: { width: 1280, height: 800 }, 390: { width: 390, height: 844 } };
  for (const [size, viewport] of Object.entries(sizes)) {
    for (const colorScheme of ['dark', 'light'] as const) {
      test(`axe finds nothing and nothing is cut: ${size}, ${colorScheme}`, async () => {
        const name = `look-${size}-${colorScheme}`;
        await ana.ask('POST', '/api/rooms', { name, access: 'private' });
        await ana.ask('POST', `/api/rooms/${name}/invitations/rex`);
        await node.room(`own-${name}`);
        await node.owner.ask('POST', `/api/rooms/own-${name}/invitations/ana`);
        const mine = await openPage(browser, node, { viewport, colorScheme, hasTouch: size === '390' });
        const page = await enter(mine, node);
        const found: Record<string, string[]> = {};
        const look = async (place: string) => {
          if (colorScheme === 'dark') await shot(page, `${place}-${size}`);
          const list = await violations(page);
          if (list.length > 0) found[place] = list;
          expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(viewport.width);
        };
        // Above every page, but in the list of what waits a row of its own.
        await page.locator('[data-row]', { hasText: 'whom you answer for' }).first().waitFor();
        await look('consent-home');
        // The places of the sidebar are read whole; on a phone it is a page of its own.
        if (size === '390') {
          await page.goto(`${node.url}/rooms`);
          await page.getByRole('complementary', { name: 'Invitation' }).waitFor();
        }
        expect(
          await page
            .locator('.govern .clip')
            .evaluateAll((all) => all.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.textContent)),
        ).toEqual([]);
        await page.goto(`${node.url}/p/rex`);
        await page.getByRole('region', { name: 'What it may do now' }).waitFor();
        await look('consent-person');
        await page.goto(`${node.url}/r/own-${name}`);
        await page.getByRole('button', { name: /members?, show the room/ }).click();
        await page.getByText('has not answered').waitFor();
        await look('consent-room');
        await page.goto(`${node.url}/settings`);
        await page.getByRole('heading', { name: 'How loose guests may make their rooms' }).scrollIntoViewIfNeeded();
        await page.getByLabel(/^Words are refused/).waitFor();
        await look('consent-settings');
        expect(found).toEqual({});
        mine.clean();
        await mine.close();
        await ana.ask('POST', `/api/rooms/${name}/decline`, { participant: 'rex' });
      });
    }
  }
});
