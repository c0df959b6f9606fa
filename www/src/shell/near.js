// @ts-check
/** Panels that are mounted when they come near, and staying at one of them while the others grow. */

/** How far out of sight a panel is mounted. */
const NEAR = '300px 0px';
/** What a person moves the page with. */
const MOVES = ['wheel', 'touchmove', 'pointerdown', 'keydown'];

/**
 * Calls `then` once the element is about to be scrolled into view.
 * @param {Element} element @param {() => void} then
 */
export function whenNear(element, then) {
  const observer = new IntersectionObserver(
    (entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      observer.disconnect();
      then();
    },
    { rootMargin: NEAR },
  );
  observer.observe(element);
}

/**
 * Scrolls to the element and keeps it there while panels above it grow, until a person moves the page.
 * @param {Element} element @returns {() => void} lets it go
 */
export function land(element) {
  const over = new AbortController();
  const sized = new ResizeObserver(() => element.scrollIntoView({ behavior: 'instant' }));
  for (const one of element.parentElement?.children ?? []) sized.observe(one);
  over.signal.addEventListener('abort', () => sized.disconnect());
  for (const move of MOVES) {
    window.addEventListener(move, () => over.abort(), { signal: over.signal, capture: true, passive: true });
  }
  element.scrollIntoView({ behavior: 'instant' });
  return () => over.abort();
}
