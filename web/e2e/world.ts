// What journeys and measurements of the world share: a mesh that fills it, what reaches the graphics card, frames that were drawn.
import type { Page } from 'playwright-core';
import type { Stats } from '../src/world/scene-view.ts';
import type { Actor } from './node.ts';
import { node } from './setup.ts';

export const AGENTS = 200;
export const ROOMS = 20;
export const actors: Actor[] = [];

export async function ready(): Promise<void> {
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
export const small = { viewport: { width: 800, height: 560 }, reducedMotion: 'no-preference' as const };

/** Counts what reaches the graphics card, frame by frame, below any library. */
export function countCalls(): void {
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

export const stats = (page: Page) =>
  page.evaluate(() => (globalThis as unknown as { meshWorld: { stats(): Stats } }).meshWorld.stats());

/** Looks with each frame of the browser whether the world has drawn so many. */
export const reached = (page: Page, frames: number) =>
  page.waitForFunction(
    (least) => (globalThis as unknown as { meshWorld: { stats(): Stats } }).meshWorld.stats().frames >= least,
    frames,
    { polling: 'raf', timeout: 90_000 },
  );

export async function drawn(page: Page, frames = 8): Promise<Stats> {
  await page.waitForFunction(() => 'meshWorld' in globalThis);
  await reached(page, (await stats(page)).frames + frames);
  return stats(page);
}

/** How different the pixels of the picture are: a blank or lost canvas has almost one colour. */
export async function variety(page: Page): Promise<number> {
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
