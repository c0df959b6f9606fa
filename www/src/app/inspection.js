// @ts-check
/**
 * What happens to the image at hand inside the model: asked once, shared by all panels that show it. It follows the
 * hand at once and training a few times a second, while one of those panels is in sight.
 *
 * @typedef {import('../protocol.js').Inspected} Inspected
 *
 * @typedef {object} Look
 * @property {Inspected} answer   its z without the label
 * @property {number | null} label   what the image was read and written as; null: the model knows no labels
 * @property {import('./subject.js').Image} image   what was looked into
 * @property {unknown} model     whose inside it is: `store.standing.model` of then
 * @property {number} step       how far that was trained
 */
import { toFailure } from '../protocol.js';
import { inSight } from '../ui/in-sight.js';
import { latest } from '../ui/latest.js';
import { labelled, labelOf, latentsOf } from './codes.js';

/** How often the pictures follow training, in ms. */
const EVERY = 300;

export class Inspection {
  /** The newest answer; null while there is no image or no model. @type {Look | null} */ now = null;
  /** Why there is none, if asking failed. @type {unknown} */ problem = null;

  #store;
  #session;
  #subject;
  /** @type {Set<() => void>} */ #listeners = new Set();
  /** One for each element that shows something of it. @type {Set<() => boolean>} */ #watching = new Set();
  /** The model of the last look. @type {unknown} */ #model = null;
  /** Whether the answer is older than what it is about. */ #stale = true;
  #busy = false;
  #last = -Infinity;
  #cost = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  #soon = latest(() => this.#look());

  /**
   * @param {import('./store.js').Store} store @param {import('./session.js').Session} session
   * @param {import('./subject.js').Subject} subject
   */
  constructor(store, session, subject) {
    this.#store = store;
    this.#session = session;
    this.#subject = subject;
    subject.onChange(() => {
      this.#stale = true;
      this.#follow(0);
    });
    store.on('model', () => this.#another());
    store.on('shown', () => this.#another());
    let seen = -1;
    store.on('progress', ({ step }) => {
      if (step === seen || store.pretrainedShown) return;
      seen = step;
      this.#stale = true;
      this.#follow(EVERY);
    });
    globalThis.document?.addEventListener('visibilitychange', () => this.#follow(0));
  }

  /**
   * What the image at hand is read and written as: what a person says, what it is known to be, or the model's guess.
   * Null where the model that is shown knows no labels.
   * @returns {{label: number, by: 'person' | 'data' | 'guess'} | null}
   */
  get label() {
    const { standing } = this.#store;
    if (!standing?.model.labels) return null;
    const known = this.#known(standing.model.labels);
    if (known !== null) return { label: known, by: known === this.#subject.label ? 'person' : 'data' };
    const guessed = this.now?.model === standing.model && this.now.image === this.#subject.image;
    return { label: (guessed && this.now?.label) || 0, by: 'guess' };
  }

  /** What is known of the image without the model. @param {number} labels that it knows */
  #known(labels) {
    const { label, image } = this.#subject;
    return [label, image?.label].find((one) => one !== null && one !== undefined && one < labels) ?? null;
  }

  /** @param {() => void} listener @param {{signal?: AbortSignal}} [options] */
  onChange(listener, { signal } = {}) {
    this.#listeners.add(listener);
    signal?.addEventListener('abort', () => this.#listeners.delete(listener));
  }

  /**
   * Keeps the answer up to date while the element is in sight, and calls `show` for each answer; for one that came
   * while the element was out of sight, once it is back.
   * @param {Element} element @param {AbortSignal} signal @param {() => void} [show]
   */
  watch(element, signal, show) {
    let missed = false;
    const come = () => {
      if (missed) show?.();
      missed = false;
      this.#follow(0);
    };
    const seen = inSight(element, come, signal);
    this.#watching.add(seen);
    signal.addEventListener('abort', () => this.#watching.delete(seen));
    if (!show) return;
    this.onChange(
      () => {
        if (seen()) show();
        else missed = true;
      },
      { signal },
    );
  }

  /** Another model is in place: latents that were set by hand mean nothing to it. */
  #another() {
    const model = this.#store.standing?.model ?? null;
    this.#stale = true;
    if (model !== this.#model) {
      this.#model = model;
      this.#subject.settle();
    }
    this.#follow(0);
  }

  /**
   * Looks if that is worth it: at once, or no sooner than `every` ms after the last time, less often where a look takes
   * long.
   * @param {number} every
   */
  #follow(every) {
    clearTimeout(this.#timer);
    // A look that is under way sees to the next one itself.
    if (!this.#stale || (this.#busy && every > 0)) return;
    if (document.hidden || ![...this.#watching].some((seen) => seen())) return;
    const wait = every === 0 ? 0 : this.#last + Math.max(every, 3 * this.#cost) - performance.now();
    if (wait > 0) this.#timer = setTimeout(() => this.#follow(every), wait);
    else this.#soon();
  }

  async #look() {
    const { image, z, seed } = this.#subject;
    const { standing } = this.#store;
    this.#stale = false;
    if (!image || !standing) return this.#tell(null, null);
    const { model, step } = standing;
    const label = this.#known(model.labels);
    const start = performance.now();
    this.#busy = true;
    try {
      const answer = await this.#session.ask('inspect', {
        pixels: image.pixels,
        ...(z?.length === model.latent ? { z: labelled(z, model, this.label?.label ?? null) } : {}),
        ...(seed === null ? {} : { seed }),
        ...(label === null ? {} : { label }),
      });
      if (this.#subject.image) {
        const read = { answer: { ...answer, z: latentsOf(answer.z, model) }, label: labelOf(answer.z, model) };
        this.#tell({ ...read, image, model, step }, null);
      }
    } catch (problem) {
      // While one model takes another's place there is none: the next one is looked into.
      const { code } = toFailure(problem);
      if (code !== 'state' && code !== 'cancelled') this.#tell(null, problem);
    }
    this.#last = performance.now();
    this.#cost = this.#last - start;
    this.#busy = false;
    this.#follow(EVERY);
  }

  /** @param {Look | null} now @param {unknown} problem */
  #tell(now, problem) {
    this.now = now;
    this.problem = problem;
    for (const listener of [...this.#listeners]) listener();
  }
}
