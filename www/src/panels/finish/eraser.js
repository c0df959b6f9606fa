// @ts-check
/** The digit with what is erased of it, and the brush that erases: by pointer, or by arrow keys and Space. */
import { colour, drawDigit, fit, onTheme } from '../../ui/digit-canvas.js';

const SIDE = 28;
/** Between the lines of the hatching, in pixels of the image. */
const HATCH = 1.5;

/**
 * @param {HTMLCanvasElement} canvas
 * @param {object} options
 * @param {import('./mask.js').Mask} options.mask
 * @param {() => boolean} options.restores   whether the brush brings back
 * @param {() => void} options.changed   the person's hand changed the mask
 * @param {AbortSignal} options.signal
 * @returns {{show: (pixels: Uint8Array | null) => void}}
 */
export function eraser(canvas, { mask, restores, changed, signal }) {
  /** @type {Uint8Array | null} */
  let digit = null;
  /** Where the brush of the keyboard is, once it was moved. */
  const cursor = { x: SIDE / 2, y: SIDE / 2, shown: false };

  const repaint = () => signal.aborted || paint();
  const sizes = new ResizeObserver(repaint);
  sizes.observe(canvas);
  signal.addEventListener('abort', () => sizes.disconnect());
  onTheme(repaint);

  function paint() {
    const side = Math.round(canvas.clientWidth * devicePixelRatio);
    const context = canvas.getContext('2d');
    if (!context || side === 0) return;
    fit(canvas, side);
    context.setTransform(side / SIDE, 0, 0, side / SIDE, 0, 0);
    context.clearRect(0, 0, SIDE, SIDE);
    if (digit) {
      drawDigit(
        context,
        digit.map((level, i) => (mask.visible[i] ? level : 0)),
        SIDE,
      );
    }
    context.save();
    context.beginPath();
    mask.visible.forEach((visible, i) => {
      if (!visible) context.rect(i % SIDE, Math.floor(i / SIDE), 1, 1);
    });
    context.clip();
    context.fillStyle = colour('paper');
    context.fillRect(0, 0, SIDE, SIDE);
    context.strokeStyle = colour('edge');
    context.lineWidth = 0.16;
    context.beginPath();
    for (let at = -SIDE; at < SIDE; at += HATCH) {
      context.moveTo(at, SIDE);
      context.lineTo(at + SIDE, 0);
    }
    context.stroke();
    context.restore();
    if (!cursor.shown || canvas !== document.activeElement) return;
    context.strokeStyle = colour('accent');
    context.lineWidth = 0.4;
    context.beginPath();
    context.arc(cursor.x, cursor.y, 2.6, 0, 2 * Math.PI);
    context.stroke();
  }

  /** @param {number} x @param {number} y */
  function touch(x, y) {
    if (mask.brush(x, y, restores())) {
      paint();
      changed();
    }
  }

  /** The place touched last: a fast hand skips pixels. @type {[number, number] | null} */
  let last = null;
  /** @param {PointerEvent} event */
  function stroke(event) {
    const box = canvas.getBoundingClientRect();
    const [x, y] = [((event.clientX - box.left) / box.width) * SIDE, ((event.clientY - box.top) / box.height) * SIDE];
    const [fromX, fromY] = last ?? [x, y];
    const pieces = Math.max(1, Math.ceil(Math.hypot(x - fromX, y - fromY)));
    for (let i = 1; i <= pieces; i++) {
      touch(fromX + ((x - fromX) * i) / pieces, fromY + ((y - fromY) * i) / pieces);
    }
    last = [x, y];
  }
  canvas.addEventListener('pointerdown', (event) => {
    if (!event.isPrimary || event.button !== 0) return;
    event.preventDefault();
    cursor.shown = false;
    canvas.focus({ preventScroll: true });
    canvas.setPointerCapture(event.pointerId);
    last = null;
    stroke(event);
  });
  canvas.addEventListener('pointermove', (event) => {
    if (canvas.hasPointerCapture(event.pointerId)) stroke(event);
  });
  canvas.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    /** @type {Record<string, [number, number]>} */
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const by = moves[event.key];
    const stays = event.key === ' ' || event.key === 'Enter';
    if (!by && !stays) return;
    event.preventDefault();
    const clamp = (/** @type {number} */ value) => Math.min(SIDE, Math.max(0, value));
    cursor.shown = true;
    if (by) [cursor.x, cursor.y] = [clamp(cursor.x + by[0]), clamp(cursor.y + by[1])];
    else touch(cursor.x, cursor.y);
    paint();
  });
  canvas.addEventListener('blur', repaint);
  canvas.addEventListener('focus', repaint);

  return {
    show(pixels) {
      digit = pixels;
      paint();
    },
  };
}
