// The world: it is drawn, shows what happens, opens what is clicked, and keeps its budgets with 200 agents in 20 rooms.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import type { Stats } from '../src/world/scene-view.ts';
import { enter, launch, openPage, violations } from './browser.ts';
import { type Actor, DIST } from './node.ts';
import { browser, journeys, node } from './setup.ts';

const AGENTS = 200;
const ROOMS = 20;
const actors: Actor[] = [];

async function ready(): Promise<void> {
  for (let number = 0; number < ROOMS; number++) await node.room(`room-${number}`);
  for (let number = 0; number < AGENTS; number++) {
    const actor = await node.actor(
      `worker-${number}`,
      number % 7 === 0 ? 'bot' : number % 31 === 0 ? 'bridge' : 'agent',
    );
    await actor.join(`room-${number % ROOMS}`);
    await actor.present(number % 3 === 0 ? 'busy' : 'idle');
    actors.push(actor);
  }
}
journeys({ ready, page: false });

const small = { viewport: { width: 800, height: 560 }, reducedMotion: 'no-preference' as const };

/** Counts what reaches the graphics card, frame by frame, below any library. */
function countCalls(): void {
  const counts = { draws: 0, triangles: 0, bytes: 0, programs: 0 };
  const frames: { draws: number; triangles: number; bytes: number }[] = [];
  Object.assign(globalThis, { gpuCounts: counts, gpuFrames: frames });
  const gl = WebGL2RenderingContext.prototype;
  const wrap = (name: keyof WebGL2RenderingContext, count: (...args: never[]) => void) => {
    const original = gl[name] as (...args: never[]) => unknown;
    Object.assign(gl, {
      [name](this: WebGL2RenderingContext, ...args: never[]) {
        count(...args);
        return original.apply(this, args);
      },
    });
  };
  const size = (data: unknown) =>
    data && typeof data === 'object' && 'byteLength' in data ? Number(data.byteLength) : 0;
  const drawn = (vertices: number, instances: number) => {
    counts.draws++;
    counts.triangles += (vertices / 3) * instances;
  };
  wrap('drawArrays', ((_mode: number, _first: number, count: number) => drawn(count, 1)) as never);
  wrap('drawElements', ((_mode: number, count: number) => drawn(count, 1)) as never);
  wrap('drawArraysInstanced', ((_mode: number, _first: number, count: number, instances: number) =>
    drawn(count, instances)) as never);
  wrap('drawElementsInstanced', ((_mode: number, count: number, _type: number, _offset: number, instances: number) =>
    drawn(count, instances)) as never);
  // The optional last argument is how many elements of the array are sent.
  wrap('bufferSubData', ((
    _target: number,
    _offset: number,
    data: ArrayBufferView & { BYTES_PER_ELEMENT?: number },
    _from?: number,
    length?: number,
  ) => {
    counts.bytes += length ? length * (data.BYTES_PER_ELEMENT ?? 1) : size(data);
  }) as never);
  wrap('bufferData', ((_target: number, data: unknown) => {
    counts.bytes += size(data);
  }) as never);
  wrap('texSubImage2D', ((...args: unknown[]) => {
    counts.bytes += args.length >= 9 ? Number(args[4]) * Number(args[5]) : 0;
  }) as never);
  wrap('linkProgram', (() => {
    counts.programs++;
  }) as never);
  const tick = () => {
    frames.push({ draws: counts.draws, triangles: counts.triangles, bytes: counts.bytes });
    counts.draws = counts.triangles = counts.bytes = 0;
    requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
}

const stats = (page: Page) =>
  page.evaluate(() => (globalThis as unknown as { meshWorld: { stats(): Stats } }).meshWorld.stats());

/** Looks with each frame of the browser whether the world has drawn so many. */
const reached = (page: Page, frames: number) =>
  page.waitForFunction(
    (least) => (globalThis as unknown as { meshWorld: { stats(): Stats } }).meshWorld.stats().frames >= least,
    frames,
    { polling: 'raf', timeout: 90_000 },
  );

async function drawn(page: Page, frames = 8): Promise<Stats> {
  await page.waitForFunction(() => 'meshWorld' in globalThis);
  await reached(page, (await stats(page)).frames + frames);
  return stats(page);
}

/** How different the pixels of the picture are: a blank or lost canvas has almost one colour. */
async function variety(page: Page): Promise<number> {
  const picture = await page.locator('canvas').screenshot();
  return page.evaluate(
    async (bytes) => {
      const image = await createImageBitmap(new Blob([new Uint8Array(bytes)], { type: 'image/png' }));
      const canvas = new OffscreenCanvas(image.width, image.height);
      const context = canvas.getContext('2d')!;
      context.drawImage(image, 0, 0);
      const { data } = context.getImageData(0, 0, image.width, image.height);
      const seen = new Set<number>();
      for (let index = 0; index < data.length; index += 16)
        seen.add((data[index]! >> 3) * 1024 + (data[index + 1]! >> 3) * 32 + (data[index + 2]! >> 3));
      return seen.size;
    },
    [...picture],
  );
}

describe('budgets', () => {
  test('the first page is small, and the world is loaded only when it is opened', () => {
    const assets = readdirSync(join(DIST, 'assets'));
    const html = readFileSync(join(DIST, 'index.html'), 'utf8');
    const gzip = (match: (name: string) => boolean) =>
      assets.filter(match).reduce((sum, name) => sum + gzipSync(readFileSync(join(DIST, 'assets', name))).length, 0);
    // Whatever the first page names is loaded before its first picture.
    const first = (name: string) => html.includes(name);
    const world = (name: string) => /^(World|bloom)-.*\.js$/.test(name);
    // Board, task, approvals, workers and figures, and what stands among messages.
    const work = (name: string) =>
      /^(Work|NewTask|feedView|ApprovalCard|Memories|deeds|Ask|words|work|spans)-.*\.js$/.test(name);
    const script = (name: string) => name.endsWith('.js');
    expect(gzip((name) => script(name) && first(name))).toBeLessThan(70_000);
    expect(gzip((name) => name.endsWith('.css') && first(name))).toBeLessThan(15_000);
    expect(gzip(world)).toBeLessThan(260_000);
    expect(gzip(work)).toBeLessThan(50_000);
    // Rules, quarantine, audit, settings, search, cards and dialogs come when they are opened.
    expect(gzip((name) => script(name) && !first(name) && !world(name) && !work(name))).toBeLessThan(55_000);
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

  test('a frame takes little of the main thread', async () => {
    const watched = await openPage(browser, node, small);
    const page = await enter(watched, node, '/world?gpu=webgl&tier=low');
    await drawn(page, 60);
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    const task = async () =>
      (await session.send('Performance.getMetrics')).metrics.find((one) => one.name === 'TaskDuration')!.value * 1000;
    const before = { task: await task(), frames: (await stats(page)).frames };
    const after = await drawn(page, 60);
    const each = ((await task()) - before.task) / (after.frames - before.frames);
    // CPU time of the thread, so a busy machine does not change it; the budget is 1.5 ms on the machine it was set on.
    expect(each).toBeLessThan(4);
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
