// Whether this browser is told of what waits while no page is open, and asking for it.

import type { PushBrowser, Pushes } from '../api/types.ts';
import { able } from '../offline/able.ts';
import { mesh } from '../shell/mesh.svelte.ts';

/** What was asked for in this browser: it comes again after the next sign-in, which ended it. */
const KEY = 'mesh.push';

interface Wish {
  words: boolean;
  /** Where the node was told to tell it; another one is told anew. */
  endpoint: string;
}

/** Why this browser cannot be told, if it cannot. */
export type Lacks = 'https' | 'browser' | 'denied' | null;

export function lacks(): Lacks {
  if (!able) return 'https';
  if (!('PushManager' in globalThis) || !('Notification' in globalThis)) return 'browser';
  return Notification.permission === 'denied' ? 'denied' : null;
}

export function wish(): Wish | null {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? 'null') as Wish | null;
  } catch {
    return null;
  }
}

const registered = async (): Promise<ServiceWorkerRegistration> => {
  const worker = await navigator.serviceWorker.getRegistration();
  return worker ?? navigator.serviceWorker.register('/sw.js');
};

const bytes = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0));

function text(of: ArrayBuffer | null): string {
  const chars = String.fromCharCode(...new Uint8Array(of ?? new ArrayBuffer(0)));
  return btoa(chars).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** Asks the browser for an address, and has the node tell it there. The browser asks its reader first. */
export async function beTold(words: boolean): Promise<PushBrowser> {
  if ((await Notification.requestPermission()) !== 'granted')
    throw new Error('This browser was not allowed to show notifications.');
  const { key } = await mesh.call('push.list');
  await registered();
  const { pushManager } = await navigator.serviceWorker.ready;
  let subscription = await pushManager.getSubscription();
  // An address that was asked for with another key takes nothing from this node.
  if (subscription && text(subscription.options.applicationServerKey) !== key) {
    await subscription.unsubscribe();
    subscription = null;
  }
  subscription ??= await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) });
  const { endpoint } = subscription;
  const told = await mesh.call('push.subscribe', {
    endpoint,
    p256dh: text(subscription.getKey('p256dh')),
    auth: text(subscription.getKey('auth')),
    words,
  });
  localStorage.setItem(KEY, JSON.stringify({ words, endpoint } satisfies Wish));
  return told;
}

/** Tells this browser nothing any more; its address is given back too. */
export async function beLeftAlone(browser: number): Promise<void> {
  localStorage.removeItem(KEY);
  await mesh.call('push.unsubscribe', { browser });
  const worker = await navigator.serviceWorker?.getRegistration();
  await (await worker?.pushManager?.getSubscription())?.unsubscribe();
}

/** What the reader asked for once goes on: a sign-in has ended since, or the browser has another address. */
export async function keepTold(): Promise<void> {
  const wanted = wish();
  if (!wanted || lacks() || Notification.permission !== 'granted') return;
  try {
    const { items }: Pushes = await mesh.call('push.list');
    const worker = await navigator.serviceWorker.ready;
    const subscription = await worker.pushManager.getSubscription();
    const same = subscription?.endpoint === wanted.endpoint;
    if (!same || !items.some((one) => one.current)) await beTold(wanted.words);
  } catch {
    // The settings say what is wrong; the next connection tries again.
  }
}
