// What every file of journeys begins with, once: a browser, a node of its own in a folder of its own on a free port, and for
// each journey a page that is watched.
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { launch, openPage, type Watched } from './browser.ts';
import { startNode, startReal, type TestNode } from './node.ts';

/** The node's program; without it only the journeys run that the simulated node can take part in. */
export const binary = process.env.MESH_BIN;

export let browser: Browser;
export let node: TestNode;
/** The page of the journey that runs; its end fails the journey if anything was wrong on it. */
export let watched: Watched;

/** Starts the node, `ready` fills it, and both end with the file. Journeys that open pages of their own need none. */
export function journeys(
  options: { start?: () => Promise<TestNode>; ready?: () => Promise<void>; page?: boolean } = {},
): void {
  const { start = startNode, ready, page = true } = options;
  beforeAll(async () => {
    browser = await launch();
    node = await start();
    await ready?.();
  });
  afterAll(async () => {
    await browser?.close();
    await node?.close();
  });
  if (!page) return;
  beforeEach(async () => {
    watched = await openPage(browser, node);
  });
  afterEach(async () => {
    watched.clean();
    await watched.close();
  });
}

/** The same with the real node, for what the simulated one does not know. */
export const realNode = (): Promise<TestNode> => startReal(binary!);
