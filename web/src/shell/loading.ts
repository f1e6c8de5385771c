// Brings what the first picture does without; asked for again after a failure.

let coming: Promise<typeof import('./later.ts')> | undefined;

export function later(): Promise<typeof import('./later.ts')> {
  coming ??= import('./later.ts').catch((error: unknown) => {
    coming = undefined;
    throw error;
  });
  return coming;
}

/** What this browser keeps for when the node is away. */
export const offline = () => import('../offline/offline.svelte.ts');
