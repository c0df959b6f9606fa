// @ts-check
/** The y axes: which range they show, and where the logarithmic one has its ticks. */

/** @typedef {(ArrayLike<number | null | undefined>)[]} Columns */

/**
 * Losses start at hundreds of nats and end within a few nats of each other. A logarithmic scale keeps the whole curve
 * inside the chart and the last steps readable.
 * @param {Columns} columns @returns {[number, number]}
 */
export function lossRange(columns) {
  const values = known(columns).filter((value) => value > 0);
  if (values.length === 0) return [50, 500];
  const [low, high] = extent(values);
  const room = Math.max((high / low) ** 0.06, 1.01);
  return [low / room, high * room];
}

/** From zero; lower only if a value is negative. @param {Columns} columns @returns {[number, number]} */
export function linearRange(columns) {
  const values = known(columns);
  if (values.length === 0) return [0, 1];
  const [low, high] = extent(values);
  const room = Math.max((high - Math.min(0, low)) * 0.08, 1e-3);
  return [low < 0 ? low - room : 0, high + room];
}

/** The least distance of two ticks, in pixels. */
const APART = 20;

/**
 * Round numbers, as many as fit: parts of each decade, or equal steps where the range is narrow.
 * @param {number} low @param {number} high @param {number} height in pixels @returns {number[]}
 */
export function logTicks(low, high, height) {
  if (!(low > 0 && high > low && height > 0)) return [];
  const decade = Math.floor(Math.log10(low));
  const decades = Array.from({ length: Math.ceil(Math.log10(high)) - decade + 1 }, (_, i) => 10 ** (decade + i));
  const parts = [[1, 1.5, 2, 3, 4, 5, 7], [1, 1.5, 2, 3, 5, 7], [1, 2, 3, 5], [1, 2, 5], [1, 3], [1]];
  const choices = parts.map((part) => decades.flatMap((unit) => part.map((share) => share * unit)));
  const unit = 10 ** Math.floor(Math.log10(high - low));
  for (const step of [0.1, 0.2, 0.5, 1, 2, 5].map((share) => share * unit)) {
    const first = Math.ceil(low / step);
    const count = Math.floor(high / step) - first + 1;
    choices.push(Array.from({ length: count }, (_, i) => Number(((first + i) * step).toPrecision(10))));
  }
  const at = (/** @type {number} */ value) => (Math.log(value / low) / Math.log(high / low)) * height;
  /** @type {number[]} */
  let best = [];
  for (const choice of choices) {
    const inside = choice.filter((value) => value >= low && value <= high);
    const fits = inside.every((value, i) => i === 0 || at(value) - at(inside[i - 1] ?? low) >= APART);
    if (fits && inside.length > best.length) best = inside;
  }
  return best;
}

/** @param {Columns} columns */
const known = (columns) =>
  columns
    .flatMap((column) => Array.from(column))
    .filter((value) => Number.isFinite(value))
    .map(Number);

/** @param {number[]} values @returns {[number, number]} */
function extent(values) {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}
