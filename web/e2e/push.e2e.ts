// Told while no page is in sight: the page asks for it, the node seals and sends, the worker shows it, and what is pressed there leads
// to the question without answering it. Chromium without a window has no push service: a double of one takes what the node sends, and
// what it took is given to the real service worker by the browser's own debugging protocol.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CDPSession, Page } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { enter, launch, openPage, pictures, shot } from './browser.ts';
import { startReal } from './node.ts';
import { type Pushed, PushServiceDouble } from './pushServiceDouble.ts';
import { binary, browser, journeys, node } from './setup.ts';

/** What a machine in the same network is called: no secure context. */
const LAN = 'lan.test';

/** Takes the place of the browser's PushManager, which has nobody to ask here; permission and worker are the browser's own. */
function pushManagerStandIn(subscription: { endpoint: string; p256dh: string; auth: string }): void {
  const bytes = (text: string) =>
    Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0)).buffer;
  const kept = 'stand-in';
  if (!('ServiceWorkerRegistration' in globalThis)) return;
  class PushManagerStandIn {
    async getSubscription() {
      const key = localStorage.getItem(kept);
      return key === null ? null : this.#given(key);
    }
    async subscribe({ applicationServerKey }: { applicationServerKey: Uint8Array<ArrayBuffer> }) {
      const key = btoa(String.fromCharCode(...applicationServerKey));
      localStorage.setItem(kept, key);
      return this.#given(key);
    }
    #given(key: string) {
      return {
        endpoint: subscription.endpoint,
        options: { applicationServerKey: bytes(key) },
        getKey: (name: 'p256dh' | 'auth') => bytes(subscription[name]),
        unsubscribe: async () => localStorage.removeItem(kept),
      };
    }
  }
  Object.defineProperty(ServiceWorkerRegistration.prototype, 'pushManager', { get: () => new PushManagerStandIn() });
}

interface Shown {
  title: string;
  body: string;
  tag: string;
  actions: string[];
}
/** What a service worker has, which nothing here has a name for. */
interface WorkerScope {
  registration: ServiceWorkerRegistration;
  NotificationEvent: new (type: string, init: { notification: Notification; action: string }) => Event;
  dispatchEvent(event: Event): boolean;
}
const shown = (page: Page): Promise<Shown[]> =>
  page
    .context()
    .serviceWorkers()[0]!
    .evaluate(async () => {
      const { registration } = globalThis as unknown as WorkerScope;
      const list = (await registration.getNotifications()) as (Notification & { actions?: { action: string }[] })[];
      return list.map((one) => ({
        title: one.title,
        body: one.body,
        tag: one.tag,
        actions: (one.actions ?? []).map(({ action }) => action),
      }));
    });

/** Gives the worker what a push service would. */
async function deliver(page: Page, text: string): Promise<void> {
  const session: CDPSession = await page.context().newCDPSession(page);
  const registration = new Promise<string>((resolve) => {
    session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const found = registrations.find((one) => !one.isDeleted && one.scopeURL.startsWith(node.url));
      if (found) resolve(found.registrationId);
    });
  });
  await session.send('ServiceWorker.enable');
  const told = { origin: node.url, registrationId: await registration, data: text };
  await session.send('ServiceWorker.deliverPushMessage', told);
  await session.detach();
}

/** Presses something in a notification: no hand reaches it here, so the worker is told as the browser tells it. */
async function press(page: Page, action: string): Promise<void> {
  const [worker] = page.context().serviceWorkers();
  await worker!.evaluate(async (pressed) => {
    const scope = globalThis as unknown as WorkerScope;
    const [notification] = await scope.registration.getNotifications();
    const init = { notification: notification!, action: pressed };
    scope.dispatchEvent(new scope.NotificationEvent('notificationclick', init));
  }, action);
}

