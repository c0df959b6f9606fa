// @ts-check
/**
 * Which part of the plane the map shows, and where on the canvas a place lies. Along both axes a unit is equally long.
 * The axes can be stretched so that equal shares of a standard normal are equally wide: then the prior covers the map
 * evenly.
 *
 * @typedef {import('./geometry.js').Point} Point
 * @typedef {{left: number, top: number, side: number}} Plot   the square inside the canvas, in CSS pixels
 * @typedef {{from: number, to: number}} Span
 */
import { cdf, quantile } from './normal.js';

/**
 * Room for the numbers and names of the axes, at the left and below; as much in all both ways, so that both are square.
 */
const MARGIN = { left: 44, right: 5, top: 5, bottom: 44 };
/** Room between the outermost point and the edge. */
const AIR = 1.06;
/** A map of codes that all lie at 0 has to look like one: it is never zoomed to their dust by itself. */
const LEAST_HALF = 1.5;
/** How much closer than the whole one can go, and how much farther. */
const CLOSER = 60;
const FARTHER = 2;
/** The codes have shrunk if they take up less than this share of the map. */
const SHRUNK = 0.6;
/** With quantiles, half of the map stands for half of the prior. */
const QUANTILE_HALF = 3;
/** The least share of the prior beyond the edge of a map of quantiles: 3.7 standard deviations. */
const EDGE_SHARE = 1e-4;
/** Between two numbers at an axis, in CSS pixels. */
const TICK_ROOM = 46;

export class View {
  /** Middle and half of an edge, in stretched units. */
  #middle = /** @type {Point} */ ([0, 0]);
  #half = 3;
  /** The same, as the points have it. @type {{middle: Point, half: number}} */
  #whole = { middle: [0, 0], half: 3 };
  #side = 300;
  #quantiles = false;
  /** Whether a person chose what to see. */ moved = false;

