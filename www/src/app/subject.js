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
 *
 * Where z comes from: the posterior mean of the image, a draw from its posterior, a draw from the prior, or a place
 * that somebody pointed at.
 * @typedef {'mean' | 'posterior' | 'prior' | 'place'} Source
 */

export class Subject {
  /** @type {Image | null} */ image = null;
  /** Latents set by hand; null: those that the encoder gives. @type {Float32Array | null} */ z = null;
  /** What eps is drawn with; null: eps is 0, so that z is mu. @type {number | null} */ seed = null;
  /** @type {Source} */ source = 'mean';
  /** Latents that a person moved since. @type {ReadonlySet<number>} */ moved = new Set();
  /** What a person wants the image read as; null: what it is known to be, or else a guess. @type {number | null} */
  label = null;

  /** @type {Set<() => void>} */ #listeners = new Set();

  get pixels() {
    return this.image?.pixels ?? null;
  }

  /** Whether z is the posterior mean. */
  get settled() {
    return this.z === null && this.seed === null;
  }

  /** Another image; null: there is none any more. @param {Image | null} image */
  set(image) {
    this.image = image;
    this.label = null;
    this.#follow('mean', null, null);
  }

  /** The page's own proposal, unless there is an image already. @param {Image} image */
  propose(image) {
    const { image: now } = this;
    if (now && now.origin !== 'example') return;
    // Two panels may propose the same.
    if (!now || image.pixels.some((level, i) => level !== now.pixels[i])) this.set(image);
  }

  /**
   * Latents set by hand.
   * @param {Float32Array} z
   * @param {number | Source} [by]   the one latent that was moved; or where all of them come from
   */
  turn(z, by = 'place') {
    if (typeof by === 'number') this.#follow(this.source, z, null, new Set([...this.moved, by]));
    else this.#follow(by, z, null);
  }

  /** Another draw from the posterior. @param {number} seed */
  draw(seed) {
    this.#follow('posterior', null, seed);
  }

  /** Reads the image as another label, and has it written as that. @param {number} label */
  say(label) {
    this.label = label;
    this.#tell();
  }

  /** Back to the posterior mean. */
  settle() {
    if (!this.settled) this.#follow('mean', null, null);
  }

  /** @param {() => void} listener @param {{signal?: AbortSignal}} [options] */
  onChange(listener, { signal } = {}) {
    this.#listeners.add(listener);
    signal?.addEventListener('abort', () => this.#listeners.delete(listener));
  }

  /** @param {Source} source @param {Float32Array | null} z @param {number | null} seed @param {Set<number>} [moved] */
  #follow(source, z, seed, moved = new Set()) {
    Object.assign(this, { source, z, seed, moved });
    this.#tell();
  }

  #tell() {
    for (const listener of [...this.#listeners]) listener();
  }
}
