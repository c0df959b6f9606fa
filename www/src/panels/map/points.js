// @ts-check
/**
 * Thousands of held-out images as numerals, dots or small pictures. Each of these is painted once and then stamped, so
 * that a map of 5,000 can be moved at the display's rate.
 */
import { colour, PIXELS } from '../../ui/digit-canvas.js';

/** @typedef {'numerals' | 'dots' | 'images'} Kind */
/**
 * @typedef {object} Encoded
 * @property {Float32Array} points   x, y, x, y…
 * @property {Uint8Array | null} labels
 * @property {Uint8Array} input      784 grey levels each
 */

const SIDE = 28;
export const CLASSES = 10;
/** Images in a row of the sheet of all images. */
const COLUMNS = 64;
/** Sizes in CSS pixels: at the first look, and at most when one comes closer. */
const NUMERAL = { least: 11, most: 17 };
const DOT = { least: 5, most: 9 };
const IMAGE = { least: 22, most: 44 };
/** How visible points are that the legend has filtered out. */
const FAINT = 0.13;

/** What is stamped: made for one theme, size and screen. @type {Map<string, HTMLCanvasElement>} */
const stamps = new Map();
/** All images of one answer, in the colours of their classes. @type {{of: Encoded, sheet: HTMLCanvasElement} | null} */
let album = null;

/** The colours of the page have changed. */
export function forgetColours() {
  stamps.clear();
  album = null;
}

/**
 * @param {CanvasRenderingContext2D} context in CSS pixels, clipped to the plot
 * @param {import('./view.js').View} view @param {Encoded} encoded
 * @param {{kind: Kind, classes: ReadonlySet<number>}} look   classes: those that are wanted; empty: all
 */
export function paintPoints(context, view, encoded, { kind, classes }) {
  const { points, labels } = encoded;
  const wanted = wantedOf(labels, classes);
  const what = kind === 'numerals' && !labels ? 'dots' : kind;
  const { left, top, side } = view.plot;
  const size = sizeOf(what, view.zoom);
  const ratio = devicePixelRatio;
  const draw = what === 'images' ? images(context, encoded, size) : stamped(context, what, size, labels);
  context.save();
  context.setTransform(1, 0, 0, 1, 0, 0);
  for (const chosen of classes.size > 0 ? [false, true] : [true]) {
    context.globalAlpha = chosen ? 1 : FAINT;
    // Images on top of each other are a blot: of those that share a place one is shown.
    const taken = what === 'images' ? new Set() : null;
    for (let i = 0; 2 * i + 1 < points.length; i++) {
      if (wanted(i) !== chosen) continue;
      const [x, y] = view.toCanvas(points[2 * i] ?? 0, points[2 * i + 1] ?? 0);
      if (!(x >= left - size && x <= left + side + size && y >= top - size && y <= top + side + size)) continue;
      if (taken) {
        const cell = Math.floor(x / size) * 4096 + Math.floor(y / size);
        if (taken.has(cell)) continue;
        taken.add(cell);
      }
      draw(i, x * ratio, y * ratio);
    }
  }
  context.restore();
}

/** Which points the legend asks for. @param {Uint8Array | null} labels @param {ReadonlySet<number>} classes */
export const wantedOf = (labels, classes) => (/** @type {number} */ i) =>
  classes.size === 0 || !labels || classes.has((labels[i] ?? 0) % CLASSES);

/** @param {Kind} kind @param {number} zoom @returns {number} in CSS pixels */
function sizeOf(kind, zoom) {
  const { least, most } = { numerals: NUMERAL, dots: DOT, images: IMAGE }[kind];
  return Math.round(Math.min(most, Math.max(least, least * zoom ** 0.4)));
}

/**
 * @param {CanvasRenderingContext2D} context @param {'numerals' | 'dots'} what @param {number} size
 * @param {Uint8Array | null} labels
 */
function stamped(context, what, size, labels) {
  const all = stamp(what, size);
  const edge = all.height;
  return (/** @type {number} */ i, /** @type {number} */ x, /** @type {number} */ y) => {
    const column = labels ? (labels[i] ?? 0) % CLASSES : CLASSES;
    const [left, top] = [Math.round(x - edge / 2), Math.round(y - edge / 2)];
    context.drawImage(all, column * edge, 0, edge, edge, left, top, edge, edge);
  };
}

/**
 * A row of stamps, one a class and one for images without labels.
 * @param {'numerals' | 'dots'} what @param {number} size
 */
