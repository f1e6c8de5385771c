// Reminders and schedules in the settings: the next times before one is made, run now, paused and let go on, and removed.
import { describe, expect, test } from 'vitest';
import { enter, pictures } from './browser.ts';
import { binary, journeys, node, realNode, watched } from './setup.ts';

describe.runIf(binary)('schedules', () => {
  journeys({ start: realNode });

  test('a schedule is made with its next times in sight, runs, waits, goes on and is removed', async () => {
    await node.room('stand-ups');
    const page = await enter(watched, node, '/settings/schedules');
    await page.getByText('Nothing is scheduled.').waitFor();
    await page.getByLabel('For (me, @handle, or a room)').fill('stand-ups');
    await page.getByLabel('What is said').fill('What is in your way?');
    await page.getByRole('combobox', { name: /^When/ }).selectOption('By cron');
    const field = page.getByLabel('Minute, hour, day, month, weekday');
    await field.fill('0 0 30 2 *');
    await page.getByText('never comes').waitFor();
    await field.fill('0 9 * * MON-FRI');
    await page.getByLabel('Time zone').fill('Europe/Berlin');
    await page.getByRole('list', { name: 'It would be due' }).getByText('09:00 Europe/Berlin').first().waitFor();
    await page.getByRole('button', { name: 'Schedule it' }).click();

    const name = 'what-is-in-your-way';
    const row = page.getByRole('listitem', { name });
    await row.getByText('live').waitFor();
    await row.getByRole('button', { name: `Run now: ${name}` }).click();
    await row.getByRole('button', { name: `Times of ${name}` }).click();
    await row
      .getByRole('list', { name: `Last times of ${name}` })
      .getByText('said')
      .waitFor();
    expect(
      await row
        .getByRole('list', { name: `Next times of ${name}` })
        .getByRole('listitem')
        .count(),
    ).toBe(10);
    await pictures(page, 'schedules');

    await row.getByRole('button', { name: `Pause ${name}` }).click();
    await row.getByText('paused by a person’s word').waitFor();
    await row.getByRole('button', { name: `Let ${name} go on` }).click();
    await row.getByText('live').waitFor();
    const said = await node.owner.ask<{ items: { text: string; scheduled?: { name: string } }[] }>(
      'GET',
      '/api/rooms/stand-ups/messages',
    );
    expect(said.items.map((one) => [one.text, one.scheduled?.name])).toContainEqual(['What is in your way?', name]);

    await row.getByRole('button', { name: `Remove ${name}` }).click();
    await page.getByRole('button', { name: 'Remove it' }).click();
    await row.waitFor({ state: 'detached' });
    expect(await node.owner.ask('GET', '/api/schedules')).toEqual({ items: [] });
  });
});
