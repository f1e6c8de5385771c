// An answer is taken only from a card that has stood still: what just came under somebody's pointer is not what they meant.

import { tick } from 'svelte';

/** How long a card stands where it is before its answers are taken. Two clicks of one intention are closer together. */
const STILL_MS = 1_000;
/** Less is no move that changes what a pointer points at. */
const MOVED_PX = 2;
/** A scroll this soon after a hand's own doing was meant. */
const HAND_MS = 700;

const watched = new Set<Settled>();
let stop = () => {};
let byHand = 0;

function look(): void {
  for (const one of watched) one.look(true);
}

function hand(event: Event): void {
  // What presses a button does not scroll.
  if (event instanceof KeyboardEvent && (event.key === 'Enter' || event.key === ' ')) return;
  byHand = performance.now();
}

/** The reader moves the page on purpose: the places are taken down anew, and nothing is locked. */
function scrolled(): void {
  const meant = performance.now() - byHand < HAND_MS;
  for (const one of watched) one.look(!meant);
}

function begin(): void {
  const changes = new MutationObserver(look);
  changes.observe(document.body, { childList: true, subtree: true });
  const sizes = new ResizeObserver(look);
  sizes.observe(document.body);
  addEventListener('scroll', scrolled, { capture: true, passive: true });
  for (const type of ['wheel', 'touchmove', 'keydown'] as const)
    addEventListener(type, hand, { capture: true, passive: true });
  stop = () => {
    changes.disconnect();
    sizes.disconnect();
    removeEventListener('scroll', scrolled, { capture: true });
    for (const type of ['wheel', 'touchmove', 'keydown'] as const) removeEventListener(type, hand, { capture: true });
  };
}

export class Settled {
  /** Answers are taken. */
  ready = $state(false);
  #node: HTMLElement | null = null;
  #left = 0;
  #top = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** For the element that holds the answers. */
  readonly attach = (node: HTMLElement): (() => void) => {
    this.#node = node;
    if (watched.size === 0) begin();
    watched.add(this);
    // What grows above the answers inside their own card moves them too.
    const card = node.closest('article') ?? node;
    const size = new ResizeObserver(look);
    size.observe(card);
    this.look(false);
    this.lock();
    return () => {
      size.disconnect();
      clearTimeout(this.#timer);
      watched.delete(this);
      if (watched.size === 0) stop();
    };
  };

  look(lock: boolean): void {
    const box = this.#node?.getBoundingClientRect();
    if (!box) return;
    const moved = Math.abs(box.left - this.#left) > MOVED_PX || Math.abs(box.top - this.#top) > MOVED_PX;
    this.#left = box.left;
    this.#top = box.top;
    if (moved && lock) this.lock();
  }

  lock(): void {
    this.ready = false;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (this.ready = true), STILL_MS);
  }
}

/** Something was just answered: a second key or click of the same intention answers nothing else. */
export function lockAll(): void {
  for (const one of watched) one.lock();
}

/**
 * Where the focus goes once a card was answered: to the next card itself, where no key answers anything, or to what holds the
 * cards. Call it while the card is there, and what it returns when it is gone.
 */
export function leaving(card: HTMLElement): () => Promise<void> {
  const held = card.contains(document.activeElement);
  const list = card.closest<HTMLElement>('[data-answers]');
  const all = [...(list?.querySelectorAll<HTMLElement>('[data-approval], [data-act]') ?? [])];
  const at = all.indexOf(card);
  const next = all[at + 1] ?? all[at - 1];
  const around = list ?? card.closest<HTMLElement>('[role=log]') ?? document.getElementById('centre');
  return async () => {
    await tick();
    const lost = document.activeElement === document.body || document.activeElement === null;
    if (held || lost) (next?.isConnected ? next : around)?.focus({ preventScroll: true });
  };
}
