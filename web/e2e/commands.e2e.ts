// What the page tells people to type does what the page says, as it stands.
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../src/shell/commands.ts';
import { stored } from './browser.ts';
import { binary, journeys, node, realNode, watched } from './setup.ts';

describe.runIf(binary)('commands that the page shows', () => {
  journeys({ start: realNode });

  /** Types it in the node's folder, as somebody beside the node would. */
  function type(command: string): ChildProcess {
    const [, ...words] = command.split(' ');
    return spawn(binary!, words, { env: { ...process.env, MESH_HOME: node.home }, stdio: ['ignore', 'pipe', 'pipe'] });
  }

  async function said(command: string): Promise<string> {
    const child = type(command);
    const parts: string[] = [];
    for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (part) => parts.push(String(part)));
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect(`${command}: ${code === 0 ? 'done' : parts.join('')}`).toBe(`${command}: done`);
    return parts.join('');
  }

  const tried: Record<keyof typeof COMMANDS, () => Promise<void>> = {
    // The node that all the others talk to was started by it.
    up: async () => expect(new URL(node.url).port).not.toBe(''),
    registerAgent: async () => {
      await said(COMMANDS.registerAgent);
      expect(await said('mesh --as rex who')).toContain('rex');
    },
    invitePerson: async () => expect(await said(COMMANDS.invitePerson)).toContain(`${node.url}/i/`),
    // It runs until it is ended; its first line says that it takes tasks.
    work: async () => {
      const child = type(COMMANDS.work);
      const ended = new Promise((resolve) => child.once('close', resolve));
      const first = await new Promise((resolve) => {
        createInterface({ input: child.stdout! }).once('line', resolve);
        child.once('close', () => resolve('it ended before it said anything'));
      });
      child.kill('SIGINT');
      await ended;
      expect(first).toContain('@rex works with claude');
    },
    workHelp: async () => expect(await said(COMMANDS.workHelp)).toContain('--runner'),
    verifyLog: async () => expect(await said(COMMANDS.verifyLog)).toContain('verified'),
    loginLink: async () => {
      const path = /[^\s"]*\/login\?[^\s"]+/.exec(await said(COMMANDS.loginLink))?.[0] ?? '';
      await node.room('signed-in');
      await node.owner.post('signed-in', 'come in');
      await watched.page.goto(new URL(path, node.url).href);
      await watched.page.getByText('live', { exact: true }).waitFor();
      await watched.page.goto(`${node.url}/r/signed-in`);
      await stored(watched.page, 'come in').waitFor();
    },
  };
  test.each(Object.entries(tried))('%s', (_name, run) => run());
});
