// @ts-check
/**
 * Numbers as ink: one cell a number, on one canvas. Size is darkness; what is negative has the accent colour, and is a
 * bar instead of a square where cells are large enough for a shape.
 *
 * @typedef {object} Box   how the cells of a picture lie, in CSS pixels
 * @property {number} units    tiles: the units of a layer
 * @property {number} side     cells along an edge of a tile; 1 in a dense layer
 * @property {number} columns  tiles in a row
 * @property {number} rows
 * @property {number} wide     a cell's width
 * @property {number} high     a cell's height
 * @property {number} gap      between two tiles
 * @property {number} width    of all
 * @property {number} height
 */
import { colour, onTheme } from '../../ui/digit-canvas.js';

/** From this size on a cell can show its sign by its shape, in CSS pixels. */
const SHAPED = 5;
/** Sizes of a cell, the largest first. */
const SIZES = [15, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1];
/** Lifts what is faint, so that a layer with a few large values does not look empty. */
const GAMMA = 0.8;

const scratch = document.createElement('canvas');
const scratchContext = /** @type {CanvasRenderingContext2D} */ (scratch.getContext('2d', { willReadFrequently: true }));

/** @typedef {{ink: number[], accent: number[]}} Palette */
/** @type {Palette | null} */
let palette = null;
onTheme(() => {
  palette = null;
});

/** @param {number} units @param {number} side @param {number} columns @param {number} wide @param {number} high
 *  @param {number} gap @returns {Box} */
function box(units, side, columns, wide, high, gap) {
  const rows = Math.ceil(units / columns);
  const [width, height] = [columns * (side * wide + gap) - gap, rows * (side * high + gap) - gap];
  return { units, side, columns, rows, wide, high, gap, width, height };
}

/**
 * The largest cells with which so many numbers stay within `width` and `height`; cells of one pixel if even these do
 * not.
 * @param {number} units @param {number} width @param {number} height @returns {Box}
 */
export function cells(units, width, height) {
  for (const size of SIZES) {
    const rows = Math.max(1, Math.floor((height + 1) / size));
    const fewest = Math.ceil(units / rows);
    if (fewest * size > width + 1 && size > 1) continue;
    // A full rectangle, if one is near.
    const full = [0, 1, 2, 3, 4].map((more) => fewest + more).find((columns) => units % columns === 0);
    const columns = full !== undefined && full * size <= width + 1 ? full : fewest;
    const gap = size >= SHAPED ? 1 : 0;
    return box(units, 1, columns, size - gap, size - gap, gap);
  }
  return box(units, 1, Math.max(1, units), 1, 1, 0);
}

/** One column of flat cells, as a vector is written; more columns if they would be too thin.
 *  @param {number} units @param {number} height @returns {Box} */
export function vector(units, height) {
  const size = Math.min(15, Math.floor((height + 1) / units));
  return size >= SHAPED ? box(units, 1, 1, 34, size - 1, 1) : cells(units, 44, height);
}

/** Images of `side` by `side` cells. @param {number} units @param {number} side @param {number} width
 *  @param {number} height @returns {Box} */
export function tiles(units, side, width, height) {
  // Kernels are so small that they would run into each other.
  const gap = side < 5 ? 3 : 1;
  for (const size of SIZES) {
    const pitch = side * size + gap;
    const rows = Math.max(1, Math.floor((height + gap) / pitch));
    const columns = Math.ceil(units / rows);
    if (columns * pitch <= width + gap || size === 1) return box(units, side, columns, size, size, gap);
  }
  return box(units, side, units, 1, 1, gap);
}

/** Numbers of an image's pixels, one image above the other. @param {number} units @param {number} size of a cell */
export const raster = (units, size) => box(units, 1, 28, size, size, 0);

/** One image as a whole. @param {number} size of a cell */
export const image = (size) => box(1, 28, 1, size, size, 0);

/** The greatest size among numbers; 1 if all are 0. @param {ArrayLike<number>} values */
export function greatest(values) {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i] ?? 0));
  return Number.isFinite(most) && most > 0 ? most : 1;
}

/** How much ink a number gets, 0 to 1. @param {number} value @param {number} full what is black */
const inkOf = (value, full) => Math.min(1, Math.abs(value) / full) ** GAMMA || 0;

/**
 * Paints them with as many pixels as the screen gives.
 * @param {HTMLCanvasElement} canvas @param {Box} box @param {ArrayLike<number>} values tile by tile, each row by row
 * @param {number} full what is black
 */
