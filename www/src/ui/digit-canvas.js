// @ts-check
/**
 * Grey bytes on canvases: ink of the page's colour on its paper, so that a digit looks written in either theme. A
 * canvas has as many pixels as the screen gives it; the 28x28 image is scaled up smoothly, or in hard squares where the
 * pixels themselves are the point.
 *
 * @typedef {HTMLCanvasElement & {pixels: Uint8Array | null}} DigitCanvas  `pixels`: the 784 grey bytes that are shown
 *   now
 */

const SIDE = 28;
export const PIXELS = SIDE * SIDE;

const scratch = document.createElement('canvas');
scratch.width = scratch.height = SIDE;
const scratchContext = /** @type {CanvasRenderingContext2D} */ (scratch.getContext('2d', { willReadFrequently: true }));
const image = scratchContext.createImageData(SIDE, SIDE);

const forced = matchMedia('(forced-colors: active)');

/** @type {Set<DigitCanvas>} */
const all = new Set();
/**
 * As wide as they are laid out, in the page's pixels. To ask a canvas itself would have the browser lay out the page
 * once more for each digit that is painted.
 * @type {WeakMap<Element, number>}
 */
const widths = new WeakMap();
const sizes = new ResizeObserver((entries) => {
  for (const { target, contentRect } of entries) {
    widths.set(target, contentRect.width);
    paint(/** @type {DigitCanvas} */ (target));
  }
});
const repaintAll = () => all.forEach(paint);
onTheme(repaintAll);

/** @param {HTMLCanvasElement} [canvas] @returns {DigitCanvas} */
export function digit(canvas = document.createElement('canvas')) {
  const element = /** @type {DigitCanvas} */ (canvas);
  element.pixels = null;
  element.classList.add('digit');
  all.add(element);
  sizes.observe(element);
  // A browser whose GPU process dies gives the canvas back blank.
  element.addEventListener('contextrestored', () => paint(element));
  return element;
}

/**
 * Image `index` of `pixels`; null shows bare paper.
 * @param {DigitCanvas} canvas @param {Uint8Array | null} pixels @param {number} [index]
 */
export function show(canvas, pixels, index = 0) {
  canvas.pixels = pixels?.slice(index * PIXELS, (index + 1) * PIXELS) ?? null;
  paint(canvas);
}

/** @param {DigitCanvas} canvas */
function paint(canvas) {
  const side = Math.round((widths.get(canvas) ?? 0) * devicePixelRatio);
  if (side === 0) return;
  const context = canvas.getContext('2d');
  if (!context) return;
  fit(canvas, side);
  context.clearRect(0, 0, side, side);
  const { pixels } = canvas;
  if (!pixels) return;
  stamp(pixels);
  context.imageSmoothingEnabled = !canvas.classList.contains('squares');
  context.imageSmoothingQuality = 'high';
  context.drawImage(scratch, 0, 0, side, side);
}

/**
 * Makes a canvas `side` pixels wide and high. One that is so already keeps its picture.
 * @param {HTMLCanvasElement} canvas @param {number} side
 */
export function fit(canvas, side) {
  // Both: a canvas is 300 by 150 at first.
  if (canvas.width !== side || canvas.height !== side) canvas.width = canvas.height = side;
}

/** Leaves `pixels` in the scratch canvas. @param {Uint8Array} pixels */
function stamp(pixels) {
  const [red, green, blue] = ink();
  const { data } = image;
  for (let i = 0; i < PIXELS; i++) {
    data[4 * i] = red;
    data[4 * i + 1] = green;
    data[4 * i + 2] = blue;
    data[4 * i + 3] = pixels[i] ?? 0;
  }
  scratchContext.putImageData(image, 0, 0);
}

/**
 * The image, `side` units wide, in any context.
 * @param {CanvasRenderingContext2D} context @param {Uint8Array} pixels @param {number} side
 */
export function drawDigit(context, pixels, side) {
  stamp(pixels);
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = 'high';
  context.drawImage(scratch, 0, 0, side, side);
}

/** @param {() => void} listener called when the colours of the page change */
export function onTheme(listener) {
  for (const media of [matchMedia('(prefers-color-scheme: dark)'), forced])
    media.addEventListener('change', () => {
      inkNow = null;
      listener();
    });
}

/** With forced colours a canvas has to take the system's by itself. @type {Record<string, string>} */
const SYSTEM_COLOURS = { paper: 'Canvas', accent: 'Highlight', rule: 'GrayText' };

/** A colour of the stylesheet; with forced colours, one of the system's. @param {string} name @returns {string} */
export const colour = (name) =>
  forced.matches
    ? (SYSTEM_COLOURS[name] ?? 'CanvasText')
    : getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

/** @type {[number, number, number] | null} */
let inkNow = null;

/** @returns {[number, number, number]} */
function ink() {
  if (inkNow) return inkNow;
  const [red = 0, green = 0, blue = 0] = (getComputedStyle(document.documentElement).color.match(/[\d.]+/g) ?? []).map(
    Number,
  );
  inkNow = [red, green, blue];
  return inkNow;
}