  /** Changes with everything that moves a place on the canvas. */
  get key() {
    return [...this.#middle, this.#half, this.#side, this.#quantiles].join(' ');
  }

  /** @returns {Plot} */
  get plot() {
    return { left: MARGIN.left, top: MARGIN.top, side: this.#side - MARGIN.left - MARGIN.right };
  }

  /** How much closer it is than the whole. */
  get zoom() {
    return this.#whole.half / this.#half;
  }

  get quantiles() {
    return this.#quantiles;
  }

  /** @param {number} width of the canvas, in CSS pixels */
  resize(width) {
    this.#side = Math.max(width, 2 * (MARGIN.left + MARGIN.right));
  }

  /** The middle of the plot, on the canvas. @returns {Point} */
  get centre() {
    const { left, top, side } = this.plot;
    return [left + side / 2, top + side / 2];
  }

  get canZoomOut() {
    return this.#half < 0.999 * FARTHER * this.#whole.half;
  }

  /** @param {boolean} quantiles */
  stretch(quantiles) {
    if (quantiles === this.#quantiles) return;
    this.#quantiles = quantiles;
    if (quantiles) this.#whole = { middle: [0, 0], half: QUANTILE_HALF * AIR };
    this.moved = false;
    this.reset();
  }

  /**
   * Shows all of these, unless a person has chosen what to see. A map that follows training does not twitch: it only
   * changes where points would lie outside, or huddle in the middle.
   * @param {Float32Array} points x, y, x, y… @param {boolean} [anew] other axes: nothing to hold on to
   */
  fit(points, anew = false) {
    if (this.#quantiles || points.length === 0) return;
    const spans = [0, 1].map((axis) => spanOf(points, axis));
    // A run that diverged has no numbers to show.
    if (!spans.every(({ from, to }) => Number.isFinite(from) && Number.isFinite(to))) return;
    const [x, y] = spans.map(({ from, to }) => (from + to) / 2);
    const reach = AIR * Math.max(LEAST_HALF, ...spans.map(({ from, to }) => (to - from) / 2));
    const { middle, half } = this.#whole;
    const inside = spans.every(({ from, to }, i) => from >= (middle[i] ?? 0) - half && to <= (middle[i] ?? 0) + half);
    if (!anew && inside && reach > SHRUNK * half) return;
    this.#whole = { middle: [x ?? 0, y ?? 0], half: reach };
    if (!this.moved || anew) this.reset();
  }

  /** Back to the whole. */
  reset() {
    this.#middle = [...this.#whole.middle];
    this.#half = this.#whole.half;
    this.moved = false;
  }

  /** @param {number} factor over 1: closer @param {Point} at what stays where it is, on the canvas */
  zoomBy(factor, at) {
    const before = this.#unstretched(at);
    const half = this.#half / factor;
    this.#half = Math.min(FARTHER * this.#whole.half, Math.max(this.#whole.half / CLOSER, half));
    const after = this.#unstretched(at);
    this.#middle = [this.#middle[0] + before[0] - after[0], this.#middle[1] + before[1] - after[1]];
    this.#keepInSight();
    this.moved = true;
  }

  /** @param {number} dx of the hand, in CSS pixels @param {number} dy */
  panBy(dx, dy) {
    const unit = (2 * this.#half) / this.plot.side;
    this.#middle = [this.#middle[0] - dx * unit, this.#middle[1] + dy * unit];
    this.#keepInSight();
    this.moved = true;
  }

  /** Moves it as little as is needed to show this place. @param {Point} place */
  reveal(place) {
    const [x, y] = place.map((value) => this.stretched(value));
    const room = 0.92 * this.#half;
    const by = /** @type {Point} */ (
      [x ?? 0, y ?? 0].map((value, i) => {
        const off = value - (this.#middle[i] ?? 0);
        return Math.sign(off) * Math.max(0, Math.abs(off) - room);
      })
    );
    if (by[0] === 0 && by[1] === 0) return;
    this.#middle = [this.#middle[0] + by[0], this.#middle[1] + by[1]];
    this.moved = true;
  }

  /** Where a place lies on the canvas, in CSS pixels. @param {number} x @param {number} y @returns {Point} */
  toCanvas(x, y) {
    const { left, top, side } = this.plot;
    const unit = side / (2 * this.#half);
    return [
      left + (this.stretched(x) - this.#middle[0] + this.#half) * unit,
      top + (this.#middle[1] + this.#half - this.stretched(y)) * unit,
    ];
  }

  /** The place there; the nearest one for what lies outside of the plot. @param {Point} at @returns {Point} */
  toPlace([left, top]) {
    const { plot } = this;
    const within = (/** @type {number} */ value, /** @type {number} */ from) =>
      Math.min(from + plot.side, Math.max(from, value));
    const [x, y] = this.#unstretched([within(left, plot.left), within(top, plot.top)]);
    return [this.#relaxed(x), this.#relaxed(y)];
  }

  /** What both axes show, in their own units. @returns {[Span, Span]} */
  get spans() {
    const span = (/** @type {number} */ middle) => ({
      from: this.#relaxed(middle - this.#half),
      to: this.#relaxed(middle + this.#half),
    });
    return [span(this.#middle[0]), span(this.#middle[1])];
  }

  /** The square that is shown, in stretched units. */
  get square() {
    return { middle: /** @type {Point} */ ([...this.#middle]), half: this.#half };
  }

  /** Where such a square lies on the canvas. @param {{middle: Point, half: number}} square */
  squareOnCanvas({ middle: [x, y], half }) {
    const { left, top, side } = this.plot;
    const unit = side / (2 * this.#half);
    return {
      left: left + (x - half - this.#middle[0] + this.#half) * unit,
      top: top + (this.#middle[1] + this.#half - y - half) * unit,
      side: 2 * half * unit,
    };
  }

  /**
   * The places in the middle of `count` by `count` equal cells of a square, row by row from the upper left.
   * @param {{middle: Point, half: number}} square @param {number} count @returns {Point[]}
   */
  cells({ middle: [x, y], half }, count) {
    const at = (/** @type {number} */ i) => ((2 * i + 1) / count - 1) * half;
    return Array.from({ length: count * count }, (_, i) => [
      this.#relaxed(x + at(i % count)),
      this.#relaxed(y - at(Math.floor(i / count))),
    ]);
  }

  /** Round numbers along an axis, as many as there is room for. @param {0 | 1} axis @returns {number[]} */
  ticks(axis) {
    const { from, to } = this.spans[axis];
    const step = nice(((to - from) * TICK_ROOM) / this.plot.side / (this.#quantiles ? 2 : 1));
    const onCanvas = (/** @type {number} */ value) => this.toCanvas(value, value)[axis];
    /** @type {number[]} */
    const found = [];
    // From the middle outwards: where the axis is stretched, the numbers near 0 are those that count.
    const first = Math.round((from + to) / 2 / step);
    const last = Math.ceil((to - from) / step);
    for (let i = 0; i <= 2 * last; i++) {
      const value = (first + (i % 2 ? -1 : 1) * Math.ceil(i / 2)) * step;
      if (value < from || value > to) continue;
      if (found.every((other) => Math.abs(onCanvas(other) - onCanvas(value)) >= 0.8 * TICK_ROOM)) found.push(value);
    }
    return found.sort((a, b) => a - b);
  }

  /** How far an arrow key moves: a round number, some sixty to an edge. */
  get stride() {
    const { from, to } = this.spans[0];
    return nice((to - from) / 100);
  }

  /** A number on an axis, as it is stretched. @param {number} value */
  stretched = (value) => (this.#quantiles ? 2 * QUANTILE_HALF * (cdf(value) - 0.5) : value);

  /** @param {number} value */
  #relaxed(value) {
    if (!this.#quantiles) return value;
    return quantile(Math.min(1 - EDGE_SHARE, Math.max(EDGE_SHARE, value / (2 * QUANTILE_HALF) + 0.5)));
  }

  /** In stretched units. @param {Point} at on the canvas @returns {Point} */
  #unstretched([left, top]) {
    const { plot } = this;
    const unit = (2 * this.#half) / plot.side;
    return [
      this.#middle[0] - this.#half + (left - plot.left) * unit,
      this.#middle[1] + this.#half - (top - plot.top) * unit,
    ];
  }

  /** One cannot get lost: some of the whole stays in sight. */
  #keepInSight() {
    const { middle, half } = this.#whole;
    this.#middle = /** @type {Point} */ (
      this.#middle.map((value, i) => Math.min((middle[i] ?? 0) + half, Math.max((middle[i] ?? 0) - half, value)))
    );
  }
}

/** @param {Float32Array} points @param {number} axis @returns {Span} */
function spanOf(points, axis) {
  let [from, to] = [Infinity, -Infinity];
  for (let i = axis; i < points.length; i += 2) {
    const value = points[i] ?? 0;
    if (value < from) from = value;
    if (value > to) to = value;
  }
  return { from, to };
}

/** 1, 2 or 5 times a power of ten, the least that is not less. @param {number} value over 0 */
export function nice(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  const digit = [1, 2, 5, 10].find((digit) => digit * power >= value * (1 - 1e-9)) ?? 10;
  return digit * power;
}
