// Signing out: what this browser kept goes first, whether the node can be told or not.

import { signOut } from '../login/session.ts';
import { ui } from '../shell/ui.svelte.ts';
import { keeping } from './offline.svelte.ts';

export async function leave(): Promise<void> {
  await keeping(false).catch(() => undefined);
  try {
    await signOut();
    location.assign('/');
  } catch {
    ui.tell('You are still signed in: the node cannot be reached. What this browser kept of the mesh is erased.', true);
  }
}
