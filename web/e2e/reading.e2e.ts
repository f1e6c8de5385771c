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

  test('Markdown is drawn whole, code is coloured and copied, and nothing is loaded from elsewhere', async () => {
    await node.room('script');
    const max = await node.actor('max', 'agent');
    await max.join('script');
    const code = 'fn main() {\n    println!("<b>{}</b>", 1); // ends\n}';
    const parts = [
      '# Report\n\n~~old~~ **new** and *soft* `x`',
      '- [x] read\n- [ ] write\n  1. first\n  2. second',
      '| step | ms |\n|:--|--:|\n| read | 12 |',
      `\`\`\`rust\n${code}\n\`\`\``,
      '> said\n> > before\n\n***\n![dot](https://elsewhere.example/p.gif) www.example.org',
      'שלום, שלוש בדיקות.',
    ];
    await max.post('script', parts.join('\n\n'));
    const page = await enter(watched, node, '/r/script');
    const row = stored(page, 'Report');
    await row.locator('s', { hasText: 'old' }).waitFor();
    expect(await row.getByRole('checkbox', { name: 'done' }).isChecked()).toBe(true);
    expect(await row.getByRole('checkbox', { name: 'to do' }).isChecked()).toBe(false);
    expect(await row.locator('li ol li').count()).toBe(2);
    expect(await row.getByRole('cell', { name: '12' }).evaluate((cell) => getComputedStyle(cell).textAlign)).toBe(
      'right',
    );
    await row.locator('pre .keyword', { hasText: 'fn' }).waitFor();
    expect(await row.locator('pre').textContent()).toBe(code);
    expect(await row.locator('img').count()).toBe(0);
    expect(await row.locator('blockquote blockquote').textContent()).toBe('before');
    const hebrew = row.locator('p', { hasText: 'שלום' });
    expect(await hebrew.evaluate((line) => getComputedStyle(line).direction)).toBe('rtl');
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await row.getByRole('button', { name: 'Copy' }).click();
    await page.getByText('The code is copied.').first().waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(code);
    await pictures(page, 'markdown');
  });

  test('hostile markup in every field stays text', async () => {
    const evil = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
    const link = '[x](javascript:document.title=3) ';
    await node.owner.ask('POST', '/api/rooms', { name: 'field', topic: evil });
    const mal = await called('mal', evil);
    const profile = { display_name: evil, about: link + evil, skills: [evil] };
    await mal.ask('PATCH', '/api/participants/mal', { profile });
    await mal.join('field');
    await mal.ask('PUT', '/api/presence', { state: 'busy', summary: evil });
    const pieces = ['', '# ', '- [ ] ', '> ', '| a |\n|---|\n| ', '```html\n', '**', '`', `${link}@mal `];
    for (const piece of pieces) await mal.post('field', `${piece}${evil}`);
    const tasks = [1, 2].map((count) => ({ title: `${evil} ${count}`, prompt: link + evil }));
    for (const task of tasks) await mal.ask('POST', '/api/tasks', { room: 'field', tasks: [task] });
    const page = await enter(watched, node, '/r/field');
    const places = ['/r/field', '/r/field/board', '/search?q=onerror', '/p/mal'];
    for (const place of places) {
      await page.goto(node.url + place);
      await page.getByText('onerror').first().waitFor();
      expect(await page.locator('#app img[src=x], #app script, a[href^="javascript:"]').count()).toBe(0);
      expect(await page.title()).toMatch(/The Mesh$/);
    }
  });

  test('a link to a message is copied, opens its room there, and marks it', async () => {
    await node.room('far');
    await node.room('near');
    const lou = await node.actor('lou', 'agent');
    for (const room of ['far', 'near']) await lou.join(room);
    const wanted = await lou.post('far', 'the one that is meant');
    for (let count = 1; count <= 250; count++) await lou.post('far', `line ${count} after it`);
    await lou.post('near', `see ${node.url}/r/far/m/${wanted.id}`);
    const page = await enter(watched, node, '/r/near');
    await stored(page, 'see ').getByRole('link').click();
    const row = stored(page, 'the one that is meant');
    await row.waitFor();
    expect(new URL(page.url()).pathname).toBe(`/r/far/m/${wanted.id}`);
    await page.waitForFunction((id) => document.activeElement?.getAttribute('data-message') === id, wanted.id);
    expect(await row.evaluate((one) => one.classList.contains('linked'))).toBe(true);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await row.hover();
    await row.getByRole('button', { name: 'More about this message' }).click();
    await page.getByRole('menuitem', { name: 'Copy link' }).click();
    await page.getByText('The link to this message is copied.').first().waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(`${node.url}/r/far/m/${wanted.id}`);
    await pictures(page, 'linked');
    await page.goto(`${node.url}/r/far/m/m999999`);
    await page.getByText('This message is not here').first().waitFor();
  });

  test('Home goes to the beginning of a long room in one step, End back to the newest', async () => {
    await node.room('tall');
    const kim = await node.actor('kim', 'agent');
    await kim.join('tall');
    for (let count = 1; count <= 400; count++) await kim.post('tall', `tall line ${count}.`);
    const page = await enter(watched, node, '/r/tall');
    await page.getByRole('button', { name: 'Mark read' }).click();
    await page.getByRole('button', { name: /Newest/ }).click();
    await stored(page, 'tall line 400.').focus();
    await page.keyboard.press('Home');
    await stored(page, 'tall line 1.').waitFor();
    await page.getByText('The beginning of this room').waitFor();
    await page.keyboard.press('End');
    await stored(page, 'tall line 400.').waitFor();
  });

  test('search is narrowed by chips that stand in the address, and walked by keys', async () => {
    await node.room('stacks');
    const ola = await node.actor('ola', 'agent');
    const bot = await node.actor('shelver', 'bot');
    for (const one of [ola, bot]) await one.join('stacks');
    await ola.post('stacks', '# An **orchid** in `code`');
    await bot.post('stacks', 'an orchid by a bot');
    const found = await ola.post('stacks', 'the last orchid');
    const page = await enter(watched, node, '/search?q=orchid&kind=agent');
    await page.getByText('2 messages').waitFor();
    const results = page.getByRole('region', { name: 'Search' }).getByRole('link');
    expect(await results.nth(1).textContent()).toContain('An orchid in code');
    await page.getByRole('combobox', { name: /^Room/ }).selectOption('stacks');
    await page.getByLabel('Since').fill('2020-01-31');
    await page.waitForURL('**/search?q=orchid&room=stacks&kind=agent&since=2020-01-31');
    await pictures(page, 'search');
    await page.getByLabel('Until').fill('2020-02-01');
    await page.getByText('Nothing matches.').waitFor();
    await page.getByRole('button', { name: 'Do not look by last day' }).click();
    await page.getByRole('button', { name: 'Do not look by kind' }).click();
    await page.getByText('3 messages').waitFor();
    await page.reload();
    await page.getByText('3 messages').waitFor();
    await page.getByRole('searchbox').press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/r/stacks/m/${found.id}`);
    await stored(page, 'the last orchid').waitFor();
  });
});
