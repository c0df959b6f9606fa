// @ts-check
/**
 * What lies below and above the points: the axes with their numbers, the digits that places decode to, and on top the
 * ring, the image at hand and A and B.
 *
 * @typedef {import('./geometry.js').Point} Point
 * @typedef {import('./view.js').View} View
 *
 * @typedef {object} Decoded   digits at the places of a grid
 * @property {HTMLCanvasElement} sheet
 * @property {View['square']} square   what they cover
 * @property {boolean} quantiles       whether the axes were stretched
 *
 * @typedef {object} Overlay
 * @property {Point} place                the one under the ring
 * @property {Point | null} nearest       the image nearest to it
 * @property {Hand | null} hand           the image at hand
 * @property {{slot: 'A' | 'B', at: Point}[]} picks
 *
 * @typedef {{at: Point, outline: Point[], z: Point | null}} Hand   `z`: where it differs from `at`
 */
import { colour } from '../../ui/digit-canvas.js';
import { nice } from './view.js';

const TAU = 2 * Math.PI;
/** The ring around the place, in CSS pixels. */
const RING = 9;

/** The page's font at this size. @param {number} size @param {number} [weight] */
const font = (size, weight = 400) => `${weight} ${size}px ${getComputedStyle(document.body).fontFamily}`;

/**
 * The plot alone is painted on from here; to be restored.
 * @param {CanvasRenderingContext2D} context @param {View} view
 */
export function clip(context, view) {
  const { left, top, side } = view.plot;
  context.save();
  context.beginPath();
  context.rect(left, top, side, side);
  context.clip();
}

/**
 * The frame, lines and numbers, and what the axes are called.
 * @param {CanvasRenderingContext2D} context @param {View} view @param {[string, string]} names
 */
export function paintAxes(context, view, [across, up]) {
  const { left, top, side } = view.plot;
  const bottom = top + side;
  context.lineWidth = 1;
  context.font = font(11);
  for (const axis of /** @type {const} */ ([0, 1])) {
    const ticks = view.ticks(axis);
    const digits = decimals(ticks);
    for (const value of ticks) {
      const at = Math.round(view.toCanvas(value, value)[axis]) + 0.5;
      context.strokeStyle = colour(value === 0 ? 'edge' : 'rule');
      context.beginPath();
      if (axis === 0) {
        context.moveTo(at, top);
        context.lineTo(at, bottom + 4);
      } else {
        context.moveTo(left - 4, at);
        context.lineTo(left + side, at);
      }
      context.stroke();
      context.fillStyle = colour('muted');
      context.textBaseline = axis === 0 ? 'top' : 'middle';
      context.textAlign = axis === 0 ? 'center' : 'right';
      const text = number(value, digits);
      if (axis === 0) context.fillText(text, at, bottom + 7);
      else context.fillText(text, left - 7, at);
    }
  }
  context.strokeStyle = colour('edge');
  context.strokeRect(Math.round(left) + 0.5, Math.round(top) + 0.5, Math.round(side) - 1, Math.round(side) - 1);
  context.font = font(12, 600);
  context.fillStyle = colour('ink');
  context.textAlign = 'center';
  context.textBaseline = 'bottom';
  context.fillText(across, left + side / 2, bottom + 42);
  context.save();
  context.translate(2, top + side / 2);
  context.rotate(-TAU / 4);
  context.textBaseline = 'top';
  context.fillText(up, 0, 0);
  context.restore();
}

/** @param {CanvasRenderingContext2D} context @param {View} view @param {Decoded | null} decoded */
export function paintDecoded(context, view, decoded) {
  if (!decoded || decoded.quantiles !== view.quantiles) return;
  const { left, top, side } = view.squareOnCanvas(decoded.square);
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = 'high';
  context.drawImage(decoded.sheet, left, top, side, side);
}

/** @param {CanvasRenderingContext2D} context @param {View} view @param {Overlay} overlay */
export function paintOverlay(context, view, { place, nearest, hand, picks }) {
  clip(context, view);
  const at = view.toCanvas(...place);
  if (nearest) paintNearest(context, at, view.toCanvas(...nearest));
  if (hand) paintHand(context, view, hand);
  for (const { slot, at } of picks) paintPick(context, view.toCanvas(...at), slot);
  outlined(context, 'ink', () => context.arc(...at, RING, 0, TAU));
  context.restore();
}

