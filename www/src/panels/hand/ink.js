// @ts-check
/**
 * Digits as a line of ink at any size: set close to each other, enlarged by Catmull-Rom interpolation, and given the
 * clear edge that ink has on paper.
 */

const SIDE = 28;
/** Paper between two digits, in their own pixels; around the line; and what counts as ink between them. */
const GAP = 3;
const MARGIN = 5;
const FAINT = 60;
/** Grey levels where paper ends and where ink is black. */
const [EDGE, BLACK] = [0.2, 0.58];
/** The darkest ink of a digit becomes black: a mean image is pale where the model is unsure. No paler than this. */
const PALEST = 0.3;

/** @typedef {{width: number, height: number, grey: Float32Array}} Line   in the digits' own pixels, 0 to 1 */

/** Digits beside each other. @param {Uint8Array} pixels 784 grey levels each @returns {Line} */
export function line(pixels) {
  const digits = Array.from({ length: pixels.length / (SIDE * SIDE) }, (_, i) => {
    const levels = pixels.subarray(i * SIDE * SIDE, (i + 1) * SIDE * SIDE);
    const darkest = levels.reduce((most, level) => Math.max(most, level / 255), PALEST);
    return { levels, darkest, ...columns(levels) };
  });
  const width = digits.reduce((sum, { from, to }) => sum + to - from + GAP, 2 * MARGIN - GAP);
  const grey = new Float32Array(Math.max(0, width) * SIDE);
  let left = MARGIN;
  for (const { levels, darkest, from, to } of digits) {
    for (let i = 0; i < SIDE * SIDE; i++) {
      const x = left + (i % SIDE) - from;
      if (x < 0 || x >= width) continue;
      const at = Math.floor(i / SIDE) * width + x;
      // Faint ink of two digits may lie on the same pixel.
      grey[at] = Math.max(grey[at] ?? 0, (levels[i] ?? 0) / 255 / darkest);
    }
    left += to - from + GAP;
  }
  return { width: Math.max(0, width), height: SIDE, grey };
}

/** The columns with ink in them. @param {Uint8Array} levels */
function columns(levels) {
  let [from, to] = [SIDE, 0];
  levels.forEach((level, i) => {
    if (level < FAINT) return;
    from = Math.min(from, i % SIDE);
    to = Math.max(to, (i % SIDE) + 1);
  });
  // A blank digit is a space.
  return from < to ? { from, to } : { from: SIDE / 2 - 4, to: SIDE / 2 + 4 };
}

/**
 * The line in ink, `scale` times as large, on nothing.
 * @param {Line} line @param {number} scale @param {readonly [number, number, number]} ink red, green, blue
 */
export function inked({ width, height, grey }, scale, [red, green, blue]) {
  const [wide, high] = [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
  const across = enlarge(grey, width, height, wide);
  const image = new ImageData(wide, high);
  const taps = tapsOf(height, high);
  for (let y = 0; y < high; y++) {
    const { from, weights } = /** @type {Tap} */ (taps[y]);
    for (let x = 0; x < wide; x++) {
      let level = 0;
      for (let k = 0; k < 4; k++) {
        const row = Math.min(height - 1, Math.max(0, from + k));
        level += /** @type {number} */ (weights[k]) * /** @type {number} */ (across[row * wide + x]);
      }
      const at = 4 * (y * wide + x);
      image.data[at] = red;
      image.data[at + 1] = green;
      image.data[at + 2] = blue;
      image.data[at + 3] = 255 * edge(level);
    }
  }
  return image;
}

/**
 * Rows of `wide` numbers.
 * @param {Float32Array} grey @param {number} width @param {number} height @param {number} wide
 */
function enlarge(grey, width, height, wide) {
  const across = new Float32Array(wide * height);
  const taps = tapsOf(width, wide);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < wide; x++) {
      const { from, weights } = /** @type {Tap} */ (taps[x]);
      let level = 0;
      for (let k = 0; k < 4; k++) {
        const column = Math.min(width - 1, Math.max(0, from + k));
        level += /** @type {number} */ (weights[k]) * /** @type {number} */ (grey[y * width + column]);
      }
      across[y * wide + x] = level;
    }
  }
  return across;
}

/**
 * Which four of `count` numbers give each of `wide`, and with what weights: Catmull and Rom's cubic.
 * @typedef {{from: number, weights: number[]}} Tap
 * @param {number} count @param {number} wide @returns {Tap[]}
 */
const tapsOf = (count, wide) =>
  Array.from({ length: wide }, (_, i) => {
    const at = ((i + 0.5) / wide) * count - 0.5;
    const from = Math.floor(at) - 1;
    const t = at - Math.floor(at);
    const weights = [((2 - t) * t - 1) * t, (3 * t - 5) * t * t + 2, ((4 - 3 * t) * t + 1) * t, (t - 1) * t * t].map(
      (weight) => weight / 2,
    );
    return { from, weights };
  });

/** From paper, 0, to ink, 1, by a smooth step. @param {number} level */
function edge(level) {
  const t = Math.min(1, Math.max(0, (level - EDGE) / (BLACK - EDGE)));
  return t * t * (3 - 2 * t);
}
