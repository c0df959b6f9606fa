// @ts-check
/** Many digits in one picture of a fixed size: as large as they all fit. */
import { drawDigit, onTheme, PIXELS } from '../../ui/digit-canvas.js';

/**
 * @param {HTMLCanvasElement} canvas @param {AbortSignal} signal
 * @returns {(pool: Uint8Array | null, places: number[]) => void} shows these images of the pool
 */
export function taughtDigits(canvas, signal) {
  /** @type {{pool: Uint8Array | null, places: number[]}} */
  let now = { pool: null, places: [] };
  let [width, height] = [0, 0];

  function paint() {
    const context = canvas.getContext('2d');
    if (signal.aborted || !context || width === 0) return;
    canvas.width = Math.round(width * devicePixelRatio);
    canvas.height = Math.round(height * devicePixelRatio);
    const { pool, places } = now;
    if (!pool || places.length === 0) return;
    const side = largest(places.length, canvas.width, canvas.height);
    const across = Math.floor(canvas.width / side);
    for (const [i, place] of places.entries()) {
      context.setTransform(1, 0, 0, 1, (i % across) * side, Math.floor(i / across) * side);
      drawDigit(context, pool.subarray(place * PIXELS, (place + 1) * PIXELS), side);
    }
    context.resetTransform();
  }

  const sizes = new ResizeObserver(([entry]) => {
    ({ width = 0, height = 0 } = entry?.contentRect ?? {});
    paint();
  });
  sizes.observe(canvas);
  signal.addEventListener('abort', () => sizes.disconnect());
  onTheme(paint);
  return (pool, places) => {
    now = { pool, places };
    canvas.dataset.digits = String(places.length);
    paint();
  };
}

/**
 * The side of the largest squares of which `count` fit.
 * @param {number} count @param {number} width @param {number} height
 */
function largest(count, width, height) {
  let side = Math.floor(Math.min(width, height));
  while (side > 1 && Math.floor(width / side) * Math.floor(height / side) < count) side -= 1;
  return Math.max(1, side);
}
