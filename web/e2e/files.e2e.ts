// Files: chosen, pasted and dropped to go along with a message, seen and saved in another browser, shown as pictures, told when
// they are gone; and the page of a room's files.
import { readFileSync } from 'node:fs';
import { crc32, deflateSync } from 'node:zlib';
import type { Locator, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { amount, composer, enter, messages, openPage, pictures, shot, stored, tabTo, violations } from './browser.ts';
import { binary, browser, journeys, node, realNode, watched } from './setup.ts';

interface Chosen {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

const text = (name: string, words: string): Chosen => ({ name, mimeType: 'text/plain', buffer: Buffer.from(words) });

/** A picture of one colour. */
function png(width: number, height: number): Buffer {
  const piece = (kind: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(kind), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2], 8);
  const line = Buffer.concat([Buffer.from([0]), Buffer.alloc(width * 3, 0x5a)]);
  const lines = deflateSync(Buffer.concat(Array.from({ length: height }, () => line)));
  const begin = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([begin, piece('IHDR', head), piece('IDAT', lines), piece('IEND', Buffer.alloc(0))]);
}

const choosing = (page: Page) => page.getByRole('list', { name: 'Files that go along' });

/** Opens the dialog of the browser by what is done, and takes these. */
async function choose(page: Page, files: Chosen[], open: () => Promise<void>): Promise<void> {
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), open()]);
  await chooser.setFiles(files);
}

const attach = (page: Page, ...files: Chosen[]) =>
  choose(page, files, () => page.getByRole('button', { name: 'Attach files' }).click());

async function saved(page: Page, button: Locator): Promise<{ name: string; bytes: Buffer }> {
  const [download] = await Promise.all([page.waitForEvent('download'), button.click()]);
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}

/** What a browser does when something is pasted or dropped. */
const give = (target: Locator, kind: 'paste' | 'drop', name: string, bytes: Buffer) =>
  target.evaluate(
    (element, { kind, name, bytes }) => {
      const data = new DataTransfer();
      data.items.add(new File([new Uint8Array(bytes)], name, { type: 'image/png' }));
      const how = { bubbles: true, cancelable: true };
      const event =
        kind === 'paste'
          ? new ClipboardEvent(kind, { ...how, clipboardData: data })
          : new DragEvent(kind, { ...how, dataTransfer: data });
      element.dispatchEvent(event);
    },
    { kind, name, bytes: [...bytes] },
  );

