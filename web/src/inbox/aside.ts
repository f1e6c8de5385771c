// Failed tasks and held tools that a reader has put aside. The node keeps them as they are; this is a note of the reader’s own, in this
// browser.

const KEY = 'mesh.aside.';
/** As many as anybody puts aside while they are still listed; older ones go first. */
const KEPT_MAX = 300;

export function aside(me: string): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY + me) ?? '[]');
    return Array.isArray(kept) ? kept.filter((one) => typeof one === 'string') : [];
  } catch {
    return [];
  }
}

export function keepAside(me: string, keys: readonly string[]): void {
  try {
    localStorage.setItem(KEY + me, JSON.stringify(keys.slice(-KEPT_MAX)));
  } catch {
    // Storage can be full or forbidden; then it holds as long as the page.
  }
}
