// The service worker: keeps the page itself in the browser, so that it opens while the node is away. The build puts the name of the
// build and its files before these lines, and serves it as /sw.js. What the node answers is never kept here.

declare const BUILD: string;
declare const FILES: readonly string[];

const worker = self as unknown as ServiceWorkerGlobalScope;
const PREFIX = 'mesh-';
const CACHE = PREFIX + BUILD;
/** A network that says nothing for so long is as good as none. */
const PATIENCE_MS = 4_000;
/** What opens as a page of its own, and is of no use without the node. */
const NODES = /^\/(?:api|docs|i|login)(?:\/|$)/;
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
