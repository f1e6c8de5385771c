// What only the terminal could do before: users, invites, tokens, budgets, templates, tools, kinds of events, one's own
// things, and the settings of a room.
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { enter, openPage, shot, violations, type Watched } from './browser.ts';
import { binary, browser, journeys, node, realNode, watched } from './setup.ts';

const PASSWORD = 'correct horse battery';
const sizes = { 1280: { width: 1280, height: 800 }, 390: { width: 390, height: 844 } };

const noted = (page: Page, text: string) => page.locator('.note', { hasText: text }).waitFor();
const undo = (page: Page) => page.locator('.note').getByRole('button', { name: 'Undo' }).click();
const user = (username: string, role = 'user') =>
  node.owner.ask('POST', '/api/admin/users', { username, password: PASSWORD, role });

/** Signs a user in by its password. */
async function signIn(username: string, password = PASSWORD): Promise<{ page: Page; other: Watched }> {
  const other = await openPage(browser, node);
  const { page } = other;
  await page.goto(node.url);
  await page.getByLabel('User name').fill(username);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  return { page, other };
}

describe.runIf(binary)('settings', () => {
  journeys({
    start: realNode,
    ready: async () => {
      await node.room('den', 'where it is quiet');
      await (await node.actor('rex', 'agent')).join('den');
      await user('olga');
    },
  });

  test('a user is made, gets another role and back, a new password, and is disabled and enabled', async () => {
    const page = await enter(watched, node, '/settings/users');
    const form = page.getByRole('region', { name: 'Make a user by hand' });
    await form.getByLabel('Name to sign in with').fill('Ulla');
    await form.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await form.getByRole('button', { name: 'Make the user' }).click();
    await noted(page, '@ulla can sign in.');
    const role = page.getByRole('combobox', { name: 'What @ulla may do' });
    await role.selectOption('viewer');
    await noted(page, '@ulla looks only from now on.');
    await undo(page);
    await noted(page, '@ulla reads, writes, gives tasks from now on.');
    expect(await role.inputValue()).toBe('user');
    await page.getByRole('button', { name: 'Set a new password for @ulla' }).click();
    const dialog = page.getByRole('dialog', { name: 'A new password for @ulla' });
    await dialog.getByLabel('New password', { exact: true }).fill('battery horse correct');
    await dialog.getByRole('button', { name: 'Set the password' }).click();
    await noted(page, 'signed out everywhere');
    await page.getByRole('button', { name: 'Disable @ulla' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Disable', exact: true }).click();
    await noted(page, '@ulla is disabled');
    await page.getByRole('button', { name: 'Enable @ulla' }).click();
    await noted(page, '@ulla may sign in again.');
    const { page: hers, other } = await signIn('ulla', 'battery horse correct');
    await hers.getByText('live', { exact: true }).waitFor();
    await other.close();
  });

  test('an invite is listed with its uses and revoked', async () => {
    const made = await node.owner.ask<{ path: string }>('POST', '/api/invites', {
      role: 'user',
      uses: 3,
      label: 'for the choir',
    });
    const page = await enter(watched, node, '/settings/invites');
    const row = page.getByRole('listitem').filter({ hasText: 'for the choir' });
    await row.getByText('0 of 3 used').waitFor();
    await row.getByRole('button', { name: 'Revoke' }).click();
    await page.getByRole('button', { name: 'Revoke it for good' }).click();
    await noted(page, 'The invite is revoked.');
    await row.waitFor({ state: 'detached' });
    await page.goto(node.url + made.path);
    await page.getByText('This browser is signed in').or(page.getByRole('alert').getByText('was revoked')).waitFor();
  });

  test('a token is made with bounds, shown once, works, and is revoked; so is a key', async () => {
    const page = await enter(watched, node, '/settings/tokens');
    const tokens = page.getByRole('region', { name: 'Tokens' });
    await tokens.getByLabel('For whom').selectOption({ label: 'rex' });
    await tokens.getByLabel('What it is for').fill('the night');
    await tokens.getByRole('button', { name: 'Make a token' }).click();
    const taken = page.getByRole('dialog', { name: 'Take it now' });
    const token = (await taken.getByRole('region', { name: 'The secret' }).textContent()) ?? '';
    const me = () =>
      fetch(`${node.url}/api/me`, { headers: { authorization: `Bearer ${token}` } }).then((answer) => answer.status);
    expect(await me()).toBe(200);
    await page.keyboard.press('Escape');
    const row = tokens.getByRole('listitem').filter({ hasText: 'the night' });
    await row.getByText('9 permissions').waitFor();
    await row.getByRole('button', { name: /^Revoke/ }).click();
    await page.getByRole('button', { name: 'Revoke it for good' }).click();
    await noted(page, 'It is revoked');
    expect(await me()).toBe(401);
    const keys = page.getByRole('region', { name: 'API keys' });
    await keys.getByLabel('Name of its bot').fill('grafana');
    await keys.getByLabel('Requests a minute').fill('5');
    await keys.getByRole('button', { name: 'Make a key' }).click();
    await taken.waitFor();
    await page.keyboard.press('Escape');
    await keys.getByRole('listitem').filter({ hasText: 'grafana' }).getByText('5 a minute').waitFor();
  });

  test('a user changes name, password and browsers by itself', async () => {
    const { page, other } = await signIn('olga');
    await page.getByText('live', { exact: true }).waitFor();
    const { page: second, other: also } = await signIn('olga');
    await second.getByText('live', { exact: true }).waitFor();
    await page.goto(`${node.url}/settings/you`);
    await page.getByLabel('Name that people read').fill('Olga of the hills');
    await page.getByRole('button', { name: 'Save' }).click();
    await noted(page, 'Your profile is saved.');
    await page.getByRole('button', { name: /^Sign out the browser of/ }).click();
    await noted(page, 'That browser is signed out.');
    await second.getByLabel('User name').waitFor();
    await page.getByLabel('Present password').fill(PASSWORD);
    await page.getByLabel('New password', { exact: true }).fill('battery horse correct');
    await page.getByRole('button', { name: 'Change the password' }).click();
    await noted(page, 'Your password is changed.');
    expect(await page.getByRole('link', { name: 'Users' }).count()).toBe(0);
    await other.close();
    await also.close();
  });

  test('budgets, templates and kinds of events are made and taken away', async () => {
    const page = await enter(watched, node, '/settings/budgets');
    await page.getByLabel('Of whom').selectOption({ label: 'rex' });
    await page.getByLabel('Dollars a day').fill('2.50');
    await page.getByRole('button', { name: 'Set this limit' }).click();
    await page.getByText('$0 of $2.50').waitFor();
    await page.getByRole('button', { name: 'Lift the limit of rex' }).click();
    await noted(page, 'There is no limit any more.');
    await undo(page);
    await page.getByText('$0 of $2.50').waitFor();

    await page.getByRole('link', { name: 'Templates' }).click();
    await page.getByLabel('Name', { exact: true }).fill('triage');
    await page.getByLabel('Title of its tasks').fill('Triage {report}');
    await page.getByLabel('What is to be done').fill('Read {report} and say how bad it is.');
    await page.getByText('Blanks: report.').waitFor();
    await page.getByRole('button', { name: 'Make the template' }).click();
    await noted(page, 'The template triage is there.');
    await page.getByRole('button', { name: 'Delete triage' }).click();
    await page.getByRole('button', { name: 'Delete it' }).click();
    await page.getByRole('button', { name: 'Delete triage' }).waitFor({ state: 'detached' });

    await page.getByRole('link', { name: 'Kinds of events' }).click();
    await page.getByLabel('Name', { exact: true }).fill('build-done');
    await page.getByRole('button', { name: 'Register it' }).click();
    await noted(page, 'build-done is registered, version 1.');

    await page.getByRole('link', { name: 'Tools' }).click();
    const tool = page.getByRole('combobox', { name: /^For whom / }).first();
    await tool.selectOption({ label: 'only @rex' });
    await page.getByText('for those @rex').first().waitFor();
    await undo(page);
    await page.locator('.small', { hasText: 'for those @rex' }).waitFor({ state: 'detached' });
  });

  test('a room gets another topic, a member less, a value is kept, and it is archived and opened again', async () => {
    await node.room('shed');
    await (await node.actor('kite', 'agent')).join('shed');
    const page = await enter(watched, node, '/r/shed/settings');
    await page.getByLabel('What it is about').fill('tools and bikes');
    await page.getByLabel('Name', { exact: true }).fill('workshed');
    await page.getByRole('button', { name: 'Save' }).click();
    await noted(page, 'The room is changed.');
    await page.getByRole('heading', { name: 'Settings of workshed' }).waitFor();
    await page.getByRole('button', { name: 'What it may: @kite' }).click();
    await page.getByRole('checkbox', { name: 'write', exact: true }).click();
    await noted(page, '@kite: changed.');
    await page.getByRole('listitem').filter({ hasText: '@kite' }).getByText('may read').waitFor();
    await page.getByLabel('Name of the value').fill('branch');
    await page.getByLabel('Value', { exact: true }).fill('main');
    await page.getByRole('button', { name: 'Set it' }).click();
    await noted(page, 'branch is set.');
    await page.getByRole('button', { name: 'Remove branch' }).click();
    await noted(page, 'branch is removed.');
    await undo(page);
    await page.getByRole('button', { name: 'Change branch' }).waitFor();
    await page.getByRole('button', { name: 'Remove @kite' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click();
    await noted(page, '@kite is removed');
    await page.getByRole('button', { name: 'Archive #workshed' }).click();
    await page.getByRole('button', { name: 'Archive it' }).click();
    await noted(page, '#workshed is archived.');
    await page.getByRole('button', { name: 'Open it again' }).click();
    await noted(page, '#workshed is open again.');
  });

  for (const [size, viewport] of Object.entries(sizes)) {
    for (const colorScheme of ['dark', 'light'] as const) {
      test(`axe finds nothing and nothing is cut: ${size}, ${colorScheme}`, async () => {
        await node.owner.ask('POST', '/api/invites', { role: 'viewer', uses: 9, label: `look ${size} ${colorScheme}` });
        await node.owner.ask('PUT', '/api/budgets', { tokens: 100_000 });
        await node.owner.ask('PUT', '/api/rooms/den/context/branch', { value: 'main' });
        const mine = await openPage(browser, node, { viewport, colorScheme, hasTouch: size === '390' });
        const page = await enter(mine, node);
        const found: Record<string, string[]> = {};
        const places = ['you', 'users', 'invites', 'tokens', 'budgets', 'templates', 'tools', 'events'];
        for (const place of [...places.map((part) => `/settings/${part}`), '/r/den/settings']) {
          await page.goto(node.url + place);
          await page.locator('.sections li').first().waitFor();
          await shot(page, `${place.slice(1).replaceAll('/', '-')}-${size}-${colorScheme}`);
          const list = await violations(page);
          if (list.length > 0) found[place] = list;
          expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(viewport.width);
        }
        expect(found).toEqual({});
        mine.clean();
        await mine.close();
      });
    }
  }
});
