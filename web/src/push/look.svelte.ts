// Tells the node whether somebody looks at this page, so that no other browser is told what stands here, and takes over what a
// notification leads to.

import { connection } from '../shell/connection.svelte.ts';
import { mesh } from '../shell/mesh.svelte.ts';
import { keepTold } from './push.ts';
import { follow } from './wishes.ts';

/** The node believes it for two minutes. */
const AGAIN_MS = 60_000;

let said = false;

const looks = () => document.visibilityState === 'visible' && document.hasFocus();

function say(looking: boolean): void {
  if (!connection.live || (!looking && !said)) return;
  said = looking;
  mesh.call('push.look', { looking }).catch(() => undefined);
}

/** The page moves as if its reader had gone there: what is written and not sent stays. */
function open(path: string): void {
  const to = new URL(path, location.origin);
  if (to.origin !== location.origin) return;
  history.pushState(null, '', to.pathname + to.search);
  dispatchEvent(new PopStateEvent('popstate'));
}

/** Called once everything is there and the page has nothing to do. */
export function watch(): void {
  if (!mesh.may('messages:read')) return;
  for (const type of ['focus', 'blur', 'visibilitychange', 'pagehide'])
    addEventListener(type, () => say(type !== 'pagehide' && type !== 'blur' && looks()), { capture: true });
  setInterval(() => looks() && say(true), AGAIN_MS);
  $effect.root(() => {
    $effect(() => {
      if (!connection.live) return;
      say(looks());
      void keepTold();
      void follow();
    });
  });
  navigator.serviceWorker?.addEventListener('message', ({ data, ports }: MessageEvent<{ open?: unknown } | null>) => {
    if (typeof data?.open !== 'string') return;
    ports[0]?.postMessage(true);
    open(data.open);
  });
}
