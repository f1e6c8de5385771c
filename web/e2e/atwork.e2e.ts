// Work in the world: one person gives a task by pointing, watches it, answers at the beacon and gets the result, without leaving.
// The worker is met only over the node; only the real binary dispatches.
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { enter, openPage, pictures, shot, violations } from './browser.ts';
import type { Actor } from './node.ts';
import { binary, browser, journeys, node, realNode } from './setup.ts';
import { countCalls, drawn, small } from './world.ts';

interface Taken {
  task: { id: string };
  fence: number;
  prompt: string;
}

describe.runIf(binary)('work in the world', () => {
  let rex: Actor;

  journeys({
    start: realNode,
    page: false,
    ready: async () => {
      await node.room('bench');
      rex = await node.actor('rex', 'agent');
      await rex.join('bench');
      const capabilities = ['speak', 'listen', 'execute'];
      await node.owner.ask('PUT', '/api/rooms/bench/members/rex/capabilities', { capabilities });
      await rex.ask('POST', '/api/workers/me', { slots: 12 });
      await rex.present('idle');
    },
  });

  async function take(actor = rex): Promise<Taken> {
    const { items } = await actor.ask<{ items: Taken[] }>('POST', '/api/tasks/take', {
      wait_ms: 20_000,
      lease_ms: 600_000,
    });
    const one = items[0]!;
    await actor.ask('POST', `/api/tasks/${one.task.id}/start`, { fence: one.fence });
    return one;
  }
  const stream = ({ task, fence }: Taken, text: string, live = false) =>
    rex.ask('POST', `/api/tasks/${task.id}/stream`, { fence, text, ...(live && { live }) });
  const list = (page: Page) => page.getByRole('region', { name: 'Work in the world' });
  const card = (page: Page) => page.getByRole('complementary', { name: 'Task' });
  const wide = { ...small, viewport: { width: 1280, height: 800 } };

  test('a task is given by pointing, its output is watched, it asks at its beacon, and its result is sealed', async () => {
    const watched = await openPage(browser, node, wide);
    const page = await enter(watched, node, '/world?gpu=webgl&tier=low');
    await drawn(page, 20);
    // N goes to whoever is here; what is written then is a task for them.
    await page.locator('#centre').focus();
    const box = page.getByRole('textbox', { name: 'Give rex a task' });
    for (let pressed = 0; pressed < 4 && (await box.count()) === 0; pressed++) {
      await page.keyboard.press('n');
      await drawn(page, 2);
    }
    await box.fill('Survey the parser');
    await box.press('Enter');
    await page.locator('.note', { hasText: 'Given to rex, in #bench.' }).waitFor();
    const taken = await take();
    expect(taken.prompt).toBe('Survey the parser');
    await page.keyboard.press('Escape');
    const row = list(page).getByRole('button', { name: /^Survey the parser/ });
    await row.getByText('running').waitFor();
    // Its screen is there, and what is printed stands on it and in the list.
    await page.waitForFunction(
      () => (globalThis as unknown as { meshWorld: { stats(): { screens: number } } }).meshWorld.stats().screens === 1,
    );
    await stream(taken, 'reading lexer.rs');
    await row.getByText('reading lexer.rs').waitFor();
    await stream(taken, 'reading parser.rs', true);
    await row.getByText('reading parser.rs').waitFor();
    await shot(page, 'world-work-1280');
    // Over the shoulder.
    await row.click();
    await card(page).getByRole('log', { name: 'Output' }).getByText('reading lexer.rs').waitFor();
    await drawn(page, 20);
    await shot(page, 'world-shoulder-1280');
    // The beacon: all of what would run, and the answer.
    const asked = rex.ask<{ id: string }>('POST', '/api/approvals', {
      room: 'bench',
      task: taken.task.id,
      fence: taken.fence,
      question: 'May I delete the build cache?',
      seconds: 600,
      detail: { tool_name: 'Bash', tool_input: { command: 'rm -rf target && cargo clean' } },
    });
    const question = card(page).getByRole('article', { name: /^rex asks: May I delete/ });
    await question.getByText('rm -rf target && cargo clean').waitFor();
    await list(page).getByText('1 needs you').waitFor();
    await drawn(page, 10);
    await shot(page, 'world-beacon-1280');
    expect(await violations(page)).toEqual([]);
    const yes = question.getByRole('button', { name: 'Approve once' });
    await yes.and(page.locator('[aria-disabled=false]')).click();
    await question.waitFor({ state: 'detached' });
    // The question is gone from the screen and from the list.
    await list(page).getByText('1 at work').waitFor();
    const answer = await rex.ask('GET', `/api/approvals/${(await asked).id}`);
    expect(answer).toMatchObject({ state: 'approved' });
    await rex.ask('POST', `/api/tasks/${taken.task.id}/finish`, {
      fence: taken.fence,
      output: { text: 'Nine files.' },
      confidence: 95,
    });
    await card(page).getByText('Nine files.').waitFor();
    await page.waitForFunction(
      () => (globalThis as unknown as { meshWorld: { stats(): { screens: number } } }).meshWorld.stats().screens === 0,
    );
    await drawn(page, 40);
    await shot(page, 'world-sealed-1280');
    watched.clean();
    await watched.close();
  });

  test('a task is paused, handed on and cancelled where one stands, and spoken words go to the room that is near', async () => {
    const ada = await node.actor('ada', 'agent');
    await ada.join('bench');
    await node.owner.ask('PUT', '/api/rooms/bench/members/ada/capabilities', {
      capabilities: ['speak', 'listen', 'execute'],
    });
    await ada.ask('POST', '/api/workers/me', { slots: 1 });
    const made = await node.owner.ask<{ tasks: { id: string }[] }>('POST', '/api/tasks', {
      room: 'bench',
      tasks: [{ title: 'Paint the door', prompt: 'Paint it.', assigned: 'rex' }],
    });
    await take();
    const watched = await openPage(browser, node, { ...wide, reducedMotion: 'reduce' });
    const page = await enter(watched, node, '/world?gpu=webgl&tier=low');
    await drawn(page, 0);
    await list(page)
      .getByRole('button', { name: /^Paint the door/ })
      .click();
    await card(page).getByRole('button', { name: 'Hand on' }).click();
    await page.getByRole('dialog').getByRole('button', { name: /^ada/ }).click();
    await page.locator('.note', { hasText: 'Paint the door goes on with ada.' }).waitFor();
    const { items } = await ada.ask<{ items: Taken[] }>('POST', '/api/tasks/take', {
      wait_ms: 20_000,
      lease_ms: 600_000,
    });
    expect(items[0]!.task.id).toBe(made.tasks[0]!.id);
    await card(page).getByText('is at it').waitFor();
    await card(page).getByRole('button', { name: 'Pause' }).click();
    await card(page).getByRole('button', { name: 'Let it go on' }).waitFor();
    await page.getByRole('link', { name: /^bench( |$)/ }).click();
    const speak = page.getByRole('textbox', { name: 'Speak to #bench' });
    await speak.fill('what is said here');
    await speak.press('Enter');
    await page.getByRole('log', { name: 'What is being said' }).getByText('what is said here').waitFor();
    expect(await violations(page)).toEqual([]);
    watched.clean();
    await watched.close();
  });

  test('twelve agents at work and printing at once: each has a screen with words, within the budgets of a frame', async () => {
    const crew = await Promise.all(Array.from({ length: 12 }, (_, number) => node.actor(`crew-${number}`, 'agent')));
    await node.room('yard');
    const begun: { actor: Actor; taken: Taken }[] = [];
    for (const [number, actor] of crew.entries()) {
      await actor.join('yard');
      await node.owner.ask('PUT', `/api/rooms/yard/members/crew-${number}/capabilities`, {
        capabilities: ['speak', 'listen', 'execute'],
      });
      await actor.ask('POST', '/api/workers/me', { slots: 1, capabilities: [`crew-${number}`] });
      await actor.present('busy');
      const tasks = [{ title: `Part ${number}`, prompt: 'Do it.', capability: `crew-${number}` }];
      await node.owner.ask('POST', '/api/tasks', { room: 'yard', tasks });
      begun.push({ actor, taken: await take(actor) });
    }
    const watched = await openPage(browser, node, wide);
    await watched.page.addInitScript(countCalls);
    const page = await enter(watched, node, '/world?gpu=webgl&tier=low');
    await drawn(page, 60);
    for (let line = 0; line < 4; line++)
      for (const { actor, taken } of begun)
        await actor.ask('POST', `/api/tasks/${taken.task.id}/stream`, {
          fence: taken.fence,
          text: `line ${line}`,
          live: line % 2 === 0,
        });
    await list(page)
      .getByRole('button', { name: /^Part 11/ })
      .getByText('line 3')
      .waitFor();
    const { screens } = await drawn(page, 30);
    expect(screens).toBe(12);
    const last = await page.evaluate(() =>
      (globalThis as unknown as { gpuFrames: { draws: number; triangles: number; bytes: number }[] }).gpuFrames
        .filter((one) => one.draws > 0)
        .slice(-40),
    );
    expect(Math.max(...last.map((one) => one.draws))).toBeLessThanOrEqual(25);
    expect(Math.max(...last.map((one) => one.triangles))).toBeLessThanOrEqual(150_000);
    expect(Math.max(...last.map((one) => one.bytes))).toBeLessThanOrEqual(64 * 1024);
    await shot(page, 'world-crew-1280');
    // By its name in the palette one goes there.
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').getByRole('combobox').fill('crew-7');
    await page
      .getByRole('option', { name: /^crew-7/ })
      .first()
      .click();
    await page
      .getByRole('complementary', { name: 'Participant' })
      .getByRole('button', { name: /^Part 7/ })
      .click();
    await card(page).getByRole('log', { name: 'Output' }).getByText('line 3').waitFor();
    await drawn(page, 40);
    await shot(page, 'world-crew-near-1280');
    watched.clean();
    await watched.close();
  });

  test('keys walk, and do not leave the world', async () => {
    const watched = await openPage(browser, node, small);
    const page = await enter(watched, node, '/world?gpu=webgl&tier=low');
    await drawn(page, 20);
    await page.locator('#centre').focus();
    const before = await page.locator('canvas').screenshot();
    await page.keyboard.down('w');
    await drawn(page, 12);
    await page.keyboard.up('w');
    await drawn(page, 4);
    expect(new URL(page.url()).pathname).toBe('/world');
    expect((await page.locator('canvas').screenshot()).equals(before)).toBe(false);
    await page.keyboard.press('Shift+W');
    await page.locator('canvas').waitFor({ state: 'detached' });
    watched.clean();
    await watched.close();
  });

  test('on a phone the same can be done, and nothing covers what one looks at', async () => {
    const watched = await openPage(browser, node, {
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      reducedMotion: 'reduce',
    });
    const page = await enter(watched, node, '/world?gpu=webgl&tier=low');
    await drawn(page, 0);
    await list(page).getByRole('button', { name: /^Work/ }).click();
    await list(page)
      .getByRole('button', { name: /^Paint the door/ })
      .click();
    await card(page).getByRole('button', { name: 'Let it go on' }).waitFor();
    const [world, over] = [await page.locator('canvas').boundingBox(), await card(page).boundingBox()];
    expect(over!.y).toBeGreaterThan(world!.y + 200);
    await page.getByRole('button', { name: 'Close the card' }).click();
    await pictures(page, 'world-phone');
    watched.clean();
    await watched.close();
  });
});
