// @ts-check
/**
 * What happens to the image at hand inside the model: asked once, shared by all panels that show it. It follows the
 * hand at once and training a few times a second, while one of those panels is in sight.
 *
 * @typedef {import('../protocol.js').Inspected} Inspected
 *
 * @typedef {object} Look
 * @property {Inspected} answer
 * @property {import('./subject.js').Image} image   what was looked into
 * @property {unknown} model     whose inside it is: `store.standing.model` of then
 * @property {number} step       how far that was trained
 */
import { latest } from '../ui/latest.js';
import { liveView } from '../ui/live-view.js';

/** How often the pictures follow training, in ms. */
const EVERY = 300;

export class Inspection {
  /** The newest answer; null while there is no image or no model. @type {Look | null} */ now = null;
  /** Why there is none, if asking failed. @type {unknown} */ problem = null;

  #store;
  #session;
  #subject;
  /** @type {Set<() => void>} */ #listeners = new Set();
  /** Elements in sight that show something of it. @type {Set<Element>} */ #watching = new Set();
  #soon = latest(() => this.#look());

  /**
   * @param {import('./store.js').Store} store @param {import('./session.js').Session} session
   * @param {import('./subject.js').Subject} subject
   */
  constructor(store, session, subject) {
    this.#store = store;
    this.#session = session;
    this.#subject = subject;
    subject.onChange(() => this.#watching.size > 0 && this.#soon());
  }

  /** @param {() => void} listener @param {{signal?: AbortSignal}} [options] */
  onChange(listener, { signal } = {}) {
    this.#listeners.add(listener);
    signal?.addEventListener('abort', () => this.#listeners.delete(listener));
  }

  /** Keeps the answer up to date while the element is in sight. @param {Element} element @param {AbortSignal} signal */
  watch(element, signal) {
    const seen = new IntersectionObserver(([entry]) => {
      if (!entry?.isIntersecting) return this.#watching.delete(element);
      this.#watching.add(element);
      this.#soon();
    });
    seen.observe(element);
    signal.addEventListener('abort', () => {
      seen.disconnect();
      this.#watching.delete(element);
    });
    liveView({ store: this.#store, element, every: EVERY, work: () => this.#look(), lazy: true, signal });
  }

  async #look() {
    const { image, z, seed } = this.#subject;
    const { standing } = this.#store;
    if (!image || !standing) {
      this.#tell(null, null);
      return;
    }
    const fits = z && z.length === standing.model.latent;
    const { pixels } = image;
    try {
      const answer = await this.#session.ask('inspect', {
        pixels,
        ...(fits ? { z } : {}),
        ...(seed === null ? {} : { seed }),
      });
      if (image === this.#subject.image)
        this.#tell({ answer, image, model: standing.model, step: standing.step }, null);
    } catch (problem) {
      this.#tell(null, problem);
    }
  }

  /** @param {Look | null} now @param {unknown} problem */
  #tell(now, problem) {
    this.now = now;
    this.problem = problem;
    for (const listener of [...this.#listeners]) listener();
  }
}
