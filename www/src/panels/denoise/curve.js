// @ts-check
/**
 * The error of held-out digits with noise, and of what comes back, as a curve over the strength. It grows by parts: the
 * worker answers other questions between them.
 *
 * @typedef {'gaussian' | 'salt' | 'patches'} Kind
 *
 * @typedef {object} Curve   sums over `digits` images, a number for each strength
 * @property {number} digits
 * @property {boolean} done
 * @property {Float64Array} before
 * @property {Float64Array} after
 */

/** 0, 0.2, ..., 1 */
export const STRENGTHS = Float32Array.from({ length: 6 }, (_, i) => i / 5);
/** Held-out digits of a whole curve. */
const DIGITS = 500;
/** How long a part may take, in ms, and how many digits the first one has. */
const [MOMENT, FIRST] = [200, 2];

export class Curves {
  /** @type {Map<Kind, Curve>} */ #curves = new Map();
  #part = FIRST;

  /** The model or the data are others now. */
  clear() {
    this.#curves.clear();
  }

  /** @param {Kind} kind @returns {Curve} */
  of(kind) {
    const none = () => new Float64Array(STRENGTHS.length);
    const curve = this.#curves.get(kind) ?? { digits: 0, done: false, before: none(), after: none() };
    this.#curves.set(kind, curve);
    return curve;
  }

  /**
   * The next digits.
   * @param {Kind} kind @param {import('../../ui/live-use.js').Ask} ask @param {'best' | 'hand' | 'yours'} model
   */
  async grow(kind, ask, model) {
    const curve = this.of(kind);
    const count = Math.min(this.#part, DIGITS - curve.digits);
    const query = { kind, strengths: STRENGTHS, from: curve.digits, count, seed: 1, model };
    const start = performance.now();
    const answer = await ask('denoiseCurve', query);
    const each = (performance.now() - start) / count;
    this.#part = Math.max(1, Math.min(50, Math.round(MOMENT / each), 2 * count));
    curve.digits += answer.images;
    curve.done = answer.images < count || curve.digits >= DIGITS;
    for (let i = 0; i < STRENGTHS.length; i++) {
      curve.before[i] = (curve.before[i] ?? 0) + (answer.squaredBefore[i] ?? 0);
      curve.after[i] = (curve.after[i] ?? 0) + (answer.squaredAfter[i] ?? 0);
    }
  }
}