describe.runIf(binary)('told while no page is in sight', () => {
  const service = new PushServiceDouble();
  journeys({
    start: () => startReal(binary!, undefined, ['--allow-host', LAN]),
    page: false,
    ready: async () => {
      await service.start();
      await node.stop();
      const settings = '[webhooks]\nprivate = ["127.0.0.1"]\n[push]\nservices = ["127.0.0.1"]\n';
      writeFileSync(join(node.home, 'plugins.toml'), settings);
      await node.start();
    },
  });
  afterAll(() => service.close());

  test('the page asks, the node tells, the worker shows it, and a press leads to the question', async () => {
    await node.room('crane', 'What is lifted');
    const rex = await node.actor('rex', 'agent');
    await rex.join('crane');
    const watched = await openPage(browser, node, { serviceWorkers: 'allow' });
    await watched.page.context().grantPermissions(['notifications'], { origin: node.url });
    await watched.page.addInitScript(pushManagerStandIn, service.subscription);
    const page = await enter(watched, node, '/settings/notifications');
    await page.getByRole('button', { name: 'Notify this browser' }).click();
    const row = page.getByRole('listitem').filter({ hasText: 'This browser' });
    await row.waitFor();
    await row.getByRole('button', { name: 'Try it' }).click();
    const tried = await service.next();
    expect(tried.told.title).toBe('The Mesh reaches this browser');
    expect(tried.headers['content-encoding']).toBe('aes128gcm');
    await pictures(page, 'push');

    // Nobody looks at the page any more: what happens is told.
    await page.evaluate(() => {
      Object.defineProperty(document, 'hasFocus', { value: () => false });
      dispatchEvent(new Event('blur'));
    });
    const question = { room: 'crane', question: 'May I lift the roof?', seconds: 600 };
    const { id } = await rex.ask<{ id: string }>('POST', '/api/approvals', question);
    const pushed: Pushed = await service.next();
    expect(pushed.told.approval?.id).toBe(id);
    expect(pushed.headers.urgency).toBe('high');
    expect(pushed.text).not.toContain('roof');

    await page.goto('about:blank');
    await deliver(page, pushed.text);
    await expect.poll(() => shown(page), { timeout: 20_000 }).toHaveLength(1);
    const [notification] = await shown(page);
    expect(notification).toMatchObject({ title: 'rex asks in #crane', actions: ['allow', 'deny'] });

    await page.goto(node.url);
    await page.getByText('live', { exact: true }).waitFor();
    await press(page, 'allow');
    const card = page.getByRole('article', { name: /rex asks/ });
    await card.waitFor();
    const yes = card.getByRole('button', { name: 'Approve once' });
    await expect.poll(() => yes.evaluate((one) => one === document.activeElement)).toBe(true);
    // Nothing was answered by it.
    const [waiting] = (await node.owner.ask<{ items: { id: string }[] }>('GET', '/api/approvals')).items;
    expect(waiting?.id).toBe(id);
    await shot(page, 'push-approval-1280');
    watched.clean();
    await watched.close();
  });

  test('silence, quiet hours and rooms are kept by the node', async () => {
    await node.room('yard');
    const watched = await openPage(browser, node);
    const page = await enter(watched, node, '/settings/notifications');
    const silence = page.getByRole('region', { name: 'Do not disturb' });
    await silence.getByRole('button', { name: 'For an hour' }).click();
    await silence.getByText('Nothing disturbs you now').waitFor();
    const quiet = page.getByRole('region', { name: 'Quiet hours' });
    await quiet.getByLabel('Time zone').fill('Mars/Olympus');
    await quiet.getByRole('button', { name: 'Keep quiet then' }).click();
    await page.getByText('the time zone is not known here').waitFor();
    await quiet.getByLabel('Time zone').fill('Europe/Berlin');
    await quiet.getByRole('button', { name: 'Keep quiet then' }).click();
    await quiet.getByRole('button', { name: 'Save the quiet hours' }).waitFor();
    await page.getByRole('combobox', { name: /^What of #yard/ }).selectOption('nothing');
    await page.locator('.note', { hasText: 'That is kept.' }).waitFor();
    const kept = await node.owner.ask<{ rooms: { hears: string }[]; quiet: { zone: string } }>(
      'GET',
      '/api/me/attention',
    );
    expect(kept.rooms.map((one) => one.hears)).toEqual(['nothing']);
    expect(kept.quiet.zone).toBe('Europe/Berlin');
    await pictures(page, 'push-quiet');
    await silence.getByRole('button', { name: 'No more' }).click();
    await page.locator('.note', { hasText: 'You may be disturbed again.' }).waitFor();
    // The bell of the room says the same, and is heard by the node.
    await page.goto(`${node.url}/r/yard`);
    await page.getByRole('button', { name: /^What you hear of yard: nothing/ }).click();
    await page.getByRole('menuitemradio', { name: 'Every message' }).click();
    await expect
      .poll(async () => (await node.owner.ask<{ rooms: unknown[] }>('GET', '/api/me/attention')).rooms)
      .toEqual([]);
    watched.clean();
    await watched.close();
  });

  test('an address that is plain http says why nothing is told there', async () => {
    const lan = await launch([`--host-resolver-rules=MAP ${LAN} 127.0.0.1`]);
    const there = {
      ...node,
      url: node.url.replace('127.0.0.1', LAN),
      link: async () => (await node.link()).replace('127.0.0.1', LAN),
    };
    const watched = await openPage(lan, there);
    const page = await enter(watched, there, '/settings/notifications');
    await page.getByText('This browser cannot be told here: the address is plain http').waitFor();
    expect(await page.getByRole('button', { name: 'Notify this browser' }).count()).toBe(0);
    await shot(page, 'push-lan-1280');
    await watched.close();
    await lan.close();
  });
});
