// What the page itself remembers: theme, open dialogs, what is selected, and what is read out.

export type Theme = 'dark' | 'light';
export type Dialog = 'palette' | 'keys' | 'create-room' | 'new-direct';
export type Selection =
  | { type: 'person'; id: string }
  | { type: 'message'; id: string; room: string }
  | { type: 'room'; id: string };

const THEME = 'mesh.theme';

function storedTheme(): Theme {
  const stored = localStorage.getItem(THEME);
  if (stored === 'dark' || stored === 'light') return stored;
  return matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark';
}

class Ui {
  theme = $state<Theme>('dark');
  dialog = $state<Dialog | null>(null);
  selection = $state.raw<Selection | null>(null);
  /** Read by screen readers, politely. */
  spoken = $state('');
  /** A short note for everybody, for example why something was refused. */
  note = $state.raw<{ text: string; bad: boolean } | null>(null);
  /** A phone: one column. */
  narrow = $state(false);
  #timer: ReturnType<typeof setTimeout> | undefined;

  start(): void {
    const width = matchMedia('(max-width: 760px)');
    this.narrow = width.matches;
    width.addEventListener('change', () => (this.narrow = width.matches));
    this.setTheme(storedTheme());
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    document.documentElement.dataset.theme = theme;
    document.querySelector('meta[name=theme-color]')?.setAttribute('content', theme === 'dark' ? '#070b12' : '#fbfcfd');
  }

  toggleTheme(): void {
    const theme = this.theme === 'dark' ? 'light' : 'dark';
    localStorage.setItem(THEME, theme);
    this.setTheme(theme);
  }

  say(text: string): void {
    this.spoken = text;
  }

  tell(text: string, bad = false): void {
    this.note = { text, bad };
    this.say(text);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (this.note = null), bad ? 9_000 : 4_000);
  }

  dismiss(): void {
    clearTimeout(this.#timer);
    this.note = null;
  }
}

export const ui = new Ui();
export const reducedMotion = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches;
