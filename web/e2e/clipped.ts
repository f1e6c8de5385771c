// Words that the page cuts off: what a reader cannot read, and is told nowhere else.
import type { Page } from 'playwright-core';

/** Waits until the page has drawn what it asked for: so many frames in which nothing in it changes. */
const FRAMES = 20;
export const still = (page: Page): Promise<void> =>
  page.evaluate(async (frames) => {
    await document.fonts.ready;
    let left = frames;
    const changed = new MutationObserver(() => {
      left = frames;
    });
    changed.observe(document.body, { childList: true, subtree: true });
    while (left-- > 0) await new Promise((drawn) => requestAnimationFrame(drawn));
    changed.disconnect();
  }, FRAMES);

/** Texts that are cut and have no title with the whole of them, with the place they are at. */
export const clipped = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const hides = (element: Element) => {
      const style = getComputedStyle(element);
      return (style.overflowX === 'hidden' || style.overflowX === 'clip') && style.clipPath === 'none';
    };
    const words = (text: string | null) => (text ?? '').replace(/\s+/g, ' ').trim();
    const told = (element: Element) => Boolean(element.closest('[title]')?.getAttribute('title')?.trim());
    const found = new Set<string>();
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = texts.nextNode(); node; node = texts.nextNode()) {
      const text = words(node.textContent);
      const parent = node.parentElement;
      if (!text || !parent?.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
      if (parent.closest('.unseen, svg, script, style, [aria-hidden=true]')) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const boxes = [...range.getClientRects()].filter((box) => box.width > 0);
      if (boxes.length === 0) continue;
      let held = false;
      for (let box: Element | null = parent; box && box !== document.body; box = box.parentElement) {
        const { overflowX } = getComputedStyle(box);
        // What scrolls is reached by scrolling.
        if (overflowX === 'auto' || overflowX === 'scroll') {
          held = true;
          break;
        }
        if (!hides(box)) continue;
        held = true;
        const edge = box.getBoundingClientRect();
        const cut = boxes.some((one) => one.right > edge.right + 1.5 || one.left < edge.left - 1.5);
        if (cut && !told(parent)) found.add(`${text.slice(0, 60)} (${box.tagName.toLowerCase()}.${box.className})`);
      }
      // Nothing may hang out of the window either.
      if (!held && boxes.some((one) => one.left < innerWidth && one.right > innerWidth + 1.5))
        found.add(`out of the window: ${text.slice(0, 60)}`);
    }
    return [...found];
  });
