// Whoever has no account reads a published room, sees what is said there as it is said, and that it was taken back.
import { describe, expect, test } from 'vitest';
import { openPage, shot, violations } from './browser.ts';
import { binary, browser, journeys, node, realNode } from './setup.ts';

describe.runIf(binary)('the public page', () => {
  journeys({ start: realNode, page: false });

  test('a passer-by reads along, in both themes, on a phone, and without a script', async () => {
    const { owner } = node;
    await node.room('square', 'Where the survey is planned');
    const policy = { data: { leave: { outside: true } } };
    await owner.ask('PUT', '/api/rooms/square/policy', { policy });
    await owner.ask('PUT', '/api/public-page', { on: true });
    await owner.ask('POST', '/api/rooms/square/publish', {});
    await owner.post('square', 'Good morning <b>all</b>');

    const passing = await openPage(browser, node);
    const { page } = passing;
    await page.goto(`${node.url}/public`);
    await page.getByRole('link', { name: '#square' }).click();
    await page.getByText('Good morning <b>all</b>').waitFor();
    await page.getByText('Live.').waitFor();
    await owner.post('square', 'The lamps are lit');
    await page.getByText('The lamps are lit').waitFor();
    expect(await page.context().cookies()).toEqual([]);

    for (const colorScheme of ['dark', 'light'] as const) {
      for (const [width, height] of [
        [1280, 800],
        [390, 844],
      ] as const) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height });
        for (const path of ['/public', '/public/rooms/square']) {
          await page.goto(node.url + path);
          await page.getByText('Live.').waitFor();
          expect(await violations(page)).toEqual([]);
          expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
          await shot(page, `public${path.length > 8 ? '-room' : ''}-${width}-${colorScheme}`);
        }
      }
    }

    const plain = await openPage(browser, node, { javaScriptEnabled: false });
    await plain.page.goto(`${node.url}/public/rooms/square`);
    await plain.page.getByText('The lamps are lit').waitFor();
    await plain.close();

    await owner.ask('POST', '/api/rooms/square/unpublish', {});
    await page.getByRole('heading', { name: 'Nothing is shown here' }).waitFor();
    expect(await page.getByText('The lamps are lit').count()).toBe(0);
    await passing.close();
  });
});