export function paint(canvas, box, values, full) {
  const context = canvas.getContext('2d');
  if (!context) return;
  const ratio = devicePixelRatio;
  const [width, height] = [Math.round(box.width * ratio), Math.round(box.height * ratio)];
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  context.clearRect(0, 0, width, height);
  context.imageSmoothingEnabled = false;
  palette ??= readPalette();
  const inks = palette;
  if (box.side === 1 && box.gap > 0) paintCells(context, box, values, full, inks, ratio);
  else paintTiles(context, box, values, full, inks, ratio);
}

/** @param {CanvasRenderingContext2D} context @param {Box} box @param {ArrayLike<number>} values
 *  @param {number} full @param {Palette} inks @param {number} ratio */
function paintCells(context, box, values, full, inks, ratio) {
  const [ink, accent] = [inks.ink, inks.accent].map(([r, g, b]) => `rgb(${r} ${g} ${b})`);
  const shaped = box.high >= SHAPED - 1;
  for (const negative of [false, true]) {
    context.fillStyle = (negative ? accent : ink) ?? '';
    for (let i = 0; i < box.units; i++) {
      const value = values[i] ?? 0;
      if (value < 0 !== negative) continue;
      context.globalAlpha = inkOf(value, full);
      const { x, y, width, height } = unitRect(box, i);
      const [left, right] = [Math.round(x * ratio), Math.round((x + width) * ratio)];
      const inset = negative && shaped ? Math.max(1, Math.floor(height / 3)) : 0;
      const [top, bottom] = [Math.round((y + inset) * ratio), Math.round((y + height - inset) * ratio)];
      context.fillRect(left, top, right - left, bottom - top);
    }
  }
  context.globalAlpha = 1;
}

/** @param {CanvasRenderingContext2D} context @param {Box} box @param {ArrayLike<number>} values
 *  @param {number} full @param {Palette} inks @param {number} ratio */
function paintTiles(context, box, values, full, { ink, accent }, ratio) {
  // Cells without gaps are one image, however many units they are.
  const whole = box.side === 1;
  const [wide, high] = whole ? [box.columns, box.rows] : [box.side, box.side * box.units];
  if (scratch.width < wide) scratch.width = wide;
  if (scratch.height < high) scratch.height = high;
  const data = new ImageData(wide, high);
  for (let i = 0; i < wide * high; i++) {
    const value = values[i] ?? 0;
    const [red = 0, green = 0, blue = 0] = value < 0 ? accent : ink;
    data.data[4 * i] = red;
    data.data[4 * i + 1] = green;
    data.data[4 * i + 2] = blue;
    data.data[4 * i + 3] = 255 * inkOf(value, full);
  }
  scratchContext.putImageData(data, 0, 0);
  if (whole) {
    context.drawImage(scratch, 0, 0, wide, high, 0, 0, context.canvas.width, context.canvas.height);
    return;
  }
  const { side } = box;
  for (let i = 0; i < box.units; i++) {
    const { x, y, width, height } = unitRect(box, i);
    const [left, top] = [Math.round(x * ratio), Math.round(y * ratio)];
    const [right, bottom] = [Math.round((x + width) * ratio), Math.round((y + height) * ratio)];
    context.drawImage(scratch, 0, i * side, side, side, left, top, right - left, bottom - top);
  }
}

/** Where a unit's tile lies. @param {Box} box @param {number} unit */
export function unitRect({ side, columns, wide, high, gap }, unit) {
  const [width, height] = [side * wide, side * high];
  return { x: (unit % columns) * (width + gap), y: Math.floor(unit / columns) * (height + gap), width, height };
}

/**
 * The unit under a place, and the cell inside its tile; null beside them.
 * @param {Box} box @param {number} x @param {number} y in CSS pixels from the upper left
 */
export function at({ units, side, columns, wide, high, gap }, x, y) {
  const [pitchX, pitchY] = [side * wide + gap, side * high + gap];
  const column = Math.min(columns - 1, Math.max(0, Math.floor(x / pitchX)));
  const unit = Math.max(0, Math.floor(y / pitchY)) * columns + column;
  if (unit >= units) return null;
  const inside = (/** @type {number} */ offset, /** @type {number} */ size) =>
    Math.min(side - 1, Math.max(0, Math.floor(offset / size)));
  return { unit, cell: inside(y % pitchY, high) * side + inside(x - column * pitchX, wide) };
}

/** @returns {Palette} */
function readPalette() {
  const read = (/** @type {string} */ name) => {
    scratchContext.clearRect(0, 0, 1, 1);
    scratchContext.fillStyle = colour(name);
    scratchContext.fillRect(0, 0, 1, 1);
    return [...scratchContext.getImageData(0, 0, 1, 1).data.slice(0, 3)];
  };
  return { ink: read('ink'), accent: read('accent') };
}
