import type { Page } from '@playwright/test';

/** Letters on a line, on average, below which words are not read but spelt. */
const FEWEST_LETTERS = 6;

/** Shorter texts are names and numbers, which stand in narrow places. */
const SHORTEST_TEXT = 24;

/**
 * What does not fit: a page wider than its window, words squeezed into a column,
 * and buttons that stick out of their card.
 */
export function misfits(page: Page): Promise<string[]> {
  return page.evaluate(
    ([fewest = 0, shortest = 0]) => {
      const found: string[] = [];
      const over = document.documentElement.scrollWidth - innerWidth;
      if (over > 0) found.push(`the page is ${over} px wider than its window`);
      // For screen readers alone: drawn on one pixel, and clipped.
      const clipped = (element: Element | null): boolean =>
        element !== null &&
        (getComputedStyle(element).clipPath !== 'none' || clipped(element.parentElement));
      // In a part of its own that scrolls sideways.
      const scrolled = (element: Element | null): boolean =>
        element !== null &&
        (/auto|scroll/.test(getComputedStyle(element).overflowX) ||
          scrolled(element.parentElement));
      const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      while (texts.nextNode()) {
        const text = texts.currentNode;
        const words = text.textContent?.trim() ?? '';
        const parent = text.parentElement;
        if (words.length < shortest || !parent?.checkVisibility() || clipped(parent)) continue;
        const range = document.createRange();
        range.selectNodeContents(text);
        const lines = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)));
        if (words.length / lines.size < fewest) {
          found.push(`${lines.size} lines for “${words.slice(0, 60)}”`);
        }
      }
      for (const button of document.querySelectorAll('.l-card :is(button, a)')) {
        const card = button.closest('.l-card')?.getBoundingClientRect();
        const { left, right, width } = button.getBoundingClientRect();
        if (!card || width === 0 || !button.checkVisibility() || scrolled(button)) continue;
        if (left < card.left - 1 || right > card.right + 1) {
          found.push(`“${button.textContent}” sticks out of its card`);
        }
      }
      return found;
    },
    [FEWEST_LETTERS, SHORTEST_TEXT],
  );
}
