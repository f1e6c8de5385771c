// The rules of a room: set up and understood by keyboard alone, with what goes wrong on the way. Only the real binary decides.
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { amount, enter, shot, tabTo } from './browser.ts';
import type { Actor } from './node.ts';
import { binary, journeys, node, realNode, watched } from './setup.ts';

/** What a refused request says. */
async function refusal(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'it was allowed',
    (error: Error) => error.message,
  );
}

describe.runIf(binary)('the rules of a room', () => {
  let rex: Actor;
  let ana: Actor;

  async function ready(): Promise<void> {
    rex = await node.actor('rex', 'agent');
    ana = await node.actor('ana', 'human');
  }
  journeys({ start: realNode, ready });

  async function room(name: string): Promise<void> {
    await node.room(name);
    for (const one of [rex, ana]) await one.join(name);
  }
  const main = (page: Page) => page.getByRole('region', { name: /^Rules of/ });
  const preview = (page: Page) => page.getByRole('region', { name: 'What can they do here?' });
  const answer = (page: Page, deed: string) => preview(page).getByRole('listitem').filter({ hasText: deed });
  const noted = (page: Page, text: string | RegExp) => page.locator('.note', { hasText: text }).waitFor();

  test('by keyboard alone: a rule is made, tried on somebody, set, obeyed and taken back', async () => {
    await room('workshop');
    const page = await enter(watched, node, '/r/workshop');
    await page.getByText('Nothing has been said here yet').waitFor();
    await page.locator('#centre').focus();
    await page.keyboard.press('g');
    await main(page).waitFor();
    await answer(page, 'Post messages').getByText('allowed').waitFor();
    await tabTo(page, page.getByRole('button', { name: 'Add a rule' }));
    await page.keyboard.press('Enter');
    // The name is marked, so that typing replaces it.
    await page.keyboard.type('agents-are-quiet');
    await tabTo(page, page.getByRole('checkbox', { name: 'agents', exact: true }).first());
    await page.keyboard.press('Space');
    await tabTo(page, page.getByRole('textbox', { name: /^Why/ }));
    await page.keyboard.type('people talk here');
    await preview(page)
      .getByText(/The draft changes \d answer/)
      .waitFor();
    expect(await answer(page, 'Post messages').textContent()).toMatch(/allowed.*before, then.*refused/s);
    expect(await answer(page, 'Post messages').getAttribute('class')).toContain('changed');
    // What is refused from then on looks so: the sign has the colour of the word.
    const colour = (part: string) =>
      answer(page, 'Post messages')
        .locator(part)
        .evaluate((one) => getComputedStyle(one).color);
    expect(await colour('.sign svg')).toBe(await colour('b'));
    await shot(page, 'rules-draft-1280');
    expect(await refusal(rex.post('workshop', 'still free'))).toBe('it was allowed');
    await page.keyboard.press('Control+s');
    await noted(page, 'Version 1 holds from now on.');
    const said = await refusal(rex.post('workshop', 'no more'));
    expect(said).toContain('agents-are-quiet');
    expect(said).toContain('people talk here');
    // Whom it is about is chosen by typing into the list.
    await tabTo(page, page.locator('[data-preview]'));
    await page.keyboard.type('@ana');
    await page.waitForURL((url) => url.searchParams.get('who') === 'ana');
    await answer(page, 'Post messages').getByText('allowed').waitFor();
    await tabTo(page, page.getByRole('button', { name: 'Take all rules away' }), 'Shift+Tab');
    await page.keyboard.press('Enter');
    await noted(page, 'There are no rules any more.');
    expect(await refusal(rex.post('workshop', 'free again'))).toBe('it was allowed');
  });

  test('rules are moved and deleted by keyboard, and the order is read out', async () => {
    await room('order');
    const rules = ['first', 'second'].map((name) => ({ name, effect: 'allow', capabilities: ['speak'] }));
    await node.owner.ask('PUT', '/api/rooms/order/policy', { policy: { rules } });
    const page = await enter(watched, node, '/r/order/rules');
    const heads = main(page).locator('[data-rule]');
    await amount(heads, 2);
    await heads.first().focus();
    await page.keyboard.press('Alt+ArrowDown');
    await heads.last().filter({ hasText: 'first' }).waitFor();
    expect(await heads.last().evaluate((one) => one === document.activeElement)).toBe(true);
    await page.getByText('first is number 2 of 2').waitFor({ state: 'attached' });
    await tabTo(page, page.getByRole('button', { name: 'Delete first' }));
    await page.keyboard.press('Enter');
    await amount(heads, 1);
    await page.getByRole('button', { name: 'Discard' }).click();
    await amount(heads, 2);
  });

  test('what is wrong is said at its place, and setting it goes there', async () => {
    await room('faults');
    const page = await enter(watched, node, '/r/faults/rules');
    await page.getByRole('button', { name: 'Add a rule' }).click();
    await page.keyboard.type('Not A Name');
    await preview(page).getByText('The draft cannot be tried').waitFor();
    await page.getByRole('checkbox', { name: 'people', exact: true }).first().focus();
    await page.keyboard.press('Control+s');
    const name = page.locator('[data-place="rules[0].name"]');
    await page.locator('[data-place="rules[0].name"]:focus').waitFor();
    expect(await name.getAttribute('aria-invalid')).toBe('true');
    await page.getByRole('alert').filter({ hasText: 'cannot be a name' }).first().waitFor();
    await name.fill('a-name');
    const who = page.locator('[data-place="rules[0].to.participants"]');
    await who.fill('nobody-here');
    await who.press('Enter');
    await page.getByRole('alert').filter({ hasText: "there is no participant 'nobody-here'" }).first().waitFor();
    await page.getByRole('button', { name: 'JSON' }).click();
    const json = page.getByRole('textbox', { name: /The policy as it is sent/ });
    await json.fill('{\n  "rules": [,]\n}');
    await page.getByText('Not JSON at line 2, column 13').waitFor();
    await json.fill('{"rules": [{"name": "typed", "effect": "deny", "capabilities": ["bridge"]}]}');
    await page.locator('#policy-json-state', { hasText: 'It can be read.' }).waitFor();
    await page.getByRole('button', { name: 'Set these rules' }).click();
    await noted(page, 'Version 1 holds');
    await page
      .getByRole('group', { name: 'View' })
      .getByRole('button', { name: /^Rules/ })
      .click();
    await main(page).getByText('Every member may not bring messages from elsewhere').waitFor();
  });

  test('two who change the rules at once are told, and nothing is lost', async () => {
    await room('both');
    const page = await enter(watched, node, '/r/both/rules');
    await page.getByRole('button', { name: 'Add a rule' }).click();
    await page.keyboard.type('mine');
    await page.getByRole('radio', { name: 'allows' }).check();
    const theirs = { name: 'theirs', effect: 'deny', capabilities: ['bridge'] };
    await node.owner.ask('PUT', '/api/rooms/both/policy', { policy: { rules: [theirs] } });
    const conflict = page.getByRole('alert').filter({ hasText: 'set version 1' });
    await conflict.waitFor();
    expect(await conflict.textContent()).toContain('adds rule theirs');
    await shot(page, 'rules-conflict-1280');
    await page.getByRole('button', { name: 'Keep my draft on top of it' }).click();
    await page.getByRole('button', { name: 'Set these rules' }).click();
    await noted(page, 'Version 2 holds');
    await page.getByRole('button', { name: 'History' }).click();
    await page.getByText('Rule mine added; Rule theirs removed').waitFor();
    await shot(page, 'rules-history-1280');
    await page.getByRole('button', { name: 'Take version 1 into the draft' }).click();
    await main(page).getByText('theirs').first().waitFor();
    await page.getByRole('button', { name: 'Set these rules' }).click();
    await noted(page, 'Version 3 holds');
  });

  test('rules that lock everybody else out are set only on purpose', async () => {
    await room('closed');
    const page = await enter(watched, node, '/r/closed/rules');
    await page.getByRole('button', { name: 'Add a rule' }).click();
    await page.keyboard.type('nobody');
    await page.getByRole('button', { name: 'Set these rules' }).click();
    const dialog = page.getByRole('dialog', { name: 'These rules lock everybody else out' });
    await dialog.waitFor();
    await shot(page, 'rules-lockout-1280');
    const force = dialog.getByRole('button', { name: 'Lock everybody else out' });
    expect(await force.isDisabled()).toBe(true);
    await page.keyboard.type('closed');
    await page.keyboard.press('Enter');
    await noted(page, 'Version 1 holds');
    expect(await refusal(ana.post('closed', 'hello'))).toContain('nobody');
    await page.getByRole('button', { name: 'Take all rules away' }).click();
    await noted(page, 'There are no rules any more.');
  });

  test('slow mode and a hold are set at once', async () => {
    await room('slow');
    const page = await enter(watched, node, '/r/slow/rules');
    await page.getByRole('combobox', { name: /^Slow mode/ }).selectOption({ label: '1 min' });
    await page.getByRole('button', { name: 'Slow the room down' }).click();
    await noted(page, 'Everybody waits 1 min');
    await rex.post('slow', 'one');
    expect(await refusal(rex.post('slow', 'two'))).toContain('429');
    await page.getByRole('button', { name: 'Put a hold on this room' }).click();
    await noted(page, 'Nothing said here is erased');
    await page.getByRole('button', { name: 'End the hold' }).waitFor();
  });
});
