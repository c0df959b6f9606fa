// @ts-check
/**
 * The image at hand: what Inside looks into. Whoever draws, samples or points at a place of the map puts it here.
 *
 * @typedef {'example' | 'drawing' | 'heldOut' | 'sample' | 'place'} Origin
 *
 * @typedef {object} Image
 * @property {Uint8Array} pixels   784 grey levels
 * @property {Origin} origin       'example': the page's own proposal, which anything else replaces
 * @property {import('../protocol.js').Message} name   "held-out digit 3"
 * @property {number | null} [label]   the digit that it is, if known
 */

export class Subject {
  /** @type {Image | null} */ image = null;
  /** Latents set by hand; null: those that the encoder gives. @type {Float32Array | null} */ z = null;
  /** What eps is drawn with; null: eps is 0, so that z is mu. @type {number | null} */ seed = null;

  /** @type {Set<() => void>} */ #listeners = new Set();

  get pixels() {
    return this.image?.pixels ?? null;
  }

  /** Another image; null: there is none any more. @param {Image | null} image */
  set(image) {
    this.image = image;
    this.z = this.seed = null;
    this.#changed();
  }

  /** The page's own proposal, unless there is an image already. @param {Image} image */
  propose(image) {
    if (!this.image || this.image.origin === 'example') this.set(image);
  }

  /** Latents set by hand. @param {Float32Array} z */
  turn(z) {
    this.z = z;
    this.seed = null;
    this.#changed();
  }

  /** Another draw from the posterior. @param {number} seed */
  draw(seed) {
    this.seed = seed;
    this.z = null;
    this.#changed();
  }

  /** Back to the posterior mean. */
  settle() {
    if (this.z === null && this.seed === null) return;
    this.z = this.seed = null;
    this.#changed();
  }

  /** @param {() => void} listener @param {{signal?: AbortSignal}} [options] */
  onChange(listener, { signal } = {}) {
    this.#listeners.add(listener);
    signal?.addEventListener('abort', () => this.#listeners.delete(listener));
  }

  #changed() {
    for (const listener of [...this.#listeners]) listener();
  }
}
