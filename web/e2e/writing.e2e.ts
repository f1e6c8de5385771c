// What helps while writing: completion of people, emoji and commands, by keyboard and by touch; long texts; the palette.
import { describe, expect, test } from 'vitest';
import { composer, enter, openPage, pictures, stored, violations } from './browser.ts';
import type { Actor } from './node.ts';
import { binary, browser, journeys, node, realNode, watched } from './setup.ts';

describe.runIf(binary)('writing', () => {
  let vera: Actor;
  journeys({
    start: realNode,
    ready: async () => {
      vera = await node.actor('vera', 'agent');
      await vera.ask('PATCH', '/api/participants/vera', { profile: { display_name: 'Quilla Stone' } });
      await node.actor('verena', 'agent');
    },
  });

  test('members come first, display names are found, and a finger takes one on a phone', async () => {
    await node.room('ink');
    await vera.join('ink');
    const page = await enter(watched, node, '/r/ink');
    await composer(page).pressSequentially('hello @ver');
    const offers = page.getByRole('listbox', { name: 'Participants to mention' });
    await offers.getByRole('option').nth(1).waitFor();
    expect(await offers.getByRole('option').allTextContents()).toEqual([
      expect.stringContaining('Quilla Stone'),
      expect.stringContaining('not in this room'),
    ]);
    await composer(page).press('ArrowDown');
    await offers.getByRole('option', { name: /verena/, selected: true }).waitFor();
    await composer(page).press('ArrowUp');
    await composer(page).press('Tab');
    expect(await composer(page).inputValue()).toBe('hello @vera ');
    await composer(page).fill('');
    await composer(page).pressSequentially('@Quil');
    await offers.getByRole('option', { name: /Quilla/ }).waitFor();
    expect(await violations(page)).toEqual([]);
    await pictures(page, 'mention');
    const phone = await openPage(browser, node, { hasTouch: true, viewport: { width: 390, height: 844 } });
    const small = await enter(phone, node, '/r/ink');
    await composer(small).tap();
    await composer(small).pressSequentially('@ver');
    await small.getByRole('option', { name: /Quilla/ }).tap();
    expect(await composer(small).inputValue()).toBe('@vera ');
    await composer(small).pressSequentially('look');
    await small.getByRole('button', { name: 'Send' }).tap();
    await stored(small, 'look').waitFor();
    phone.clean();
    await phone.close();
  });

  test('emoji by name, by keys and by a second colon; Shift and Enter begin a line', async () => {
    await node.room('moods');
    const page = await enter(watched, node, '/r/moods');
    await composer(page).pressSequentially('ship it :rock');
    await page.getByRole('option', { name: ':rocket:' }).waitFor();
    await pictures(page, 'emoji');
    await composer(page).press('Enter');
    expect(await composer(page).inputValue()).toBe('ship it 🚀 ');
    await composer(page).press('Shift+Enter');
    await composer(page).pressSequentially('done :tada:');
    await page.waitForFunction(() => document.querySelector('textarea')?.value.includes('🎉'));
    await composer(page).press('Enter');
    await stored(page, 'ship it 🚀').locator('br').waitFor({ state: 'attached' });
  });

  test('commands say what they take, and whom they are about is completed', async () => {
    await node.room('orders');
    await vera.join('orders');
    const page = await enter(watched, node, '/r/orders');
    await composer(page).pressSequentially('/pau');
    await page.getByRole('option', { name: /pause NAME/ }).waitFor();
    await pictures(page, 'commands');
    await composer(page).press('Tab');
    await page.getByRole('option', { name: /Quilla/ }).waitFor();
    await composer(page).press('Enter');
    expect(await composer(page).inputValue()).toBe('/pause vera ');
    await page.getByText('/pause NAME').waitFor();
    await composer(page).press('Escape');
    await page.getByText('/pause NAME').waitFor({ state: 'detached' });
    await composer(page).fill('/status');
    await composer(page).press('Enter');
    await page.getByRole('log', { name: 'Answers that only you see' }).waitFor();
  });

  test('a long text that is pasted may be sent as code', async () => {
    await node.room('pastes');
    const page = await enter(watched, node, '/r/pastes');
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    const report = Array.from({ length: 12 }, (_, line) => `error ${line}: *nothing* found`).join('\n');
    await page.evaluate((text) => navigator.clipboard.writeText(text), report);
    await composer(page).focus();
    await page.keyboard.press('Control+v');
    await page.getByRole('button', { name: 'Send it as code' }).click();
    await composer(page).press('Enter');
    await stored(page, 'error 11').locator('pre').waitFor();
    expect(await stored(page, 'error 11').locator('pre').textContent()).toBe(report);
  });

  test('the palette finds a task, a message, somebody by name and an action, and stays where it is', async () => {
    await node.room('finds');
    await vera.join('finds');
    const said = await vera.post('finds', 'the zeppelin is moored');
    const tasks = [{ title: 'Paint the zeppelin', prompt: 'red' }];
    await vera.ask('POST', '/api/tasks', { room: 'finds', tasks });
    const page = await enter(watched, node, '/r/finds');
    await stored(page, 'moored').waitFor();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('zeppelin');
    const dialog = page.getByRole('dialog', { name: 'Find anything' });
    await dialog.getByRole('option', { name: /Search messages for/, selected: true }).waitFor();
    const before = await dialog.boundingBox();
    await dialog.getByRole('option', { name: /Paint the zeppelin/ }).waitFor();
    await dialog.getByRole('option', { name: /is moored in finds/ }).waitFor();
    expect(await dialog.boundingBox()).toEqual(before);
    await dialog.getByRole('option', { name: /Search messages for/, selected: true }).waitFor();
    await pictures(page, 'palette');
    await dialog.getByRole('option', { name: /is moored/ }).click();
    await page.waitForURL(`**/r/finds/m/${said.id}`);
    await page.keyboard.press('Control+k');
    await page.keyboard.type('quilla');
    await dialog.getByRole('option', { name: /Quilla Stone @vera/, selected: true }).waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL('**/dm/vera');
  });
});
