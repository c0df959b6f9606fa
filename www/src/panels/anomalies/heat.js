// @ts-check
/** Where in a picture the nats are: the picture in pale ink, and over it a square a pixel, the darker the dearer. */
import { colour, fit, onTheme } from '../../ui/digit-canvas.js';

const SIDE = 28;
/** A pixel of so many nats is as dark as can be: the model was all but certain of the other colour. */
const FULL = 4;
const PALE = 0.22;

/** @param {HTMLCanvasElement} canvas @param {AbortSignal} signal */
export function heatMap(canvas, signal) {
  /** @type {{pixels: Uint8Array, nats: Float32Array} | null} */
  let now = null;

  function paint() {
    const side = Math.round(canvas.clientWidth * devicePixelRatio);
    const context = canvas.getContext('2d');
    if (!context || side === 0) return;
    fit(canvas, side);
    context.clearRect(0, 0, side, side);
    if (!now) return;
    const [ink, accent] = [colour('ink'), colour('accent')];
    const edge = (/** @type {number} */ i) => Math.round((i * side) / SIDE);
    now.nats.forEach((nats, i) => {
      const [column, row] = [i % SIDE, Math.floor(i / SIDE)];
      const [x, y] = [edge(column), edge(row)];
      const [width, height] = [edge(column + 1) - x, edge(row + 1) - y];
      for (const [style, alpha] of /** @type {const} */ ([
        [ink, (PALE * (now?.pixels[i] ?? 0)) / 255],
        // A density's nats can be below 0.
        [accent, Math.min(1, Math.max(0, nats) / FULL)],
      ])) {
        if (alpha < 0.01) continue;
        context.globalAlpha = alpha;
        context.fillStyle = style;
        context.fillRect(x, y, width, height);
      }
    });
    context.globalAlpha = 1;
  }

  const repaint = () => signal.aborted || paint();
  const sizes = new ResizeObserver(repaint);
  sizes.observe(canvas);
  signal.addEventListener('abort', () => sizes.disconnect());
  canvas.addEventListener('contextrestored', repaint);
  onTheme(repaint);
  return (/** @type {typeof now} */ next) => {
    now = next;
    paint();
  };
}
