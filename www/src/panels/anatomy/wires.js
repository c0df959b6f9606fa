// @ts-check
/**
 * What flows into a unit and out of it, drawn as curves between the figures; and the faint funnel that joins the
 * layers.
 *
 * @typedef {import('./plan.js').Figure} Figure
 * @typedef {import('../../protocol.js').UnitWeights} UnitWeights
 * @typedef {{id: string, index: number}} Place   a figure and a unit of it, or a cell of an image
 * @typedef {{from: Place, to: Place, value: number}} Wire
 * @typedef {{x: number, y: number, width: number, height: number}} Rect
 */

/** So many of the strongest are drawn in either direction. */
export const MOST = 12;
const SVG = 'http://www.w3.org/2000/svg';

/** Sum of products. @param {ArrayLike<number>} a @param {ArrayLike<number>} b @param {number} from in `b` */
function dot(a, b, from) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[from + i] ?? 0);
  return sum;
}

/** @param {ArrayLike<number>} values @param {number} from @param {number} count */
function meanSize(values, from, count) {
  let sum = 0;
  for (let i = from; i < from + count; i++) sum += Math.abs(values[i] ?? 0);
  return sum / count;
}

/**
 * How strongly a kernel passes on what it reads: the sum of its weights' sizes times the mean size of its input, with
 * the sign of the weights' sum. (Every place of the image has its own product; this is one number for all.)
 * @param {ArrayLike<number>} kernel @param {number} size of the input
 */
function strength(kernel, size) {
  let [sizes, sum] = [0, 0];
  for (let i = 0; i < kernel.length; i++) {
    sizes += Math.abs(kernel[i] ?? 0);
    sum += kernel[i] ?? 0;
  }
  return (sum < 0 ? -1 : 1) * sizes * size;
}

/**
 * Weight times activation of everything that a unit reads.
 * @param {Figure} source @param {ArrayLike<number>} values its activations @param {Float32Array} weights
 * @param {number[]} shape of the weights: [inputs], or [channels, side, side]
 * @returns {{index: number, value: number}[]}
 */
export function incoming(source, values, weights, [count = 0, side = 1]) {
  const per = source.side ** 2;
  const kernel = side ** 2;
  const whole = count * kernel === values.length;
  /** @type {{index: number, value: number}[]} */
  const found = [];
  if (whole && source.form === 'image') {
    for (let i = 0; i < values.length; i++) found.push({ index: i, value: (weights[i] ?? 0) * (values[i] ?? 0) });
  } else if (whole) {
    for (let i = 0; i < source.units; i++) {
      found.push({ index: i, value: dot(weights.subarray(i * per, (i + 1) * per), values, i * per) });
    }
  } else {
    // Numbers of the source that make a channel.
    const run = values.length / count;
    for (let c = 0; c < count; c++) {
      const value = strength(weights.subarray(c * kernel, (c + 1) * kernel), meanSize(values, c * run, run));
      const first = source.form === 'image' ? 14 * 28 + 14 : Math.floor((c * run) / per);
      const middle = source.side === 1 && source.form !== 'image' ? Math.floor(run / 2) : 0;
      found.push({ index: first + middle, value });
    }
  }
  return found;
}

/**
 * Weight times activation of a unit for everything that reads it.
 * @param {ArrayLike<number>} own its activations: one, or an image @param {Float32Array} weights
 * @param {number[]} shape of the weights: [readers], or [readers, side, side]
 * @returns {{index: number, value: number}[]}
 */
export function outgoing(own, weights, [count = 0, side = 1]) {
  const per = side ** 2;
  return Array.from({ length: count }, (_, index) => {
    const part = weights.subarray(index * per, (index + 1) * per);
    const value = per === own.length ? dot(part, own, 0) : strength(part, meanSize(own, 0, own.length));
    return { index, value };
  });
}

/** The strongest, strongest first. @template {{value: number}} T @param {T[]} all @returns {T[]} */
export const strongest = (all) =>
  all
    .filter(({ value }) => value !== 0 && Number.isFinite(value))
    .sort((a, b) => Math.abs(b.value) - Math.abs(a.value))
    .slice(0, MOST);

/** @param {string} name @param {Record<string, string | number>} attributes */
function svg(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  return element;
}

const round = (/** @type {number} */ n) => Math.round(n * 10) / 10;

/**
 * Two lines that lead from one figure's height to that of the next.
 * @param {Element} group @param {[Rect, Rect][]} pairs
 */
export function drawFunnels(group, pairs) {
  const paths = pairs.map(([a, b]) => {
    const [left, right] = [a.x + a.width + 3, b.x - 3];
    const lines = [
      [a.y, b.y],
      [a.y + a.height, b.y + b.height],
    ].map(([from = 0, to = 0]) => `M${round(left)} ${round(from)}L${round(right)} ${round(to)}`);
    return svg('path', { d: lines.join('') });
  });
  group.replaceChildren(...paths);
}

/** Arcs over what they pass by. @param {Element} group @param {[Rect, Rect][]} pairs */
export function drawSkips(group, pairs) {
  const paths = pairs.map(([a, b]) => {
    const [from, to] = [a.x + a.width / 2, b.x + b.width / 2];
    const top = Math.min(a.y, b.y) - 4;
    const curve = [from, top - 12, to, top - 12, to, b.y - 3].map(round);
    const d = `M${round(from)} ${round(a.y - 3)}C${curve.join(' ')}`;
    return svg('path', { d });
  });
  group.replaceChildren(...paths);
}

/**
 * Thick where much flows; dashed where it lowers what it reaches, so that colour is not the only sign.
 * @param {Element} group @param {Wire[]} wires @param {(place: Place) => Rect | null} locate
 */
export function drawWires(group, wires, locate) {
  const most = Math.max(...wires.map(({ value }) => Math.abs(value)), 0);
  const paths = wires.flatMap(({ from, to, value }) => {
    const [a, b] = [locate(from), locate(to)];
    if (!a || !b || most === 0) return [];
    const [x1, y1, x2, y2] = [a.x + a.width / 2, a.y + a.height / 2, b.x + b.width / 2, b.y + b.height / 2].map(round);
    const middle = round(((x1 ?? 0) + (x2 ?? 0)) / 2);
    const d = `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`;
    const wide = round(0.6 + 3.4 * (Math.abs(value) / most));
    return [svg('path', { d, 'stroke-width': wide, class: value < 0 ? 'wire negative' : 'wire' })];
  });
  group.replaceChildren(...paths);
}