function stamp(what, size) {
  const key = `${what} ${size} ${devicePixelRatio}`;
  const known = stamps.get(key);
  if (known) return known;
  const canvas = document.createElement('canvas');
  const edge = Math.ceil((size + 4) * devicePixelRatio);
  canvas.width = edge * (CLASSES + 1);
  canvas.height = edge;
  const context = canvas.getContext('2d');
  if (!context) return canvas;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.lineJoin = 'round';
  context.font = `600 ${size * devicePixelRatio}px ${getComputedStyle(document.body).fontFamily}`;
  // A rim of paper keeps apart what lies on top of each other.
  context.strokeStyle = colour('sheet');
  for (let i = 0; i <= CLASSES; i++) {
    context.fillStyle = colour(i < CLASSES ? `class-${i}` : 'ink');
    const middle = (i + 0.5) * edge;
    if (what === 'numerals') {
      context.lineWidth = 2.2 * devicePixelRatio;
      context.strokeText(String(i), middle, edge / 2);
      context.fillText(String(i), middle, edge / 2);
    } else {
      context.lineWidth = devicePixelRatio;
      context.beginPath();
      context.arc(middle, edge / 2, (size / 2) * devicePixelRatio, 0, 2 * Math.PI);
      context.fill();
      context.stroke();
    }
  }
  stamps.set(key, canvas);
  return canvas;
}

/** @param {CanvasRenderingContext2D} context @param {Encoded} encoded @param {number} size */
function images(context, encoded, size) {
  const sheet = albumOf(encoded);
  const edge = Math.round(size * devicePixelRatio);
  context.imageSmoothingQuality = 'high';
  return (/** @type {number} */ i, /** @type {number} */ x, /** @type {number} */ y) => {
    const [column, row] = [i % COLUMNS, Math.floor(i / COLUMNS)];
    const [left, top] = [Math.round(x - edge / 2), Math.round(y - edge / 2)];
    context.drawImage(sheet, column * SIDE, row * SIDE, SIDE, SIDE, left, top, edge, edge);
  };
}

/** @param {Encoded} encoded */
function albumOf(encoded) {
  // Training moves the images; their pixels stay.
  if (album && album.of.input.length === encoded.input.length && sameStart(album.of, encoded)) return album.sheet;
  const inks = Array.from({ length: CLASSES }, (_, i) => colour(`class-${i}`)).map(rgb);
  const plain = rgb(colour('ink'));
  const ink = (/** @type {number} */ i) =>
    encoded.labels ? (inks[(encoded.labels[i] ?? 0) % CLASSES] ?? plain) : plain;
  const sheet = tile(encoded.input, COLUMNS, ink);
  album = { of: encoded, sheet };
  return sheet;
}

/** Whether both begin with the same images. @param {Encoded} a @param {Encoded} b */
function sameStart(a, b) {
  for (let i = 0; i < 8 * PIXELS; i++) if (a.input[i] !== b.input[i]) return false;
  return true;
}

/**
 * Images side by side, on nothing.
 * @param {Uint8Array} pixels @param {number} columns @param {(index: number) => [number, number, number]} ink
 */
export function tile(pixels, columns, ink) {
  const count = Math.floor(pixels.length / PIXELS);
  const sheet = document.createElement('canvas');
  sheet.width = columns * SIDE;
  sheet.height = Math.max(1, Math.ceil(count / columns)) * SIDE;
  const context = sheet.getContext('2d');
  if (!context) return sheet;
  const image = context.createImageData(sheet.width, sheet.height);
  // One word a pixel, as the machine stores it: alpha, blue, green, red.
  const words = new Uint32Array(image.data.buffer);
  for (let i = 0; i < count; i++) {
    const [red, green, blue] = ink(i);
    const tint = (blue << 16) | (green << 8) | red;
    const corner = Math.floor(i / columns) * SIDE * sheet.width + (i % columns) * SIDE;
    for (let at = 0; at < PIXELS; at++) {
      const alpha = pixels[i * PIXELS + at] ?? 0;
      words[corner + Math.floor(at / SIDE) * sheet.width + (at % SIDE)] = (alpha << 24) | tint;
    }
  }
  context.putImageData(image, 0, 0);
  return sheet;
}

/** @param {string} name of a colour, as CSS has it @returns {[number, number, number]} */
export function rgb(name) {
  const dot = document.createElement('canvas');
  dot.width = dot.height = 1;
  const context = dot.getContext('2d', { willReadFrequently: true });
  if (!context) return [0, 0, 0];
  context.fillStyle = name;
  context.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
  return [red, green, blue];
}
