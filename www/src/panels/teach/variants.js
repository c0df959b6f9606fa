// @ts-check
/**
 * A drawing as other hands would have made it: leaning, turned, with a finer or a broader pen. Five drawings alone say
 * nothing of what a hand may change.
 *
 * @typedef {import('../../ui/strokes.js').Point} Point
 *
 * @typedef {object} Hand
 * @property {number} lean    to the right, per unit of height
 * @property {number} turn    in radians
 * @property {number} width   of the pen, times its own
 */

/** The first leaves a drawing as it is. @type {readonly Hand[]} */
export const HANDS = [
  { lean: 0, turn: 0, width: 1 },
  { lean: 0.25, turn: 0, width: 0.8 },
  { lean: -0.2, turn: 0, width: 1.25 },
  { lean: 0.1, turn: -0.12, width: 1.5 },
  { lean: 0, turn: 0.12, width: 0.65 },
  { lean: 0.4, turn: 0, width: 1.1 },
];

/**
 * @param {readonly Float32Array[]} strokes   x, y, x, y, … each
 * @param {Hand} hand @returns {Float32Array[]}
 */
export function written(strokes, { lean, turn }) {
  const all = strokes.flatMap((stroke) => [...stroke]);
  const points = all.length / 2;
  const middle = [0, 1].map((axis) => all.reduce((sum, value, i) => sum + (i % 2 === axis ? value : 0), 0) / points);
  const [x0 = 0, y0 = 0] = middle;
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  return strokes.map((stroke) => {
    const moved = new Float32Array(stroke.length);
    for (let i = 0; i + 1 < stroke.length; i += 2) {
      const y = (stroke[i + 1] ?? 0) - y0;
      // Upwards is towards smaller y.
      const x = (stroke[i] ?? 0) - x0 - lean * y;
      moved[i] = x0 + cos * x - sin * y;
      moved[i + 1] = y0 + sin * x + cos * y;
    }
    return moved;
  });
}
