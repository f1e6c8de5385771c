// Copying, also where the browser has no clipboard for pages: without TLS, away from this machine.

import { ui } from './ui.svelte.ts';

/** The old way: what is selected is copied. */
function bySelection(text: string): boolean {
  const box = document.createElement('textarea');
  box.value = text;
  box.className = 'unseen';
  const before = document.activeElement;
  // Within an open dialog nothing outside of it can be selected.
  (document.querySelector('dialog[open]') ?? document.body).append(box);
  box.select();
  const done = document.execCommand('copy');
  box.remove();
  if (before instanceof HTMLElement) before.focus();
  return done;
}

/** Copies and says so. */
export async function copy(text: string, told: string): Promise<void> {
  try {
    if (navigator.clipboard) await navigator.clipboard.writeText(text);
    else if (!bySelection(text)) throw new Error('not allowed');
    ui.tell(told);
  } catch {
    ui.tell('The browser did not allow copying. Select the text and copy it by hand.', true);
  }
}
