// @ts-check
/**
 * The axes of a plot: which values have a tick, and where a value lies.
 *
 * @typedef {object} Axis
 * @property {number} [low]   default: of the data; 0 for y
 * @property {number} [high]  default: of the data
 * @property {boolean} [log]  logarithmic; `low` must be above 0
 * @property {number[]} [ticks]   default: round numbers
 * @property {(value: number) => string} [format]   of the ticks
 * @property {import('../i18n/index.js').Content} [title]   what it measures, with its unit
 */

/** The least distance of two ticks along x and along y, in pixels. */
export const APART = { x: 56, y: 24 };

/** A tick without floating-point dust and with a real minus. @param {number} value */
export const plainTick = (value) => String(Number(value.toPrecision(6))).replace('-', '−');

/**
 * From values to the share of the axis, 0 to 1.
 * @param {number} low @param {number} high @param {boolean} log @returns {(value: number) => number}
 */
export function scale(low, high, log) {
  if (!(high > low)) return () => 0.5;
  if (!log) return (value) => (value - low) / (high - low);
  return (value) => Math.log(value / low) / Math.log(high / low);
}

/**
 * Round numbers from `low` to `high`, at most `most` of them: parts of each decade on a logarithmic axis.
 * @param {number} low @param {number} high @param {number} most @param {boolean} log @returns {number[]}
 */
export function ticks(low, high, most, log) {
  if (!(high > low) || !(most >= 1) || (log && !(low > 0))) return [];
  return log ? decades(low, high, most) : steps(low, high, most);
}

/** @param {number} low @param {number} high @param {number} most */
function steps(low, high, most) {
  const rough = (high - low) / Math.max(1, most);
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5].find((part) => part * unit >= rough * 0.999) ?? 10) * unit;
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: Math.max(0, count) }, (_, i) => Number(((first + i) * step).toPrecision(10)));
}

/** @param {number} low @param {number} high @param {number} most */
function decades(low, high, most) {
  const [from, to] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  /** @type {number[]} */
  let best = [];
  for (const parts of [[1], [1, 3], [1, 2, 5], [1, 2, 3, 5, 7]]) {
    const all = Array.from({ length: to - from + 1 }, (_, i) => parts.map((part) => part * 10 ** (from + i))).flat();
    const inside = all.filter((value) => value >= low * 0.999 && value <= high * 1.001);
    if (inside.length <= most || best.length === 0) best = inside;
  }
  return best.map((value) => Number(value.toPrecision(10)));
}
