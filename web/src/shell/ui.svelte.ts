// What the page itself remembers: theme, open dialogs, what is selected, and what is read out.

import type { Message, Person } from '../api/types.ts';

export type Theme = 'dark' | 'light';
export type Dialog = 'invite' | 'new-task' | 'palette' | 'keys' | 'create-room' | 'new-direct' | 'moderate' | 'quote';
/** Something that is asked for a reason before it is done. */
export type Deed =
  | { does: 'mute' | 'kick' | 'ban'; room: string; person: Person }
  | { does: 'delete' | 'redact'; message: Message };
export type Selection =
  | { type: 'person'; id: string }
  | { type: 'message'; id: string; room: string }
  | { type: 'room'; id: string }
  | { type: 'task'; id: string };

const THEME = 'mesh.theme';
/** How long something just done can be taken back by its note. */
export const UNDO_MS = 5_000;

function storedTheme(): Theme {
  const stored = localStorage.getItem(THEME);
  if (stored === 'dark' || stored === 'light') return stored;
  return matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark';
}

class Ui {
  theme = $state<Theme>('dark');
  dialog = $state<Dialog | null>(null);
  /** What the dialog that asks for a reason is about. */
  deed = $state.raw<Deed | null>(null);
  /** The message that is quoted elsewhere. */
  quoting = $state.raw<Message | null>(null);
  selection = $state.raw<Selection | null>(null);
  /** Read by screen readers, politely. */
  spoken = $state('');
  /** Read at once: somebody waits for an answer. */
  urgent = $state('');
  /** A short note for everybody, for example why something was refused. */
  note = $state.raw<{ text: string; bad: boolean; undo?: () => void } | null>(null);
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

  moderate(deed: Deed): void {
    this.deed = deed;
    this.dialog = 'moderate';
  }

  quote(message: Message): void {
    this.quoting = message;
    this.dialog = 'quote';
  }

  say(text: string): void {
    this.spoken = text;
  }

  /** `undo` takes back what the note tells of. */
  tell(text: string, bad = false, undo?: () => void, forMs = bad || undo ? 9_000 : 4_000): void {
    this.note = { text, bad, ...(undo && { undo }) };
    this.say(text);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (this.note = null), forMs);
  }

  /** Takes back what the note tells of. */
  undo(): void {
    const undo = this.note?.undo;
    this.dismiss();
    undo?.();
  }

  dismiss(): void {
    clearTimeout(this.#timer);
    this.note = null;
  }
}

export const ui = new Ui();
export const reducedMotion = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches;
