// @ts-check

/**
 * Whether an element can be seen: laid out, and scrolled into view.
 * @param {Element} element
 * @param {() => void} onCome   called when it comes into sight
 * @param {AbortSignal} signal
 * @returns {() => boolean}
 */
export function inSight(element, onCome, signal) {
  let seen = false;
  const observer = new IntersectionObserver((entries) => {
    const now = entries.at(-1)?.isIntersecting ?? false;
    if (now === seen) return;
    seen = now;
    if (seen) onCome();
  });
  observer.observe(element);
  signal.addEventListener('abort', () => {
    seen = false;
    observer.disconnect();
  });
  return () => seen;
}
