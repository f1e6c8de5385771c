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

type Far = typeof import('./far.ts');
type Come<Name extends keyof Far> = Awaited<ReturnType<Far[Name]>>;

/** One of the places that are far from the first picture. */
export const far = <Name extends keyof Far>(name: Name): Promise<Come<Name>> =>
  import('./far.ts').then((all) => all[name]() as Promise<Come<Name>>);
