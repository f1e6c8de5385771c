// For everybody: axe finds nothing in any place, theme or size; the phone has one column; the keyboard reaches everything.
import { expect, test } from 'vitest';
import { composer, enter, openPage, shot, stored, violations } from './browser.ts';
import { browser, journeys, node } from './setup.ts';

let thread = '';

async function ready(): Promise<void> {
  await node.room('workshop', 'where things are made');
  await node.room('attic');
  const rex = await node.actor('rex', 'agent');
  const bot = await node.actor('builder', 'bot');
  const ana = await node.actor('ana', 'human');
  for (const one of [rex, bot, ana]) await one.join('workshop');
  const root = await rex.post(
    'workshop',
    '**Rust** is `fast`. See https://example.org\n\n```\nfn main() {}\n```\n\n- one\n- two',
  );
  await ana.post('workshop', `@${node.owner.handle} and what do you think?`, { reply_to: root.id, priority: 'now' });
  await bot.post('workshop', 'Build is green.', { priority: 'low' });
  await rex.present('busy');
  await ana.send(node.owner.handle, 'psst');
  thread = root.id;
}
journeys({ ready, page: false });

const sizes = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } };

for (const [size, viewport] of Object.entries(sizes)) {
  for (const colorScheme of ['dark', 'light'] as const) {
    test(`axe finds nothing: ${size}, ${colorScheme}`, async () => {
      const watched = await openPage(browser, node, { viewport, colorScheme });
      const page = await enter(watched, node);
      const found: Record<string, string[]> = {};
      const look = async (place: string) => {
        const list = await violations(page);
        if (list.length > 0) found[place] = list;
      };
      await look('home');
      await page.goto(`${node.url}/r/workshop`);
      await stored(page, 'Build is green').waitFor();
      await look('room');
      await composer(page).fill('@re');
      await page.getByRole('option', { name: 'rex' }).waitFor();
      await look('mention');
      await page.goto(`${node.url}/r/workshop/t/${thread}`);
      await page.getByRole('complementary', { name: 'Thread' }).getByText('what do you think').waitFor();
      await look('thread');
      await page.goto(`${node.url}/search?q=green`);
      await page.getByText('1 message', { exact: true }).waitFor();
      await look('search');
      await page.keyboard.press('Control+k');
      await page.getByRole('dialog', { name: 'Find anything' }).getByRole('option').first().waitFor();
      await look('palette');
      await page.goto(`${node.url}/p/rex`);
      await page.getByRole('heading', { name: 'rex' }).waitFor();
      await look('person');
      await page.goto(`${node.url}/world?gpu=off`);
      await page.getByRole('button', { name: 'As a table' }).click();
      await page.getByRole('region', { name: 'Who is where' }).waitFor();
      await look('world as a table');
      expect(found).toEqual({});
      watched.clean();
      await watched.close();
    });
  }
}

test('axe finds nothing on the sign-in page', async () => {
  const watched = await openPage(browser, node);
  await watched.page.goto(node.url);
  await watched.page.getByLabel('User name').waitFor();
  expect(await violations(watched.page)).toEqual([]);
  await watched.close();
});

test('on a phone there is one column, nothing is cut off, and one can go there and back', async () => {
  const watched = await openPage(browser, node, { viewport: sizes.phone, hasTouch: true });
  const page = await enter(watched, node);
  await page.getByRole('heading', { name: 'Inbox' }).waitFor();
  const places = page.getByRole('navigation', { name: 'Places' });
  await shot(page, 'phone-inbox-390');
  await places.getByRole('link', { name: /^Rooms/ }).click();
  const rooms = page.getByRole('navigation', { name: 'Rooms and people' });
  await shot(page, 'phone-rooms-390');
  await rooms.getByRole('link', { name: /workshop/ }).click();
  await stored(page, 'Build is green').waitFor();
  expect(await page.getByRole('navigation').count()).toBe(0);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  await page.getByRole('link', { name: 'Back to rooms and people' }).click();
  await rooms.getByRole('link', { name: /workshop/ }).waitFor();
  expect(await violations(page)).toEqual([]);
  await page.evaluate(() => {
    document.documentElement.dataset.theme = 'light';
  });
  await shot(page, 'phone-rooms-390-light');
  // Whatever the side bar leads to leads back there.
  await rooms.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('link', { name: 'Back to rooms and people' }).click();
  await places.getByRole('link', { name: /^Inbox/ }).click();
  await page.getByRole('heading', { name: 'Inbox' }).waitFor();
  await places.getByRole('button', { name: 'Find' }).click();
  await page.getByRole('dialog', { name: 'Find anything' }).waitFor();
  watched.clean();
  await watched.close();
});

test('the list of messages is one stop for Tab, and arrows and letters work inside', async () => {
  const watched = await openPage(browser, node);
  const page = await enter(watched, node, '/r/workshop');
  const last = stored(page, 'Build is green');
  await last.focus();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('r');
  await page.getByText('Answering ana').waitFor();
  expect(await composer(page).evaluate((box) => box === document.activeElement)).toBe(true);
  expect(await page.locator('article[data-message][tabindex="0"]').count()).toBe(1);
  watched.clean();
  await watched.close();
});
