// Whether anything is kept in this browser at all: it has to let the page, and the reader has to want it.

const KEY = 'mesh.offline';

/** On plain http of another machine's address a browser has no service worker, and nothing is kept there. */
export const able = globalThis.isSecureContext === true && 'serviceWorker' in navigator;

export function wanted(): boolean {
  try {
    return localStorage.getItem(KEY) !== 'off';
  } catch {
    return false;
  }
}

export function want(on: boolean): void {
  if (on) localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, 'off');
}
