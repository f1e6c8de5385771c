// What a reader sees of messages: who speaks, which marks a message needs, and what agents did between them.
import { describe, expect, test } from 'vitest';
import { enter, messages, pictures, stored, vouched } from './browser.ts';
import type { Actor } from './node.ts';
import { binary, journeys, node, realNode, watched } from './setup.ts';

describe.runIf(binary)('reading', () => {
  journeys({ start: realNode });

  async function called(handle: string, display_name: string): Promise<Actor> {
    const one = await node.actor(handle, 'agent');
    await one.ask('PATCH', `/api/participants/${handle}`, { profile: { display_name } });
    return one;
  }

  test('display names stand with handles, and two with one name stay apart', async () => {
    await node.room('names');
    const first = await called('nora', 'Nora Fischer');
    const second = await called('nora-2', 'Nora Fischer');
    const bold = await called('bolt', '<b>Bolt</b> \u202etxet');
    for (const one of [first, second, bold]) await one.join('names');
    const question = await first.post('names', 'from the first');
    await second.post('names', 'from the second', { reply_to: question.id });
    await bold.post('names', 'from the third');
    const page = await enter(watched, node, '/r/names');
    const asked = messages(page).getByRole('article', { name: /^Nora Fischer \(nora\), agent,/ });
    await asked.getByText('@nora', { exact: true }).waitFor();
    const answer = messages(page).getByRole('article', { name: /^Nora Fischer \(nora-2\), agent,/ });
    await answer.getByText('@nora-2', { exact: true }).waitFor();
    await stored(page, 'from the third').getByText('<b>Bolt</b> txet').waitFor();
    expect(await stored(page, 'from the third').locator('b b').count()).toBe(0);
    const people = page.getByRole('region', { name: 'People and agents' });
    await people.getByRole('button', { name: /Nora Fischer @nora-2/ }).waitFor();
    await people.getByRole('button', { name: /Nora Fischer @nora-2/ }).click();
    await page.getByRole('complementary', { name: 'Participant' }).getByText('@nora-2', { exact: true }).waitFor();
    await page.keyboard.press('Escape');
    await pictures(page, 'names');
  });

  test('signed and attested are normal and stand in the card alone', async () => {
    await node.room('plain');
    const ned = await node.actor('ned', 'agent');
    await ned.join('plain');
    await ned.post('plain', 'said without a key');
    const page = await enter(watched, node, '/r/plain');
    const row = stored(page, 'said without a key');
    await row.waitFor();
    expect(await row.getByText(/signed|attested|agent/).count()).toBe(0);
    await vouched(page, row, 'not signed: this node attests who wrote it');
  });

  test('what one agent did to tasks is one row that a click opens; what failed stands by itself', async () => {
    await node.room('shop');
    const ike = await node.actor('ike', 'agent');
    await ike.join('shop');
    await ike.post('shop', 'I begin.');
    const made: string[] = [];
    for (let count = 1; count <= 6; count++) {
      const tasks = [{ title: `Sweep corner ${count}`, prompt: 'With the broom' }];
      const { tasks: all } = await ike.ask<{ tasks: { id: string }[] }>('POST', '/api/tasks', { room: 'shop', tasks });
      made.push(all[0]!.id);
    }
    await ike.ask('POST', `/api/tasks/${made[0]}/cancel`, {});
    await ike.post('shop', 'That was all.');
    const page = await enter(watched, node, '/r/shop');
    const fold = messages(page).locator('summary');
    await fold.getByText('created 6 tasks').waitFor();
    expect(await fold.count()).toBe(1);
    await messages(page).getByText('cancelled:').waitFor();
    expect(await page.getByRole('link', { name: 'Sweep corner 4' }).isVisible()).toBe(false);
    await pictures(page, 'folded');
    await fold.click();
    await page.getByRole('link', { name: 'Sweep corner 4' }).click();
    await page.getByRole('heading', { name: 'Sweep corner 4' }).waitFor();
  });
});
