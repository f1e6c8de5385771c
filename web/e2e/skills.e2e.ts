// Skills: a stranger's waits in the inbox until the owner has looked at exactly it; the room's page shows what may be installed.
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { enter, pictures } from './browser.ts';
import type { Actor } from './node.ts';
import { binary, journeys, node, realNode, watched } from './setup.ts';

interface Held {
  items: { name: string; version: number; sha256: string }[];
}

const HOSTILE = '<img src=x onerror=alert(1)> Counts words \u202edrowssap';

describe.runIf(binary)('skills', () => {
  let mole: Actor;
  let bob: Actor;
  journeys({
    start: realNode,
    ready: async () => {
      mole = await node.actor('mole', 'agent');
      bob = await node.actor('bob', 'human');
      await node.owner.ask('PUT', '/api/participants/mole/trust', { trust: 'untrusted' });
    },
  });

  /** A room where a stranger may write data, and where bob only reads it. */
  async function room(name: string): Promise<void> {
    await node.room(name);
    for (const { handle } of [mole, bob]) await node.owner.ask('PUT', `/api/rooms/${name}/members/${handle}`, {});
    const capabilities = ['speak', 'listen', 'data-read', 'data-write'];
    await node.owner.ask('PUT', `/api/rooms/${name}/members/mole/capabilities`, { capabilities });
  }
  const publish = (room: string, steps: string, more: object[] = []) =>
    mole.ask('PUT', `/api/rooms/${room}/skill`, {
      files: [
        { path: 'SKILL.md', text: `---\nname: count-words\ndescription: "${HOSTILE}"\n---\n\n${steps}\n` },
        { path: 'scripts/count.sh', text: 'wc -w "$1"\n', run: true },
        ...more,
      ],
      note: 'counts what is there',
    });
  const listed = async (room: string, held = false) =>
    (await node.owner.ask<Held>('GET', `/api/rooms/${room}/skills${held ? '?held=true' : ''}`)).items;
  const row = (page: Page, text: string) => page.locator('[data-row]', { hasText: text });
  const noted = (page: Page, text: string) => page.locator('.note', { hasText: text }).waitFor();
  const press = (page: Page, text: string, name: RegExp) =>
    row(page, text).locator('button[aria-disabled=false]', { hasText: name }).click();

  test('a stranger’s skill is looked at and accepted in the inbox, its next version refused, and the room lists it', async () => {
    await room('attic');
    const page = await enter(watched, node, '/r/attic/files');
    await page.getByRole('link', { name: 'Skills', exact: true }).click();
    await page.getByText('No skills may be used here yet.').waitFor();
    await page.getByText('mesh skill publish ./FOLDER --room attic').waitFor();
    await pictures(page, 'skills-none');

    // It comes while the page is open.
    await publish('attic', 'Count the words.');
    await page.getByText('Held until somebody has looked at them').waitFor();
    await page.getByRole('link', { name: 'Inbox', exact: true }).last().click();
    const first = 'publishes the skill count-words';
    await row(page, first)
      .getByRole('button', { name: /^Look at it/ })
      .click();
    const said = page.getByRole('region', { name: 'What count-words says' });
    await said.getByText(`<img src=x onerror=alert(1)> Counts words ⟨U+202E⟩drowssap`).waitFor();
    await page.getByText('counts what is there').waitFor();
    await page.getByRole('button', { name: /^scripts\/count\.sh.*may be run/ }).click();
    await page.getByRole('region', { name: 'scripts/count.sh' }).getByText('wc -w "$1"').waitFor();
    await pictures(page, 'skills-held');
    expect(await listed('attic')).toEqual([]);
    // Whoever moderates nothing is not asked.
    expect(await bob.ask<Held>('GET', '/api/rooms/attic/skills?held=true')).toEqual({ items: [] });
    await press(page, first, /^Accept/);
    await noted(page, 'The skill count-words of mole can be used now.');
    await row(page, first).waitFor({ state: 'detached' });
    expect((await listed('attic')).map(({ version }) => version)).toEqual([1]);

    // The next version is held anew, and stands beside the one that was accepted.
    await publish('attic', 'Count the letters.', [{ path: 'notes.txt', text: 'more\n' }]);
    const second = 'publishes version 2 of the skill count-words';
    await row(page, second)
      .getByRole('button', { name: /^Look at it/ })
      .click();
    await said.locator('del', { hasText: 'words.' }).waitFor();
    await said.locator('ins', { hasText: 'letters.' }).waitFor();
    await page.getByRole('button', { name: /^notes\.txt.*new$/ }).waitFor();
    await pictures(page, 'skills-changed');
    await press(page, second, /^Withdraw for good/);
    await noted(page, 'Version 2 of the skill count-words is erased.');
    expect(await listed('attic', true)).toEqual([]);

    await page.goto(`${node.url}/r/attic/skills`);
    const skill = page.getByRole('article', { name: 'count-words' });
    await skill.getByText('mesh skill install count-words --room attic', { exact: true }).waitFor();
    await skill.getByText('⟨U+202E⟩drowssap').waitFor();
    await skill.getByText('from outside, unproven').waitFor();
    await skill.getByRole('button', { name: 'Look at it: count-words' }).click();
    await skill.getByText('Count the words.').waitFor();
    await pictures(page, 'skills-list');
    await skill.getByRole('button', { name: 'Withdraw count-words' }).click();
    await page.getByRole('button', { name: 'Erase for good' }).click();
    await skill.waitFor({ state: 'detached' });
    expect(await listed('attic')).toEqual([]);
  });
});
