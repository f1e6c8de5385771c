// The real job: three programs survey a code base, and answer a person who asks in the browser. Only the real binary has it.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { enter, messages, say } from './browser.ts';
import { startReal, type TestNode } from './node.ts';
import { binary, journeys, node, watched } from './setup.ts';

describe.runIf(binary)('the demo', () => {
  let folder: string;
  /** Not the same in each run, so that the answer cannot be known beforehand. */
  const lines = 40 + Math.floor(Math.random() * 400);

  async function start(): Promise<TestNode> {
    folder = mkdtempSync(join(tmpdir(), 'mesh-demo-'));
    writeFileSync(join(folder, 'engine.rs'), 'fn step() {}\n'.repeat(lines));
    writeFileSync(join(folder, 'wheel.rs'), 'fn turn() {}\n'.repeat(7));
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', ...args], { cwd: folder });
    git('init', '--quiet');
    git('add', '.');
    git('commit', '--quiet', '--message', 'Begin');
    return startReal(binary!, folder);
  }
  journeys({ start });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('a question put by mention is answered from the code base itself, beside the answer in the world', async () => {
    const page = await enter(watched, node);
    const room = page.getByRole('link', { name: /^code-/ }).first();
    await room.click();
    await messages(page).locator('article', { hasText: 'surveyor' }).first().waitFor();
    await page
      .getByRole('navigation')
      .getByRole('button', { name: /surveyor/ })
      .waitFor();
    await say(page, '@surveyor largest Rust files?');
    const answer = messages(page).locator('article[data-message]', { hasText: `engine.rs: ${lines} lines` });
    await answer.first().waitFor();
    expect(await answer.first().textContent()).toContain('wheel.rs: 7 lines');
    await page.goto(`${node.url}/world?gpu=off`);
    await page.getByRole('button', { name: 'As a table' }).click();
    const row = page.getByRole('row').filter({ hasText: 'surveyor' });
    await row.getByText(/^code-/).waitFor();
    expect(await row.textContent()).toContain('bot');
  });
});
