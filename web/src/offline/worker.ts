// The service worker: keeps the page itself in the browser, so that it opens while the node is away. The build puts the name of the
// build and its files before these lines, and serves it as /sw.js. What the node answers is never kept here. It also shows what the
// node tells this browser by its push service while no page is in sight.

declare const BUILD: string;
declare const FILES: readonly string[];

const worker = self as unknown as ServiceWorkerGlobalScope;
const PREFIX = 'mesh-';
const CACHE = PREFIX + BUILD;
/** A network that says nothing for so long is as good as none. */
const PATIENCE_MS = 4_000;
/** A page that is there answers sooner. */
const HEARS_MS = 1_000;
/** What opens as a page of its own, and is of no use without the node. */
const NODES = /^\/(?:api|docs|i|login|public)(?:\/|$)/;
/** A proxy's word that the node behind it is away. */
const AWAY = new Set([502, 503, 504]);

worker.addEventListener('install', (event) => event.waitUntil(install()));
worker.addEventListener('activate', (event) => event.waitUntil(activate()));
worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== worker.location.origin) return;
  if (request.mode === 'navigate') {
    if (!NODES.test(pathname)) event.respondWith(page(request));
  } else if (pathname.startsWith('/assets/')) event.respondWith(asset(request));
  else if (FILES.includes(pathname)) event.respondWith(fetch(request).catch(() => kept(pathname)));
});

worker.addEventListener('push', (event) => event.waitUntil(tell(event.data)));
worker.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(lead(event.notification.data, event.action));
});
worker.addEventListener('notificationclose', (event) => event.waitUntil(badge()));

/** Either the whole build is kept or nothing of it. */
async function install(): Promise<void> {
  const shell = await fetch('/', { headers: { accept: 'text/html' }, cache: 'no-cache' });
  // Another build than this worker's: its own worker comes with it.
  if (!(await shell.clone().text()).includes(BUILD)) throw new Error('The page is of another build.');
  const cache = await caches.open(CACHE);
  await cache.addAll([...FILES]);
  await cache.put('/', shell);
  await worker.skipWaiting();
}

/** Pages of the build before may still be open, and load parts of it; older ones are gone. */
async function activate(): Promise<void> {
  const others = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  await Promise.all(others.slice(0, -1).map((name) => caches.delete(name)));
  await worker.clients.claim();
}

async function kept(path: string): Promise<Response> {
  const cache = await caches.open(CACHE);
  return (await cache.match(path, { ignoreVary: true })) ?? Response.error();
}

/** The node's own page whenever it answers: what is kept is for when it does not. */
async function page(request: Request): Promise<Response> {
  const patience = new Promise<null>((done) => setTimeout(done, PATIENCE_MS, null));
  const asked = fetch(request);
  try {
    const answer = await Promise.race([asked, patience]);
    if (answer && !AWAY.has(answer.status)) return answer;
  } catch {
    // The node is away.
  }
  const shell = await kept('/');
  return shell.type === 'error' ? asked : shell;
}

/** The name of an asset changes with what is in it. */
async function asset(request: Request): Promise<Response> {
  const known = await caches.match(request, { ignoreVary: true });
  if (known) return known;
  const answer = await fetch(request);
  if (answer.ok) await (await caches.open(CACHE)).put(request, answer.clone());
  return answer;
}

/** What the node tells. */
interface Told {
  tag: string;
  title: string;
  body: string;
  path: string;
  /** Work waits for an answer. */
  approval?: { id: string; until: string };
}

const pages = () => worker.clients.matchAll({ type: 'window', includeUncontrolled: true });

async function tell(data: PushMessageData | null): Promise<void> {
  // Somebody looks at it already, and the page shows it.
  if ((await pages()).some((page) => page.focused)) return;
  let told: Told;
  try {
    told = data?.json() as Told;
    if (typeof told?.title !== 'string') throw new Error('nothing is told');
  } catch {
    told = { tag: 'mesh', title: 'Something waits for you', body: 'The page says what.', path: '/inbox' };
  }
  const options: NotificationOptions & { renotify: boolean; actions: { action: string; title: string }[] } = {
    body: told.body,
    tag: told.tag,
    // Of one conversation there is one; what is new in it is heard.
    renotify: true,
    icon: '/icon.svg',
    data: told.path,
    requireInteraction: told.approval !== undefined,
    // Neither answers by itself: what would be done stands on the page, whole.
    actions: told.approval
      ? [
          { action: 'allow', title: 'Allow once' },
          { action: 'deny', title: 'Deny' },
        ]
      : [],
  };
  await worker.registration.showNotification(told.title, options);
  await badge();
}

/** Leads to what a notification is about: in the page that is open, or in a new one. */
async function lead(path: unknown, action: string): Promise<void> {
  const to = new URL(typeof path === 'string' ? path : '/', worker.location.origin);
  if (to.origin !== worker.location.origin) return;
  if (action) to.searchParams.set('answer', action);
  const open = await pages();
  const page = open.find((one) => one.visibilityState === 'visible') ?? open[0];
  if (page) {
    // A browser may not let it; the page is led there all the same.
    await page.focus().catch(() => undefined);
    // One that is still loading, or of an older build, hears nothing: it is sent there.
    if (!(await hears(page, to.pathname + to.search))) await page.navigate(to.href).catch(() => undefined);
  } else await worker.clients.openWindow(to.href);
  await badge();
}

/** Whether a page goes there by itself, and keeps what is written in it. */
function hears(page: WindowClient, path: string): Promise<boolean> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((done) => {
    port1.onmessage = () => done(true);
    setTimeout(done, HEARS_MS, false);
    page.postMessage({ open: path }, [port2]);
  });
}

/** An installed page shows on its icon how much was told and not looked at. */
async function badge(): Promise<void> {
  const shown = await worker.registration.getNotifications();
  await worker.navigator.setAppBadge?.(shown.length).catch(() => undefined);
}
