// @ts-check
/**
 * The three canvases of the map, on top of each other: decoded digits; axes and points; what moves with the hand. Each
 * is painted only when it has changed, once a frame at most, so that a moving ring costs no repainting of 5,000 points.
 *
 * @typedef {'decoded' | 'encoded' | 'plane'} Layer
 */

/**
 * @param {Record<Layer, HTMLCanvasElement>} canvases
 * @param {Record<Layer, (context: CanvasRenderingContext2D) => void>} painters   in CSS pixels, on an empty canvas
 * @param {(width: number) => void} onResize   with the width of the canvases, in CSS pixels
 * @param {AbortSignal} signal
 */
export function layers(canvases, painters, onResize, signal) {
  const names = /** @type {Layer[]} */ (Object.keys(canvases));
  /** @type {Set<Layer>} */
  const stale = new Set();
  let width = 0;
  let frame = 0;

  function paint() {
    frame = 0;
    if (width === 0 || signal.aborted) return;
    for (const name of stale) {
      const canvas = canvases[name];
      const context = canvas.getContext('2d');
      if (!context) continue;
      const side = Math.round(width * devicePixelRatio);
      if (canvas.width !== side || canvas.height !== side) canvas.width = canvas.height = side;
      context.setTransform(side / width, 0, 0, side / width, 0, 0);
      context.clearRect(0, 0, width, width);
      painters[name](context);
    }
    stale.clear();
  }

  /** Has these painted with the next frame; all of them by default. @param {Layer[]} which */
  function repaint(...which) {
    for (const name of which.length > 0 ? which : names) stale.add(name);
    frame ||= requestAnimationFrame(paint);
  }

  const resized = new ResizeObserver(([entry]) => {
    const now = entry?.contentRect.width ?? 0;
    if (now === width) return;
    width = now;
    if (width === 0) return;
    onResize(width);
    repaint();
  });
  resized.observe(canvases.plane);
  // A browser whose GPU process dies gives the canvases back blank.
  for (const name of names) canvases[name].addEventListener('contextrestored', () => repaint(name));
  signal.addEventListener('abort', () => {
    resized.disconnect();
    cancelAnimationFrame(frame);
  });
  return repaint;
}
