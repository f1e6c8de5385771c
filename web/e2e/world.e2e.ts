// The world: it is drawn, shows what happens, opens what is clicked, and keeps its budgets with 200 agents in 20 rooms.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { enter, launch, openPage, violations } from './browser.ts';
import { DIST } from './node.ts';
import { browser, journeys, node } from './setup.ts';
import { AGENTS, actors, countCalls, drawn, ROOMS, reached, ready, small, stats, variety } from './world.ts';

journeys({ ready, page: false });

describe('budgets', () => {
  test('the first page is small, and the world is loaded only when it is opened', () => {
    const assets = readdirSync(join(DIST, 'assets'));
    const html = readFileSync(join(DIST, 'index.html'), 'utf8');
    const gzip = (match: (name: string) => boolean) =>
      assets.filter(match).reduce((sum, name) => sum + gzipSync(readFileSync(join(DIST, 'assets', name))).length, 0);
    // Whatever the first page names is loaded before its first picture.
    const first = (name: string) => html.includes(name);
    const script = (name: string) => name.endsWith('.js');
    expect(gzip((name) => script(name) && first(name))).toBeLessThan(70_000);
    expect(gzip((name) => name.endsWith('.css') && first(name))).toBeLessThan(15_000);
    // What is loaded later counts with all that it needs at once, whatever else was opened before.
    const text = (name: string) => readFileSync(join(DIST, 'assets', name), 'utf8');
    const whole = (name: string, seen = new Set<string>()): Set<string> => {
      if (seen.has(name) || first(name)) return seen;
      seen.add(name);
      for (const [, needed] of text(name).matchAll(/(?:from|import)\s*["']\.\/([^"']+\.js)["']/g)) whole(needed!, seen);
      return seen;
    };
    const later = assets
      .filter((name) => script(name) && !first(name))
      .map((name) => ({ name, bytes: gzip((other) => whole(name).has(other)) }));
    const bound = (name: string) =>
      /^(World|bloom|picture|three)-/.test(name) ? 260_000 : /^Work-/.test(name) ? 50_000 : 30_000;
    expect(later.filter(({ name, bytes }) => bytes >= bound(name))).toEqual([]);
    expect(later.length).toBeGreaterThan(10);
    expect(html).not.toMatch(/World|Work|<style|style=|<script>/);
  });

  test(`${AGENTS} agents in ${ROOMS} rooms: few draws, programs, triangles and uploads, while messages fly`, async () => {
    const watched = await openPage(browser, node, small);
    await watched.page.addInitScript(countCalls);
    const page = await enter(watched, node, '/world?gpu=webgl&tier=low');
    await drawn(page, 60);
    for (let number = 0; number < 6; number++)
      await actors[number]!.post(`room-${number}`, `message ${number} with some words`);
    await page.getByRole('log', { name: 'What is being said' }).getByText('message 5').waitFor();
    const { labels, frames } = await drawn(page, 20);
    const { last, programs } = await page.evaluate(() => {
      const { gpuFrames, gpuCounts } = globalThis as unknown as {
        gpuFrames: { draws: number; triangles: number; bytes: number }[];
        gpuCounts: { programs: number };
      };
      return { last: gpuFrames.filter((one) => one.draws > 0).slice(-20), programs: gpuCounts.programs };
    });
    expect(last.length).toBeGreaterThan(10);
    expect(Math.max(...last.map((one) => one.draws))).toBeLessThanOrEqual(25);
    expect(Math.max(...last.map((one) => one.triangles))).toBeLessThanOrEqual(150_000);
    expect(Math.max(...last.map((one) => one.bytes))).toBeLessThanOrEqual(64 * 1024);
    expect(programs).toBeLessThanOrEqual(30);
    expect(labels).toBeGreaterThan(5);
    expect(labels).toBeLessThanOrEqual(40);
    expect(frames).toBeGreaterThan(80);
    expect(await variety(page)).toBeGreaterThan(60);
    watched.clean();
    await watched.close();
  });

  test('a frame does little in the main thread', async () => {
    const watched = await openPage(browser, node, small);
    const page = await enter(watched, node, '/world?gpu=webgl&tier=low');
    await drawn(page, 60);
    const session = await page.context().newCDPSession(page);
    await session.send('Profiler.enable');
    await session.send('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
    /** How often functions of the page were called since the last time. */
    const calls = async () =>
      (await session.send('Profiler.takePreciseCoverage')).result
        .flatMap((script) => script.functions)
        .reduce((sum, one) => sum + one.ranges[0]!.count, 0);
    await calls();
    const before = (await stats(page)).frames;
    const after = await drawn(page, 60);
    const each = (await calls()) / (after.frames - before);
    // Calls, not milliseconds: a busy machine does not change them. `npm run measure` prints the time.
    expect(each).toBeGreaterThan(100);
    expect(each).toBeLessThan(4_500);
    await watched.close();
  });

  test('with bloom there are at most 40 draws', async () => {
    const watched = await openPage(browser, node, { ...small, viewport: { width: 480, height: 360 } });
    await watched.page.addInitScript(countCalls);
    const page = await enter(watched, node, '/world?gpu=webgl&tier=high');
    await drawn(page, 6);
    const most = await page.evaluate(() =>
      Math.max(
        ...(globalThis as unknown as { gpuFrames: { draws: number }[] }).gpuFrames.slice(-4).map((one) => one.draws),
      ),
    );
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(40);
    expect(await variety(page)).toBeGreaterThan(40);
    watched.clean();
    await watched.close();
  });
});

describe('in the world', () => {
  test('the same page: a room from the list is flown to and opened, W goes back to it', async () => {
    const watched = await openPage(browser, node, small);
    const page = await enter(watched, node, '/world?tier=low');
    await drawn(page);
    await page.getByRole('link', { name: /^room-7( |$)/ }).click();
    const card = page.getByRole('complementary', { name: 'Room' });
    await card.getByRole('heading', { name: 'room-7' }).waitFor();
    await card.getByRole('button', { name: 'Open room-7' }).click();
    await page.getByRole('textbox', { name: 'Write to room-7' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/r/room-7');
    await page.locator('#centre').focus();
    await page.keyboard.press('Escape');
    await page.keyboard.press('w');
    await page.locator('canvas').waitFor();
    expect(new URL(page.url()).pathname).toBe('/world');
    watched.clean();
    await watched.close();
  });

  test('a click on the plane of a room opens its card; N goes from participant to participant', async () => {
    const watched = await openPage(browser, node, small);
    const page = await enter(watched, node, '/world?tier=low');
    await drawn(page);
    await page.getByRole('link', { name: /^room-0( |$)/ }).click();
    await drawn(page, 70);
    await page.getByRole('button', { name: 'Close the card' }).click();
    await drawn(page, 20);
    const box = (await page.locator('canvas').boundingBox())!;
    await page.locator('canvas').click({ position: { x: box.width / 2, y: box.height * 0.62 } });
    await page
      .getByRole('complementary')
      .filter({ hasText: /Room|Participant/ })
      .waitFor();
    await page.locator('#centre').focus();
    await page.keyboard.press('n');
    await page.getByRole('complementary', { name: 'Participant' }).waitFor();
    watched.clean();
    await watched.close();
  });

  test('with reduced motion nothing is drawn while nothing happens', async () => {
    const watched = await openPage(browser, node, { ...small, reducedMotion: 'reduce' });
    const page = await enter(watched, node, '/world?tier=low');
    // The first pictures are drawn in any case: labels are painted a few at a time.
    await drawn(page, 0);
    await reached(page, 31);
    const still = await page.evaluate(async () => {
      const { meshWorld } = globalThis as unknown as { meshWorld: { stats(): { frames: number } } };
      const frames = (count: number) =>
        new Promise<void>((done) => {
          const next = (left: number) => (left === 0 ? done() : requestAnimationFrame(() => next(left - 1)));
          next(count);
        });
      await frames(12);
      const before = meshWorld.stats().frames;
      await frames(12);
      return meshWorld.stats().frames - before;
    });
    expect(still).toBe(0);
    await actors[0]!.post('room-0', 'something happens');
    await page.getByText('something happens').first().waitFor();
    await drawn(page, 3);
    expect(await violations(page)).toEqual([]);
    watched.clean();
    await watched.close();
  });
});

describe('without a graphics card that can', () => {
  test('WebGPU draws the same world where it is there', async ({ skip }) => {
    const other = await launch(['--enable-unsafe-webgpu', '--enable-features=Vulkan', '--use-vulkan=swiftshader']);
    try {
      const watched = await openPage(other, node, small);
      const page = await enter(watched, node);
      if (
        !(await page.evaluate(async () =>
          Boolean(
            await (navigator as unknown as { gpu?: { requestAdapter(): Promise<unknown> } }).gpu?.requestAdapter(),
          ),
        ))
      ) {
        skip('this Chromium has no WebGPU adapter');
      }
      await page.goto(`${node.url}/world?gpu=webgpu&tier=low`);
      const { backend } = await drawn(page, 12);
      expect(backend).toBe('webgpu');
      expect(await variety(page)).toBeGreaterThan(60);
      watched.clean();
    } finally {
      await other.close();
    }
  });

  test('without 3D the page says so and offers the flat one', async () => {
    const other = await launch(['--disable-3d-apis']);
    try {
      const watched = await openPage(other, node, small);
      const page = await enter(watched, node, '/world');
      await page.getByRole('heading', { name: 'This browser or machine cannot draw the world.' }).waitFor();
      await page.getByRole('button', { name: 'Use the flat page' }).click();
      expect(new URL(page.url()).pathname).toBe('/');
    } finally {
      await other.close();
    }
  });
});
