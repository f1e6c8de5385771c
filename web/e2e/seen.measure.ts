// From the post to the pixels: how long a message takes until it is on a reader's screen, and where the time goes.
// `npm run measure` prints it. Nothing is asserted: a busy machine is slow, and that is no fault of the page.
import type { Page } from 'playwright-core';
import { test } from 'vitest';
import { composer, enter } from './browser.ts';
import { journeys, node, watched } from './setup.ts';

const MESSAGES = 150;
/** What comes first warms caches and compilers up and does not count. */
const WARMING = 20;

/** Moments of one message on the wall clock, milliseconds. */
interface Moments {
  /** The page's socket got the frame that brings it. */
  frame: number;
  /** It stands in the document. */
  document: number;
  /** The frame that shows it was handed over. */
  screen: number;
}

/** Runs in the page before its own code: notes when frames come, rows appear and pictures are drawn. */
function watch(): void {
  const now = () => performance.timeOrigin + performance.now();
  let waited: { text: string; done: (moments: Moments) => void } | undefined;
  let frame = 0;
  const Plain = globalThis.WebSocket;
  globalThis.WebSocket = class extends Plain {
    constructor(url: string | URL) {
      super(url);
      this.addEventListener('message', (event) => {
        if (waited && frame === 0 && String(event.data).includes(waited.text)) frame = now();
      });
    }
  };
  new MutationObserver(() => {
    if (!waited || !document.querySelector('[role=log]')?.textContent?.includes(waited.text)) return;
    const { done } = waited;
    waited = undefined;
    const inDocument = now();
    requestAnimationFrame(() => {
      const drawn = new MessageChannel();
      drawn.port1.onmessage = () => done({ frame, document: inDocument, screen: now() });
      drawn.port2.postMessage(null);
    });
  }).observe(document, { childList: true, subtree: true, characterData: true });
  Object.assign(globalThis, {
    seen: (text: string) =>
      new Promise<Moments>((done) => {
        frame = 0;
        waited = { text, done };
      }),
  });
}

const now = () => performance.timeOrigin + performance.now();
/** Asks the page to watch for a text; what comes back is a promise in the page, so that it watches before anything is posted. */
const watchFor = (page: Page, text: string) =>
  page.evaluateHandle(
    (wanted) => ({ seen: (globalThis as unknown as { seen(text: string): Promise<Moments> }).seen(wanted) }),
    text,
  );

function print(name: string, values: number[]): void {
  const sorted = values.slice(WARMING).sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(sorted.length * share)]!.toFixed(1).padStart(7);
  console.log(
    `${name.padEnd(44)} p50 ${at(0.5)} ms   p95 ${at(0.95)} ms   most ${sorted.at(-1)!.toFixed(1).padStart(7)} ms`,
  );
}

/** What the page's main thread computes for each message, whatever else the machine does. */
async function mainThread(page: Page): Promise<{ print(messages: number): Promise<void> }> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const names = ['ScriptDuration', 'RecalcStyleDuration', 'LayoutDuration', 'TaskDuration'];
  const read = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return names.map((name) => (metrics.find((one) => one.name === name)?.value ?? 0) * 1000);
  };
  const before = await read();
  return {
    async print(messages) {
      const each = (await read()).map((value, index) => ((value - before[index]!) / messages).toFixed(2));
      console.log(
        `main thread for each: script ${each[0]} ms, style ${each[1]} ms, layout ${each[2]} ms, together ${each[3]} ms`,
      );
    },
  };
}

/** Changes an empty page so often and says how long each change took to the screen. */
async function emptyPage(times: number): Promise<number[]> {
  const took: number[] = [];
  for (let number = 0; number < times; number++) {
    const begun = performance.now();
    document.body.append(document.createElement('p'));
    await new Promise<void>((done) => {
      requestAnimationFrame(() => {
        const drawn = new MessageChannel();
        drawn.port1.onmessage = () => done();
        drawn.port2.postMessage(null);
      });
    });
    took.push(performance.now() - begun);
  }
  return took;
}

journeys();

test('post to seen', async () => {
  await watched.page.addInitScript(watch);
  await node.room('pace');
  const rex = await node.actor('rex', 'agent');
  await rex.join('pace');
  const page = await enter(watched, node, '/r/pace');
  await composer(page).waitFor();
  const cpu = await mainThread(page);
  const theirs: Record<'answer' | 'frame' | 'document' | 'screen' | 'all', number[]> = {
    answer: [],
    frame: [],
    document: [],
    screen: [],
    all: [],
  };
  for (let number = 0; number < MESSAGES + WARMING; number++) {
    const text = `theirs-${number}.`;
    const handle = await watchFor(page, text);
    const begun = now();
    const answered = rex.post('pace', `A message of ordinary length, as agents write them: ${text}`).then(() => now());
    const moments = await handle.evaluate(({ seen }) => seen);
    theirs.answer.push((await answered) - begun);
    theirs.frame.push(moments.frame - begun);
    theirs.document.push(moments.document - moments.frame);
    theirs.screen.push(moments.screen - moments.document);
    theirs.all.push(moments.screen - begun);
    await handle.dispose();
  }
  print('post: until the poster has its answer', theirs.answer);
  print('post: until the reader’s page has the frame', theirs.frame);
  print('frame: until it stands in the document', theirs.document);
  print('document: until it is on the screen', theirs.screen);
  print('post to seen, together', theirs.all);
  await cpu.print(MESSAGES + WARMING);
  // What this browser on this machine needs to show any change at all.
  const blank = await page.context().newPage();
  print('an empty page: from a change to the screen', await blank.evaluate(emptyPage, MESSAGES / 3 + WARMING));
  await blank.close();
  const own: number[] = [];
  for (let number = 0; number < MESSAGES / 3 + WARMING; number++) {
    const text = `own-${number}.`;
    await composer(page).fill(text);
    const handle = await watchFor(page, text);
    const begun = await page.evaluate(() => {
      document
        .querySelector('[data-composer]')
        ?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
      return performance.timeOrigin + performance.now();
    });
    own.push((await handle.evaluate(({ seen }) => seen)).screen - begun);
    await handle.dispose();
  }
  print('Enter: until one’s own message is on the screen', own);
});
