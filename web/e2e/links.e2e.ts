// Links to other meshes on the page: two real nodes meet at a real interchange, their owners compare words, share a room and workers;
// what is said crosses and is marked, what is refused is asked for again, and a home that is away is said to be.
import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { enter, openPage, pictures, say, stored, violations, type Watched } from './browser.ts';
import { startReal, type TestNode } from './node.ts';
import { binary, browser, journeys, node, realNode, watched } from './setup.ts';

/** Sixty-four names, none of which is read like another. */
const FIRST = ['amber', 'blue', 'cold', 'dark', 'east', 'fast', 'gold', 'high'];
const SECOND = ['atlas', 'beacon', 'canyon', 'delta', 'ember', 'fjord', 'grove', 'harbour'];

interface Seen {
  items: { name: string; state: string; words: string; compare: string; dead: number; lends?: { at_once: number } }[];
}

describe.runIf(binary)('links', () => {
  let south: TestNode;
  let interchange: ChildProcess;
  let at = '';
  let folder = '';
  let there: Watched;

  async function ready(): Promise<void> {
    folder = mkdtempSync(join(tmpdir(), 'mesh-e2e-interchange-'));
    interchange = spawn(
      binary!,
      ['--home', folder, 'interchange', '--mode', 'local', '--listen', '127.0.0.1:0', '--json'],
      {
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    );
    const line = await new Promise<string>((resolve) =>
      createInterface({ input: interchange.stdout! }).once('line', resolve),
    );
    at = `interchange+${(JSON.parse(line) as { url: string }).url}`;
    south = await startReal(binary!);
    await node.room('workshop', 'what is to be built');
    await node.room('errands');
  }
  journeys({ start: realNode, ready });
  beforeEach(async () => {
    there = await openPage(browser, south);
  });
  afterEach(async () => {
    there.clean();
    await there.close();
  });
  afterAll(async () => {
    await south?.close();
    interchange?.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  const links = (which: TestNode) => which.owner.ask<Seen>('GET', '/api/links').then((list) => list.items[0]!);
  const row = (page: Page, name: string) =>
    page.getByRole('list', { name: 'Links' }).getByRole('listitem', { name, exact: true });

  async function add(page: Page, name: string, code: string): Promise<void> {
    await page.getByRole('button', { name: 'Link another mesh' }).click();
    const dialog = page.getByRole('dialog', { name: 'Link another mesh' });
    await dialog.getByLabel('Their code, as its owner sent it').fill(code);
    await dialog.getByLabel('What it is called here').fill(name);
    await dialog.getByText(`This mesh knows it as @${name}`).waitFor();
    await dialog.getByRole('button', { name: `Link ${name}` }).click();
    await row(page, name).waitFor();
  }

  /** What an owner sends the other one. */
  async function codeOf(page: Page): Promise<string> {
    await page.getByRole('button', { name: 'Link another mesh' }).click();
    const dialog = page.getByRole('dialog', { name: 'Link another mesh' });
    await dialog.getByLabel('Where you both meet').fill(at);
    const code = await dialog.getByRole('region', { name: 'Your code', exact: true }).innerText();
    await dialog.getByRole('button', { name: 'Close' }).click();
    await dialog.waitFor({ state: 'detached' });
    return code;
  }

  async function promote(page: Page, name: string): Promise<string> {
    await row(page, name).getByRole('button', { name: 'Compare words and trust it' }).click();
    const dialog = page.getByRole('dialog', { name: `Compare words with ${name}` });
    const words = await dialog.getByRole('list', { name: `Words to compare with the owner of ${name}` }).innerText();
    const trust = dialog.getByRole('button', { name: `Trust ${name}` });
    expect(await trust.isDisabled()).toBe(true);
    await pictures(page, `links-compare-${name}`);
    await dialog.getByLabel('and they agree').check();
    await trust.click();
    await row(page, name).getByText('from a verified other mesh').first().waitFor();
    return words;
  }

  test('two owners link their meshes by codes, compare words, and trust each other', async () => {
    const north = await enter(watched, node, '/settings/links');
    const other = await enter(there, south, '/settings/links');
    await north.getByText('No other mesh is known.').waitFor();
    await pictures(north, 'links-none');
    const [ours, theirs] = [await codeOf(north), await codeOf(other)];
    expect(ours).toMatch(/^[0-9a-f]{64} interchange\+http/);
    await north.getByRole('button', { name: 'Link another mesh' }).click();
    await north.getByLabel('Their code, as its owner sent it').fill('no key at all');
    await north.getByText('There is no key in it').waitFor();
    await pictures(north, 'links-add');
    await north.getByRole('button', { name: 'Leave it' }).click();
    await add(north, 'south', theirs);
    // Nobody has told the other side yet.
    await row(north, 'south').getByText('from outside, unproven').first().waitFor();
    await add(other, 'north', ours);
    // Both stand by now without anybody asking the node again.
    await row(north, 'south').getByText('both speak').first().waitFor();
    await row(other, 'north').getByText('both speak').first().waitFor();
    expect(await promote(north, 'south')).toBe(await promote(other, 'north'));
    const [one, two] = [await links(node), await links(south)];
    expect([one.words, one.compare]).toEqual([two.words, two.compare]);
  });

  test('a room is shared in the page, followed there, and what is said crosses and is marked', async () => {
    const north = await enter(watched, node, '/settings/links?link=south');
    await row(north, 'south').getByLabel('Share a room').selectOption({ label: '#workshop' });
    await row(north, 'south').getByRole('button', { name: 'Offer it to south' }).click();
    await row(north, 'south').getByText('offered, not followed yet').waitFor();

    const other = await enter(there, south, '/settings/links?link=north');
    await row(other, 'north').getByRole('button', { name: 'Follow it: workshop' }).click();
    await pictures(other, 'links-follow');
    await other.getByLabel('What it is called here').fill('yard');
    await other.getByRole('button', { name: 'Follow it', exact: true }).click();
    await row(other, 'north').getByText('mirrors its #workshop: followed here').waitFor();
    await row(north, 'south').getByText('followed there').waitFor();
    await pictures(north, 'links');
    await north.getByRole('button', { name: 'Show the map' }).click();
    await north.getByRole('group', { name: 'Map of 1 mesh' }).waitFor();
    await pictures(north, 'links-map');
    await north.getByRole('button', { name: 'As a table' }).click();
    await north.getByRole('table').getByText('#workshop to it').waitFor();
    await pictures(north, 'links-table');

    await other.goto(`${south.url}/r/yard`);
    await other.getByText('At home on').waitFor();
    await say(other, 'hello from the south');
    await north.goto(`${node.url}/r/workshop`);
    await north.getByText('At home here; shared with').waitFor();
    const came = stored(north, 'hello from the south');
    await came.getByText('brought from south, said there by').waitFor();
    await came.getByText('other mesh', { exact: true }).waitFor();
    await stored(other, 'hello from the south').waitFor();
    await pictures(north, 'links-room-home');
    await pictures(other, 'links-room-mirror');

    // Whoever speaks for the other mesh is its card: the key as words, since when, what is shared.
    await came.getByRole('button', { name: /^brought from south/ }).click();
    const card = north.getByRole('complementary', { name: 'Participant' });
    await card.getByText('Speaks for the mesh south').waitFor();
    await card.getByRole('list', { name: 'Words to compare with the owner of south' }).waitFor();
    await card.getByText('is followed there').waitFor();
    await pictures(north, 'links-card');
  });

  test('new words wait while the home is away, the page says so and reads on, and they arrive', async () => {
    const other = await enter(there, south, '/r/yard');
    const mine = stored(other, 'hello from the south');
    await mine.waitFor();
    await node.stop();
    await other.getByText('That mesh is not reached now. You can read on').waitFor();
    await south.owner.edit((await mine.getAttribute('data-message'))!, 'hello from the warm south');
    await mine.getByText('Your new words wait for the mesh where this room is at home').waitFor();
    await other.getByText('1 message of yours waits for its word.').waitFor();
    await say(other, 'still here');
    await other.getByText('2 messages of yours wait for its word.').waitFor();
    await pictures(other, 'links-away');
    await other.goto(`${south.url}/settings/links?link=north`);
    await row(other, 'north').getByText('not reached, last heard').first().waitFor();
    await row(other, 'north').getByText('2 wait for its word').waitFor();
    await other.getByRole('button', { name: 'Show the map' }).click();
    await pictures(other, 'links-away-page');
    await node.start();
    await row(other, 'north').getByText('both speak').first().waitFor();
    await other.goto(`${south.url}/r/yard`);
    await stored(other, 'hello from the warm south').waitFor();
    await stored(other, 'still here').waitFor();
    await other.getByText('What is said here goes there first.').waitFor();
  });

  test('what the home refuses is a dead letter, asked for again from the page; a pause is said and ends', async () => {
    await node.owner.ask('PUT', '/api/rooms/workshop/muted/south', {});
    const other = await enter(there, south, '/r/yard');
    await say(other, 'is anybody there');
    await other.getByText('The mesh where this room is at home did not take this.').waitFor();
    await other.goto(`${south.url}/settings/links?link=north`);
    await row(other, 'north').getByText('1 refused').waitFor();
    const letters = other.getByRole('list', { name: 'Dead letters of north' });
    await letters.getByText('refused: ').waitFor();
    await pictures(other, 'links-dead');
    await node.owner.ask('DELETE', '/api/rooms/workshop/muted/south');
    await letters.getByRole('button', { name: /^Ask again for letter/ }).click();
    await row(other, 'north').getByText('It took everything.').waitFor();
    await other.goto(`${south.url}/r/yard`);
    await stored(other, 'is anybody there').waitFor();

    const north = await enter(watched, node, '/settings/links?link=south');
    await row(north, 'south').getByRole('button', { name: 'Pause' }).click();
    await north.getByText('Nothing goes either way until somebody lets it go on.').waitFor();
    await north.getByRole('button', { name: 'Pause it' }).click();
    await row(north, 'south').getByText('paused: somebody here let it wait').waitFor();
    await pictures(north, 'links-paused');
    await row(north, 'south').getByRole('button', { name: 'Let it go on' }).click();
    await row(north, 'south').getByText('both speak').first().waitFor();
  });

  test('workers are lent with a limit, and the other owner sees it', async () => {
    await node.owner.ask('PUT', '/api/rooms/errands/policy', {
      policy: { execution: { peers: ['south'] } },
      force: true,
    });
    const north = await enter(watched, node, '/settings/links?link=south');
    await row(north, 'south').getByRole('button', { name: 'Lend it workers' }).click();
    await row(north, 'south').getByLabel('Room whose workers do its tasks').selectOption({ label: '#errands' });
    await row(north, 'south').getByLabel('What the tasks ask for').fill('rust, docs');
    await row(north, 'south').getByLabel('At once, at most').fill('2');
    await row(north, 'south').getByRole('button', { name: 'Lend workers' }).click();
    await row(north, 'south').getByText('docs, rust in #errands, at most 2 at once').waitFor();
    await pictures(north, 'links-lent');
    expect((await links(node)).lends?.at_once).toBe(2);
    const other = await enter(there, south, '/settings/links?link=north');
    await row(other, 'north').getByText('It lends docs, rust, at most 2 at once').waitFor();
    expect(await violations(other)).toEqual([]);

    await row(north, 'south').getByRole('button', { name: 'Remove the link' }).click();
    await north.getByText('To link it again, both owners begin anew').waitFor();
    await north.getByRole('button', { name: 'Remove it for good' }).click();
    await row(north, 'south').waitFor({ state: 'detached' });
  });

  test('as many meshes as a node may know stand on the map, each on its own', async () => {
    const ways = [null, 'https://127.0.0.1:9', 'interchange+http://127.0.0.1:9', 'interchange+http://127.0.0.2:9'];
    for (let n = 0; n < 64; n++) {
      const key = generateKeyPairSync('ed25519')
        .publicKey.export({ format: 'der', type: 'spki' })
        .subarray(-32)
        .toString('hex');
      const address = ways[n % ways.length];
      await node.owner.ask('POST', '/api/links', {
        name: `${FIRST[n >> 3]}-${SECOND[n & 7]}`,
        key,
        ...(address && { address }),
      });
    }
    const page = await enter(watched, node, '/settings/links');
    await page.getByRole('button', { name: 'Show the map' }).click();
    await page.getByRole('group', { name: 'Map of 64 meshes' }).waitFor();
    await page.getByText('@high-harbour', { exact: true }).first().waitFor();
    await pictures(page, 'links-many');
  });

  test('somebody who may not govern links sees no part for them', async () => {
    const ana = await node.actor('ana', 'human');
    await expect(ana.ask('GET', '/api/links')).rejects.toThrow(/403/);
  });
});