/**
 * A line from the ring to the image.
 * @param {CanvasRenderingContext2D} context @param {Point} from @param {Point} to
 */
function paintNearest(context, from, to) {
  const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
  if (length > RING) {
    const start = RING / length;
    outlined(context, 'ink', () => {
      context.moveTo(from[0] + (to[0] - from[0]) * start, from[1] + (to[1] - from[1]) * start);
      context.lineTo(...to);
    });
  }
  // Under the ring it says nothing new.
  if (length > RING / 2) outlined(context, 'ink', () => context.rect(to[0] - 6, to[1] - 6, 12, 12));
}

/** @param {CanvasRenderingContext2D} context @param {View} view @param {Hand} hand */
function paintHand(context, view, { at, outline, z }) {
  const middle = view.toCanvas(...at);
  const onCanvas = outline.map(([x, y]) => view.toCanvas(x, y));
  context.fillStyle = colour('accent');
  if (onCanvas.length > 0) {
    const path = () => {
      for (const point of onCanvas) context.lineTo(...point);
      context.closePath();
    };
    context.globalAlpha = 0.16;
    context.beginPath();
    path();
    context.fill();
    context.globalAlpha = 1;
    outlined(context, 'accent', path);
  }
  context.beginPath();
  context.arc(...middle, 3.5, 0, TAU);
  context.fill();
  if (z) {
    const to = view.toCanvas(...z);
    outlined(context, 'accent', () => {
      context.moveTo(...middle);
      context.lineTo(...to);
    });
    context.beginPath();
    for (const [dx, dy] of [
      [0, -7],
      [7, 0],
      [0, 7],
      [-7, 0],
    ])
      context.lineTo(to[0] + (dx ?? 0), to[1] + (dy ?? 0));
    context.closePath();
    context.fill();
  }
  pointOutside(context, view, middle);
}

/**
 * A triangle at the edge, towards what lies beyond it.
 * @param {CanvasRenderingContext2D} context @param {View} view @param {Point} at
 */
function pointOutside(context, view, [x, y]) {
  const { left, top, side } = view.plot;
  const within = (/** @type {number} */ value, /** @type {number} */ from) =>
    Math.min(from + side - 14, Math.max(from + 14, value));
  const [nearX, nearY] = [within(x, left), within(y, top)];
  if (x >= left && x <= left + side && y >= top && y <= top + side) return;
  context.save();
  context.translate(nearX, nearY);
  context.rotate(Math.atan2(y - nearY, x - nearX));
  context.beginPath();
  context.moveTo(11, 0);
  context.lineTo(-4, -7);
  context.lineTo(-4, 7);
  context.fill();
  context.restore();
}

/**
 * The letter in a disc, as everywhere on the page.
 * @param {CanvasRenderingContext2D} context @param {Point} at @param {'A' | 'B'} slot
 */
function paintPick(context, [x, y], slot) {
  context.beginPath();
  context.arc(x, y, 9.5, 0, TAU);
  context.fillStyle = colour(slot === 'A' ? 'ink' : 'paper');
  context.fill();
  context.lineWidth = 1.5;
  context.strokeStyle = colour(slot === 'A' ? 'paper' : 'ink');
  context.stroke();
  context.fillStyle = colour(slot === 'A' ? 'paper' : 'ink');
  context.font = font(11, 600);
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText(slot, x, y + 0.5);
}

/**
 * A line with a rim of paper: it can be seen on points of any colour.
 * @param {CanvasRenderingContext2D} context @param {string} name of its colour @param {() => void} path
 */
function outlined(context, name, path) {
  context.beginPath();
  path();
  context.strokeStyle = colour('sheet');
  context.lineWidth = 4.5;
  context.stroke();
  context.strokeStyle = colour(name);
  context.lineWidth = 2;
  context.stroke();
}

/** How many decimals tell these numbers apart. @param {number[]} values */
function decimals(values) {
  const step = Math.min(...values.slice(1).map((value, i) => value - (values[i] ?? 0)));
  return Number.isFinite(step) ? Math.max(0, Math.ceil(-Math.log10(nice(step) * 1.0001))) : 1;
}

/** As text: "1.50", with a real minus. @param {number} value @param {number} digits */
export const number = (value, digits) =>
  value
    .toFixed(digits)
    .replace(/^-(?=.*[1-9])/, '−')
    .replace(/^-/, '');