describe.runIf(binary)('files', () => {
  journeys({ start: realNode });

  test('a chosen file goes along, signed, and another browser saves the same bytes', async () => {
    await node.room('desk');
    const page = await enter(watched, node, '/r/desk');
    const second = await openPage(browser, node, { acceptDownloads: true });
    const other = await enter(second, node, '/r/desk');
    const plan = text('plan.md', '# Plan\n\n1. Parser\n');
    await attach(page, plan, text('notes.txt', 'none'));
    await choosing(page).getByText('plan.md').waitFor();
    await choosing(page).getByRole('button', { name: 'Leave out notes.txt' }).click();
    await amount(choosing(page).getByRole('listitem'), 1);
    await pictures(page, 'files-chosen');
    await composer(page).fill('here is the plan');
    await composer(page).press('Enter');
    for (const there of [page, other]) {
      const row = stored(there, 'here is the plan');
      await row.getByText('plan.md').waitFor();
      const { name, bytes } = await saved(there, row.getByRole('button', { name: 'Download plan.md' }));
      expect([name, bytes]).toEqual(['plan.md', plan.buffer]);
    }
    await choosing(page).waitFor({ state: 'detached' });
    const { items } = await node.owner.ask<{ items: { signed?: object; files: { version: number }[] }[] }>(
      'GET',
      '/api/rooms/desk/messages?limit=1',
    );
    expect(items[0]!.signed).toBeDefined();
    expect(items[0]!.files[0]!.version).toBe(1);
    second.clean();
    await second.close();
  });

  test('a pasted picture is shown, what only calls itself one is not, and what is gone says so', async () => {
    await node.room('wall');
    const page = await enter(watched, node, '/r/wall');
    const second = await openPage(browser, node);
    const other = await enter(second, node, '/r/wall');
    await give(composer(page), 'paste', 'image.png', png(600, 400));
    await choosing(page)
      .getByText(/^pasted .*\.png$/)
      .waitFor();
    await composer(page).press('Enter');
    const picture = messages(other).getByRole('img', { name: /^pasted .*\.png$/ });
    await picture.waitFor();
    expect(await picture.getAttribute('src')).toMatch(/^blob:/);
    await expect.poll(() => picture.evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBe(600);
    expect((await picture.boundingBox())!.height).toBeLessThanOrEqual(322);
    await pictures(other, 'files-shown');

    const page2 = '<!doctype html><script>document.title = "taken"</script>';
    const drawing = '<svg xmlns="http://www.w3.org/2000/svg" onload="document.title = 1"/>';
    await attach(page, { ...text('shot.png', page2), mimeType: 'image/png' }, text('drawing.svg', drawing));
    await give(page.getByRole('log', { name: 'Messages' }), 'drop', 'dropped.png', png(40, 30));
    await amount(choosing(page).getByRole('listitem'), 3);
    await composer(page).fill('three more');
    await composer(page).press('Enter');
    const row = stored(other, 'three more');
    await row.getByRole('img', { name: 'dropped.png' }).waitFor();
    await amount(row.getByRole('img', { name: /shot|drawing/ }), 0);
    await row.getByText('shot.png').waitFor();

    await node.owner.ask('POST', '/api/rooms/wall/file/remove', { path: 'dropped.png' });
    await row.getByText('removed from the room since').waitFor();
    await amount(row.getByRole('img', { name: 'dropped.png' }), 0);
    await node.owner.ask('POST', '/api/rooms/wall/file/redact', { path: 'dropped.png' });
    await row.getByText('It was erased for good.').waitFor();
    await shot(other, 'files-gone');
    second.clean();
    await second.close();
  });

  test('who sends before what carries files is loaded is not ignored', async () => {
    await node.room('haste');
    const page = await enter(watched, node, '/r/haste');
    let arrive: () => void = () => {};
    const held = new Promise<void>((resolve) => (arrive = resolve));
    await page.route('**/assets/Attach-*.js', async (route) => {
      await held;
      await route.continue();
    });
    const asked = page.waitForRequest('**/assets/Attach-*.js');
    await attach(page, text('quick.txt', 'quick'));
    await asked;
    await composer(page).fill('in haste');
    await composer(page).press('Enter');
    arrive();
    await stored(page, 'in haste').getByText('quick.txt').waitFor();
    await page.unroute('**/assets/Attach-*.js');
  });

  test('what is too large is told before anything is sent, and what is on its way can be stopped', async () => {
    await node.room('scales');
    const page = await enter(watched, node, '/r/scales');
    let puts = 0;
    let let_go: () => void = () => {};
    const held = new Promise<void>((resolve) => (let_go = resolve));
    await page.route('**/file/bytes?**', async (route) => {
      puts++;
      await held;
      await route.continue().catch(() => {});
    });
    await attach(page, { ...text('film.bin', ''), buffer: Buffer.alloc(20 * 1024 * 1024 + 1) });
    const alert = choosing(page).getByRole('alert');
    await alert.getByText(/at most 20\.0 MiB/).waitFor();
    await shot(page, 'files-large');
    await composer(page).fill('a film');
    await composer(page).press('Enter');
    expect(await composer(page).inputValue()).toBe('a film');
    expect(puts).toBe(0);
    await choosing(page).getByRole('button', { name: 'Leave out film.bin' }).click();

    await attach(page, text('short.txt', 'short'));
    await composer(page).press('Enter');
    await choosing(page).getByRole('button', { name: 'Stop sending short.txt' }).click();
    await alert.getByText(/^Stopped, and the message was not sent/).waitFor();
    expect(await stored(page, 'a film').count()).toBe(0);
    let_go();
    await composer(page).press('Enter');
    await stored(page, 'a film').getByText('short.txt').waitFor();
  });

  test('everything by keyboard, and on a phone', async () => {
    await node.room('pocket');
    const page = await enter(watched, node, '/r/pocket');
    await composer(page).focus();
    await choose(page, [text('keys.txt', 'by keys')], async () => {
      await tabTo(page, page.getByRole('button', { name: 'Attach files' }), 'Shift+Tab');
      await page.keyboard.press('Enter');
    });
    await choosing(page).getByText('keys.txt').waitFor();
    // The box has the focus again.
    await page.keyboard.type('by keys alone');
    await page.keyboard.press('Enter');
    const row = stored(page, 'by keys alone');
    await row.getByText('keys.txt').waitFor();
    await row.focus();
    await tabTo(page, row.getByRole('button', { name: 'Download keys.txt' }));
    const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')]);
    expect(readFileSync(await download.path(), 'utf8')).toBe('by keys');

    const phone = await openPage(browser, node, { hasTouch: true, viewport: { width: 390, height: 844 } });
    const small = await enter(phone, node, '/r/pocket');
    await attach(small, {
      name: 'a picture with a rather long name that does not fit.png',
      mimeType: 'image/png',
      buffer: png(900, 300),
    });
    await choosing(small).waitFor();
    await shot(small, 'files-phone-chosen');
    await composer(small).fill('from the phone');
    await small.getByRole('button', { name: 'Send' }).tap();
    await stored(small, 'from the phone').getByRole('img').waitFor();
    expect(await small.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    expect(await violations(small)).toEqual([]);
    await shot(small, 'files-phone');
    phone.clean();
    await phone.close();
  });

  test('the files of a room: versions, removed and brought back', async () => {
    await node.room('shelf');
    const page = await enter(watched, node, '/r/shelf');
    await attach(page, text('plan.md', 'first'));
    await composer(page).press('Enter');
    await messages(page).getByText('plan.md').waitFor();
    await page.getByRole('link', { name: 'Files of shelf' }).click();
    const files = page.getByRole('list', { name: 'Files', exact: true });
    await files.getByText('plan.md').waitFor();
    await choose(page, [text('plan.md', 'second, longer')], () =>
      page.getByRole('button', { name: 'Add files' }).click(),
    );
    await page.getByRole('button', { name: 'Put into the room' }).click();
    await files.getByText('version 2').waitFor();
    await files.getByRole('button', { name: 'Versions of plan.md' }).click();
    const versions = page.getByRole('list', { name: 'Versions of plan.md' });
    await amount(versions.getByRole('listitem'), 2);
    expect((await saved(page, versions.getByRole('button', { name: 'Download version 1' }))).bytes.toString()).toBe(
      'first',
    );
    await versions.getByRole('button', { name: 'Make version 1 the newest' }).click();
    await amount(versions.getByRole('listitem'), 3);
    await versions.getByText('version 1 again').waitFor();
    await pictures(page, 'files-page');

    await files.getByRole('button', { name: 'Remove plan.md' }).click();
    await page.getByText('No files yet.').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await files.getByText('plan.md').waitFor();
    await files.getByRole('button', { name: 'Remove plan.md' }).click();
    await page.getByRole('button', { name: 'Removed', exact: true }).click();
    await page.getByRole('button', { name: 'Bring back plan.md' }).click();
    await page.getByRole('button', { name: 'In the room', exact: true }).click();
    await files.getByText('plan.md').waitFor();

    await page.goto(`${node.url}/r/shelf`);
    await page.getByText('live', { exact: true }).waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Find anything' }).fill('files of');
    await page.getByRole('option', { name: /Files of shelf/ }).click();
    await files.getByText('plan.md').waitFor();
    expect(new URL(page.url()).pathname).toBe('/r/shelf/files');
  });
});
