// What a change of rooms costs the page's main thread, and how long the beginning of a long room takes to stand on the screen.
// `npm run measure` prints it. Nothing is asserted: a busy machine is slow, and that is no fault of the page.
import type { Page } from 'playwright-core';
import { test } from 'vitest';
import { enter, stored } from './browser.ts';
import { journeys, node, watched } from './setup.ts';

const ROOMS = 4;
const MESSAGES = 400;
const CHANGES = 40;
/** What comes first warms caches and compilers up and does not count. */
const WARMING = 8;

const NAMES = ['ScriptDuration', 'RecalcStyleDuration', 'LayoutDuration', 'TaskDuration'] as const;

/** Milliseconds of the main thread so far, by what it did. */
async function mainThread(page: Page): Promise<() => Promise<number[]>> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  return async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return NAMES.map((name) => (metrics.find((one) => one.name === name)?.value ?? 0) * 1000);
  };
}

/** Follows the link to a room and waits until two frames after its messages stand in the document: everything that follows from it
 * is done. Found and clicked by the page itself, so that nothing of the tool that looks on is counted. */
const change = (page: Page, name: string) =>
  page.evaluate(async (to) => {
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    document.querySelector<HTMLElement>(`nav a[href="/r/${to}"]`)!.click();
    while (!document.querySelector(`section[aria-label="${to}"] [data-message]`)) await frame();
    await frame();
    await frame();
    await new Promise((done) => setTimeout(done, 0));
  }, name);

function print(name: string, values: number[]): void {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!.toFixed(1);
  console.log(`${name.padEnd(48)} p50 ${at(0.5).padStart(6)} ms   p95 ${at(0.95).padStart(6)} ms`);
}

journeys();

test('changes between long rooms', async () => {
  const rex = await node.actor('rex', 'agent');
  for (let room = 0; room < ROOMS; room++) {
    await node.room(`hall-${room}`);
    await rex.join(`hall-${room}`);
    for (let number = 1; number <= MESSAGES; number++)
      await rex.post(`hall-${room}`, `hall-${room} line ${number}: words as agents write them, \`code\` and **bold**.`);
  }
  const page = await enter(watched, node, '/r/hall-0');
  await stored(page, 'hall-0 line').first().waitFor();
  const read = await mainThread(page);
  const parts: number[][] = NAMES.map(() => []);
  for (let turn = 0; turn < CHANGES + WARMING; turn++) {
    const name = `hall-${(turn + 1) % ROOMS}`;
    const before = await read();
    await change(page, name);
    const after = await read();
    if (turn >= WARMING) for (const [index, value] of after.entries()) parts[index]!.push(value - before[index]!);
  }
  for (const [index, name] of NAMES.entries()) print(`a change of rooms: ${name}`, parts[index]!);
  const opened: number[] = [];
  for (let turn = 0; turn < 5; turn++) {
    const begun = performance.now();
    await page.goto(`${node.url}/r/hall-1`);
    await stored(page, 'hall-1 line').first().waitFor();
    opened.push(performance.now() - begun);
  }
  print(`a room of ${MESSAGES} from its address to its messages`, opened);
});
