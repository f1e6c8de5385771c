// Which single keys do what on this page. A reader may change them or switch them off: those who speak to their machine, or press
// keys by accident, set things off with them. Kept in this browser.

/** What single keys do, with the key each has at first. */
export const DEFAULTS = {
  keys: '?',
  search: '/',
  world: 'w',
  theme: 't',
  rules: 'g',
  board: 'b',
  approvals: 'a',
  write: 'c',
  inbox: 'i',
  down: 'j',
  up: 'k',
  yes: 'y',
  no: 'n',
  answer: 'r',
  read: 'e',
  pick: 'x',
  undo: 'z',
  past: 'h',
} as const;
export type Act = keyof typeof DEFAULTS;

const KEY = 'mesh.keys';

class Bindings {
  /** Single keys do something. */
  on = $state(true);
  #own = $state.raw<Partial<Record<Act, string>>>({});

  start(): void {
    try {
      const kept = JSON.parse(localStorage.getItem(KEY) ?? '{}') as {
        off?: boolean;
        own?: Partial<Record<Act, string>>;
      };
      this.on = kept.off !== true;
      this.#own = kept.own ?? {};
    } catch {
      // What cannot be read is as if nothing was changed.
    }
  }

  of(act: Act): string {
    return this.#own[act] ?? DEFAULTS[act];
  }

  /** What a key does now. */
  act(key: string): Act | undefined {
    if (!this.on || key === '') return undefined;
    return (Object.keys(DEFAULTS) as Act[]).find((act) => this.of(act) === key.toLowerCase());
  }

  switch(on: boolean): void {
    this.on = on;
    this.#keep();
  }

  /** Gives an act another key; whatever had that key has none then. */
  set(act: Act, key: string): void {
    const next = key.toLowerCase();
    const others = (Object.keys(DEFAULTS) as Act[]).filter((one) => one !== act && this.of(one) === next);
    this.#own = { ...this.#own, ...Object.fromEntries(others.map((one) => [one, ''])), [act]: next };
    this.#keep();
  }

  reset(): void {
    this.#own = {};
    this.on = true;
    this.#keep();
  }

  #keep(): void {
    try {
      localStorage.setItem(KEY, JSON.stringify({ off: !this.on, own: this.#own }));
    } catch {
      // Storage can be full or forbidden; then it holds as long as the page.
    }
  }
}

export const bindings = new Bindings();
