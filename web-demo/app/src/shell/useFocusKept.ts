import { type RefObject, useEffect } from 'react';

/** What may take the focus over from something inside of it that is gone. */
const PLACES = 'li, section, article, main';

/**
 * Keeps the focus where one was when what had it goes away: a request that is
 * answered, a key that is revoked. The next best is the row or the part of the
 * page that it stood in, so that Tab goes on from there.
 */
export function useFocusKept(page: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    let had: Element | null = null;
    let around: HTMLElement[] = [];
    const remember = ({ target }: FocusEvent) => {
      if (!(target instanceof Element) || !page.current?.contains(target)) return;
      had = target;
      around = [];
      let place = target.parentElement?.closest<HTMLElement>(PLACES);
      while (place) {
        around.push(place);
        place = place.parentElement?.closest<HTMLElement>(PLACES);
      }
    };
    const mend = () => {
      if (!had || had.isConnected || document.activeElement !== document.body) return;
      const place = around.find(({ isConnected }) => isConnected);
      if (!place) return;
      if (!place.hasAttribute('tabindex')) place.tabIndex = -1;
      place.focus({ preventScroll: true });
    };
    // A dialog that closes gives the focus back in the next frame, before this one looks.
    const gone = new MutationObserver(() => {
      if (had && !had.isConnected) requestAnimationFrame(mend);
    });
    gone.observe(document.body, { childList: true, subtree: true });
    document.addEventListener('focusin', remember);
    return () => {
      gone.disconnect();
      document.removeEventListener('focusin', remember);
    };
  }, [page]);
}
