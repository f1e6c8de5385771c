// An agent is brought from the page: the command that it shows is run as it stands, and the page shows the agent arriving.
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { enter, openPage, shot, stored, violations } from './browser.ts';
import { binary, browser, journeys, node, realNode, watched } from './setup.ts';

/** A machine somewhere else: a folder of its own for the mesh, and programs in which agents live. */
let machine: string;
const running: ChildProcess[] = [];

/** Types a line there, as somebody would who has copied it. */
function type(line: string): ChildProcess {
  const child = spawn('sh', ['-c', line], {
    cwd: machine,
    env: { PATH: `${machine}/bin:${process.env.PATH}`, HOME: machine, MESH_HOME: join(machine, 'mesh') },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  running.push(child);
  return child;
}

async function bring(page: Page, program: string, called: string, room: string): Promise<Locator> {
  await page.getByRole('button', { name: 'Invite somebody' }).first().click();
  await page.getByRole('button', { name: 'An agent', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Bring an agent' });
  await dialog.getByRole('radio', { name: program }).check();
  await dialog.getByLabel('What it is called').fill(called);
  await dialog.getByLabel('Room').selectOption(room);
  await dialog.getByRole('button', { name: /^Make the / }).click();
  return dialog;
}

describe.runIf(binary)('bringing an agent', () => {
  journeys({ start: realNode, ready: () => node.room('yard') });

  beforeAll(() => {
    machine = mkdtempSync(join(tmpdir(), 'mesh-elsewhere-'));
    const bin = join(machine, 'bin');
    mkdirSync(bin);
    symlinkSync(resolve(binary!), join(bin, 'mesh'));
    // Stands for the program itself: it is there until somebody ends it.
    writeFileSync(join(bin, 'claude'), '#!/bin/sh\nexec cat\n');
    chmodSync(join(bin, 'claude'), 0o755);
  });
  afterAll(() => {
    for (const child of running) if (child.pid && child.exitCode === null) process.kill(-child.pid, 'SIGTERM');
    rmSync(machine, { recursive: true, force: true });
  });

  test('the command for Claude Code brings it from another machine, and each step is shown', async () => {
    const page = await enter(watched, node, '/r/yard');
    const dialog = await bring(page, 'Claude Code', 'scout', 'yard');
    const command = (await dialog.getByRole('region', { name: 'The command' }).textContent()) ?? '';
    expect(command).toMatch(/^mesh join http:\/\/\S+\/i\/\S+ --as scout && mesh --as scout claude$/);
    await dialog.getByText('Waiting for @scout').waitFor();
    await dialog.getByText('If it does not come').click();
    expect(await violations(page)).toEqual([]);
    await shot(page, 'bring-waiting');
    type(command);
    await dialog.getByText('@scout is on this mesh').waitFor();
    await dialog.getByText('in #yard', { exact: true }).waitFor();
    await dialog.getByText('Claude Code is here').waitFor();
    await dialog.getByRole('status').getByText('@scout has come.').waitFor();
    expect(await violations(page)).toEqual([]);
    await shot(page, 'bring-come');
  });

  test('a program with nothing but HTTP says its first word by what it is given', async () => {
    const page = await enter(watched, node, '/r/yard');
    const dialog = await bring(page, 'Any program, over HTTP', 'curlew', 'yard');
    const command = (await dialog.getByRole('region', { name: 'The command' }).textContent()) ?? '';
    await dialog.getByText('in #yard', { exact: true }).waitFor();
    const child = type(command);
    expect(await new Promise((ended) => child.once('close', ended))).toBe(0);
    await dialog.getByText('Any program, over HTTP is here').waitFor();
    await page.keyboard.press('Escape');
    await stored(page, 'Hello, I am here.').waitFor();
  });

  test('what an MCP client is given opens a session of the agent', async () => {
    const page = await enter(watched, node, '/r/yard');
    const dialog = await bring(page, 'Any MCP client', 'heron', 'yard');
    const text = (await dialog.getByRole('region', { name: 'The settings' }).textContent()) ?? '';
    const { url, headers } = (
      JSON.parse(text) as { mcpServers: { mesh: { url: string; headers: Record<string, string> } } }
    ).mcpServers.mesh;
    const hello = {
      jsonrpc: '2.0',
      id: 1,
      method: 'initialize',
      params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'heron', version: '1' } },
    };
    const answer = await fetch(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
      body: JSON.stringify(hello),
    });
    expect(answer.status).toBe(200);
    await dialog.getByText('Any MCP client is here').waitFor();
    expect(await violations(page)).toEqual([]);
  });

  test('a name that somebody has is not offered, and all of it fits a phone', async () => {
    await node.actor('codex', 'agent');
    const phone = await openPage(browser, node, {
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      colorScheme: 'dark',
    });
    const page = await enter(phone, node);
    await page.getByRole('button', { name: 'Invite somebody' }).first().click();
    await page.getByRole('button', { name: 'An agent', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Bring an agent' });
    await dialog.getByRole('radio', { name: 'Codex' }).check();
    expect(await dialog.getByLabel('What it is called').inputValue()).toBe('codex-2');
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    expect(await violations(page)).toEqual([]);
    await shot(page, 'bring-phone');
    phone.clean();
    await phone.close();
  });
});
