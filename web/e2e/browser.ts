// The browser of the journeys: Chromium without a graphics card, watched for anything that leaves the node or breaks its rules.
import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from 'playwright-core';
import { expect } from 'vitest';
import type { TestNode } from './node.ts';

const FLAGS = [
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--no-first-run',
];

export function launch(more: readonly string[] = []): Promise<Browser> {
  const root = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [...FLAGS, ...more, ...root],
  });
}

/** A page whose errors, broken rules and requests to elsewhere are collected. */
export interface Watched {
  page: Page;
  /** Fails if anything was wrong so far. */
  clean(): void;
  close(): Promise<void>;
}

export async function openPage(
  browser: Browser,
  node: TestNode,
  options: BrowserContextOptions = {},
): Promise<Watched> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    reducedMotion: 'reduce',
    // Journeys hold requests back and look at them: behind a service worker they would not be seen. offline.e2e.ts has one.
    serviceWorkers: 'block',
    ...options,
  });
  const page = await context.newPage();
  const wrong: string[] = [];
  page.on('pageerror', (error) => wrong.push(`error: ${error.message}`));
  page.on('console', (message) => {
    const text = message.text();
    // A node that is away is part of some journeys, and so are invites that let nobody in; the browser reports each failure.
    if (message.location().url.includes('/api/invites/')) return;
    if (
      message.type() === 'error' &&
      !/ERR_(CONNECTION_(REFUSED|RESET)|SOCKET_NOT_CONNECTED)|WebSocket connection|status of 401/.test(text)
    )
      wrong.push(text);
  });
  page.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url()) && new URL(request.url()).host !== new URL(node.url).host)
      wrong.push(`asked ${request.url()}`);
  });
  return { page, clean: () => expect(wrong).toEqual([]), close: () => context.close() };
}

/** Signs the owner in by a one-time link and goes to a place. */
export async function enter(watched: Watched, node: TestNode, path = '/'): Promise<Page> {
  const { page } = watched;
  await page.goto(await node.link());
  if (path !== '/') await page.goto(node.url + path);
  await page.getByText('live', { exact: true }).waitFor();
  return page;
}

/** What axe finds on the page as it stands. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const result = await page.evaluate(() =>
    (globalThis as unknown as { axe: typeof axe }).axe.run(document, { resultTypes: ['violations'] }),
  );
  return result.violations.flatMap((one) =>
    one.nodes.map((where) => `${one.id}: ${where.html.slice(0, 160)} (${where.failureSummary})`),
  );
}

export const composer = (page: Page) => page.getByRole('textbox', { name: /^Write to / });

export async function say(page: Page, text: string): Promise<void> {
  await composer(page).fill(text);
  await composer(page).press('Enter');
}

export const messages = (page: Page) => page.getByRole('log', { name: 'Messages' });
/** The message with this text, once the node has confirmed it. */
export const stored = (page: Page, text: string) => messages(page).locator('article[data-message]', { hasText: text });

/** Opens the card of a message by its menu, waits for what it says of where the message comes from, and closes it again. */
export async function vouched(page: Page, row: Locator, words: string, close = true): Promise<void> {
  await row.hover();
  await row.getByRole('button', { name: 'More about this message' }).click();
  await page.getByRole('menuitem', { name: 'Where it comes from' }).click();
  const card = page.getByRole('complementary', { name: 'Message' });
  await card.getByText(words).first().waitFor();
  if (!close) return;
  await page.keyboard.press('Escape');
  await card.waitFor({ state: 'detached' });
}

/** Axe and pictures for people, in both themes and at both widths. */
export async function pictures(page: Page, name: string): Promise<void> {
  for (const [width, height] of [
    [1280, 800],
    [390, 844],
  ] as const) {
    await page.setViewportSize({ width, height });
    for (const theme of ['dark', 'light']) {
      await page.evaluate((to) => {
        document.documentElement.dataset.theme = to;
      }, theme);
      expect(await violations(page)).toEqual([]);
      await shot(page, `${name}-${width}-${theme}`);
    }
  }
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.evaluate(() => {
    document.documentElement.dataset.theme = 'dark';
  });
}

/** Waits until there are exactly so many. */
export async function amount(list: Locator, count: number): Promise<void> {
  await list.nth(count).waitFor({ state: 'detached' });
  if (count > 0) await list.nth(count - 1).waitFor({ state: 'attached' });
}

/** Presses Tab until this has the focus: what cannot be reached so is not there for many people. */
export async function tabTo(page: Page, target: Locator, key = 'Tab'): Promise<void> {
  for (let pressed = 0; pressed < 120; pressed++) {
    if (await target.evaluate((one) => one === document.activeElement)) return;
    await page.keyboard.press(key);
  }
  throw new Error(`Tab does not reach ${target}`);
}

/** A picture for people to look at, if MESH_SHOTS names a folder. */
export async function shot(page: Page, name: string): Promise<void> {
  if (process.env.MESH_SHOTS) await page.screenshot({ path: `${process.env.MESH_SHOTS}/${name}.png` });
}
