// Reactions, pins, and what a message said before: by mouse, keyboard and finger, and as others see it.
import type { Locator, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { amount, enter, messages, openPage, pictures, say, shot, stored, tabTo, violations } from './browser.ts';
import type { Actor } from './node.ts';
import { binary, browser, journeys, node, realNode, watched } from './setup.ts';

const sign = (actor: Actor, message: string, reaction: string) =>
  actor.ask('POST', `/api/messages/${message}/reactions`, { reaction });
const chips = (row: Locator) => row.getByRole('group', { name: 'Reactions' }).locator('[aria-pressed]');
const chip = (row: Locator, reaction: string) => chips(row).filter({ hasText: reaction });
const idOf = async (row: Locator) => (await row.getAttribute('data-message'))!;

async function pinBy(page: Page, row: Locator, name: 'Pin' | 'Unpin'): Promise<void> {
  await row.hover();
  await row.getByRole('button', { name: 'More about this message' }).click();
  await page.getByRole('menuitem', { name, exact: true }).click();
}

describe.skipIf(!binary)('signs', () => {
  journeys({ start: realNode });

  test('a reaction is set by its name, seen by others, and taken back with a click', async () => {
    await node.room('signs', 'What is thought of it');
    const rex = await node.actor('rex', 'agent');
    const mia = await node.actor('mia', 'agent');
    for (const one of [rex, mia]) await one.join('signs');
    const { id } = await rex.post('signs', 'the build is green');
    await rex.post('signs', 'and nobody has reacted to this');
    const page = await enter(watched, node, '/r/signs');
    const row = stored(page, 'the build is green');
    await row.waitFor();
    expect(await page.getByRole('group', { name: 'Reactions' }).count()).toBe(0);
    await row.hover();
    await row.getByRole('button', { name: 'React', exact: true }).click();
    const panel = page.getByRole('dialog', { name: 'React to this message' });
    await panel.getByRole('button', { name: 'React with 👍' }).waitFor();
    await page.keyboard.type('rock');
    await panel.getByRole('button', { name: 'React with rocket' }).waitFor();
    await page.keyboard.press('Enter');
    await panel.waitFor({ state: 'detached' });
    await chip(row, '🚀').waitFor();
    expect(await chip(row, '🚀').getAttribute('aria-pressed')).toBe('true');
    for (const one of [rex, mia]) await sign(one, id, 'rocket');
    await sign(mia, id, '🎉');
    await page.getByRole('button', { name: '🚀 by you, rex and mia, 3' }).waitFor();
    await amount(chips(row), 2);
    // A name that the page does not know is the node's to find.
    await row.hover();
    await row.getByRole('button', { name: 'React', exact: true }).last().click();
    await page.keyboard.type('hedgehog');
    await page.keyboard.press('Enter');
    await chip(row, '🦔').waitFor();
    await row.getByRole('button', { name: 'React', exact: true }).last().click();
    await page.keyboard.type('no such sign');
    await page.keyboard.press('Enter');
    await page.getByText('a reaction is one emoji').first().waitFor();
    await chip(row, '🦔').click();
    await chip(row, '🦔').waitFor({ state: 'detached' });
    await chip(row, '🎉').click();
    await page.getByRole('button', { name: '🎉 by you and mia, 2' }).waitFor();
    await page.reload();
    await page.getByRole('button', { name: '🚀 by you, rex and mia, 3' }).waitFor();
    await amount(chips(row), 2);
    await pictures(page, 'reactions');
  });

  test('all of it goes by keyboard', async () => {
    await node.room('keys');
    const kim = await node.actor('kim', 'agent');
    await kim.join('keys');
    const page = await enter(watched, node, '/r/keys');
    await say(page, 'by hand');
    const row = stored(page, 'by hand');
    await row.waitFor();
    await sign(kim, await idOf(row), '👀');
    await chip(row, '👀').waitFor();
    await row.focus();
    await tabTo(page, chip(row, '👀'));
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: '👀 by you and kim, 2' }).waitFor();
    await tabTo(page, row.getByRole('button', { name: 'React', exact: true }).first());
    await page.keyboard.press('Enter');
    const panel = page.getByRole('dialog', { name: 'React to this message' });
    await panel.getByRole('textbox').waitFor();
    await shot(page, 'reactions-panel-1280-dark');
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await chip(row, '❤️').waitFor();
    await page.keyboard.press('Enter');
    await panel.waitFor();
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'detached' });
    await row.getByRole('button', { name: 'React', exact: true }).first().waitFor();
  });

  test('a finger that stays asks who it was', async () => {
    await node.room('touch');
    const tia = await node.actor('tia', 'agent');
    await tia.join('touch');
    const { id } = await tia.post('touch', 'hold this');
    await sign(tia, id, '🔥');
    const phone = await openPage(browser, node, { viewport: { width: 390, height: 844 }, hasTouch: true });
    const page = await enter(phone, node, '/r/touch');
    const one = chip(stored(page, 'hold this'), '🔥');
    await one.waitFor();
    const down = { pointerType: 'touch', bubbles: true };
    await one.dispatchEvent('pointerdown', down);
    await page.getByRole('complementary', { name: 'Note' }).getByText('🔥 by tia').waitFor();
    await one.dispatchEvent('pointerup', down);
    await one.dispatchEvent('click', { bubbles: true });
    expect(await one.getAttribute('aria-pressed')).toBe('false');
    await one.tap();
    await shot(page, 'reactions-390-touch');
    await page.getByRole('button', { name: '🔥 by you and tia, 2' }).waitFor();
    phone.clean();
    await phone.close();
  });

  test('pins stand at the head, lead to their messages, and go with them', async () => {
    await node.room('head', 'What is always here');
    const pia = await node.actor('pia', 'agent');
    await pia.join('head');
    const page = await enter(watched, node, '/r/head');
    await say(page, 'rules of the house: knock first');
    await pia.post('head', 'the plan stands in plan.md');
    for (let number = 0; number < 60; number++) await pia.post('head', `talk ${number}`);
    const plan = stored(page, 'the plan stands');
    await stored(page, 'talk 59').waitFor();
    const bar = page.getByRole('region', { name: 'Pinned messages' });
    expect(await bar.count()).toBe(0);
    const rules = stored(page, 'rules of the house');
    await rules.scrollIntoViewIfNeeded();
    await pinBy(page, rules, 'Pin');
    await bar.getByRole('button', { name: '1 pinned message' }).waitFor();
    await plan.scrollIntoViewIfNeeded();
    await pinBy(page, plan, 'Pin');
    await bar.getByRole('button', { name: /^2 pinned messages/ }).click();
    await pictures(page, 'pins');
    await bar.getByRole('link', { name: /rules of the house/ }).click();
    await messages(page).locator('article.linked', { hasText: 'rules of the house' }).waitFor();
    const denied = await pia.ask('DELETE', `/api/messages/${await idOf(rules)}/pin`).then(() => 'done', String);
    expect(denied).toContain('403');
    await bar.getByRole('button', { name: /^2 pinned messages/ }).click();
    await bar.getByRole('button', { name: 'Unpin the message by pia' }).click();
    await bar.getByRole('button', { name: /^1 pinned message/ }).waitFor();
    await rules.hover();
    await rules.getByRole('button', { name: 'More about this message' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Delete for everybody' }).click();
    await bar.waitFor({ state: 'detached' });
  });

  test('edited opens what it said before, with what changed', async () => {
    await node.room('before');
    const eva = await node.actor('eva', 'agent');
    await eva.join('before');
    const { id } = await eva.post('before', 'the build is red since noon');
    await eva.edit(id, 'the build is amber since noon');
    const page = await enter(watched, node, '/r/before');
    const row = stored(page, 'the build is amber');
    await row.getByRole('button', { name: 'edited' }).click();
    const versions = row.getByRole('region', { name: 'Earlier versions' });
    await amount(versions.getByRole('listitem'), 2);
    expect(await versions.getByRole('listitem').first().textContent()).toContain('the build is red since noon');
    expect(await versions.locator('del').textContent()).toBe('red');
    expect(await versions.locator('ins').textContent()).toBe('amber');
    await eva.edit(id, 'the build is green');
    await amount(versions.getByRole('listitem'), 3);
    await pictures(page, 'versions');
    await eva.post('before', 'never changed');
    await stored(page, 'never changed').waitFor();
    expect(await stored(page, 'never changed').getByRole('button', { name: 'edited' }).count()).toBe(0);
  });
});
