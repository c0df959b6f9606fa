// @ts-check
/**
 * What the engine measures, a little at a time: the digits of a study, their codes, and how well classifiers do that
 * were taught a few labels.
 *
 * @typedef {'neighbour' | 'logistic'} Method
 * @typedef {'codes' | 'pixels'} Seen
 * @typedef {import('../../app/uses-engine.js').Uses} Uses
 * @typedef {import('../../ui/live-use.js').Ask} Ask
 * @typedef {import('../../../../pkg/uses/inkling_web.js').LabelsBegun} Begun
 */

/** Whose codes the classifiers see: those of the pretrained models side by side, or those of the person's own. */
export const MODELS = { pretrained: /** @type {const} */ (['best', 'plane']), yours: /** @type {const} */ (['yours']) };
/** @typedef {keyof typeof MODELS} Whose */

/** @type {readonly Seen[]} */
export const SEEN = ['codes', 'pixels'];
const SEED = 1;
/** Images that are encoded between two looks at what else is asked. */
const AT_ONCE = 50;

/**
 * A conditional model's codes leave out what its labels say, so that it is none for this.
 * @param {Uses} uses @returns {Whose}
 */
export const whose = (uses) => (uses.model === 'yours' && uses.conditional !== 'yours' ? 'yours' : 'pretrained');

/** The sums of accuracies over the draws so far. */
export class Curves {
  /** @type {Map<string, {sum: number, draws: number}>} */
  #all = new Map();

  /** @param {Method} method @param {Seen} seen @param {number} size */
  #at(method, seen, size) {
    const key = `${method} ${seen} ${size}`;
    const found = this.#all.get(key) ?? { sum: 0, draws: 0 };
    this.#all.set(key, found);
    return found;
  }

  /**
   * The mean over the draws so far; NaN before the first.
   * @param {Method} method @param {Seen} seen @param {number} size
   */
  mean(method, seen, size) {
    const { sum, draws } = this.#at(method, seen, size);
    return sum / draws;
  }

  /** @param {Method} method @param {Seen} seen @param {number} size */
  draws(method, seen, size) {
    return this.#at(method, seen, size).draws;
  }

  /** @param {Method} method @param {Seen} seen @param {number} size @param {number} accuracy */
  add(method, seen, size, accuracy) {
    const found = this.#at(method, seen, size);
    found.sum += accuracy;
    found.draws += 1;
  }
}

/**
 * A study, and its images encoded.
 * @param {Ask} ask @param {Whose} of
 * @param {object} options
 * @param {(begun: Begun) => void} options.begun
 * @param {(share: number) => void} options.encoded
 * @returns {Promise<{begun: Begun, latents: number}>}
 */
export async function study(ask, of, { begun: onBegun, encoded }) {
  const models = MODELS[of];
  const begun = await ask('labelsBegin', { models: models.length, seed: SEED });
  onBegun(begun);
  let latents = 0;
  for (const [which, model] of models.entries()) {
    for (let done = 0, total = 1; done < total; ) {
      const back = await ask('labelsEncode', { model, which, count: AT_ONCE });
      ({ done, total } = back);
      latents = back.latents ?? 0;
      encoded((which + done / total) / models.length);
    }
  }
  return { begun, latents };
}

/**
 * The accuracy of one classifier.
 * @param {Ask} ask @param {{method: Method, seen: Seen, size: number, draw: number}} query
 */
export async function accuracy(ask, query) {
  for (;;) {
    const { accuracy: found } = await ask('labelsAccuracy', query);
    if (found !== null) return found;
  }
}
