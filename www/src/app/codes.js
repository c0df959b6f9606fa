// @ts-check
/**
 * Codes of a conditional model: the latents, then one weight a label. A model that knows no labels has latents only.
 *
 * @typedef {{latent: number, labels?: number}} Sizes   of a model
 */

/** Numbers of a code. @param {Sizes} model */
export const codeSize = ({ latent, labels = 0 }) => latent + labels;

/**
 * Latents with a label, as the decoder takes them. Any number of them: each gets the same label.
 * @param {Float32Array} latents @param {Sizes} model @param {number | null} label ignored if the model knows none
 * @returns {Float32Array}
 */
export function labelled(latents, { latent, labels = 0 }, label) {
  if (labels === 0) return latents;
  const size = latent + labels;
  const codes = new Float32Array((latents.length / latent) * size);
  for (let from = 0, to = 0; from < latents.length; from += latent, to += size) {
    codes.set(latents.subarray(from, from + latent), to);
    codes[to + latent + (label ?? 0)] = 1;
  }
  return codes;
}

/**
 * The latents of codes, without what says their labels; none if they are codes of another model.
 * @param {Float32Array} codes @param {Sizes} model
 */
export function latentsOf(codes, { latent, labels = 0 }) {
  const size = latent + labels;
  if (codes.length % size !== 0) return new Float32Array();
  if (labels === 0) return codes;
  const latents = new Float32Array((codes.length / size) * latent);
  for (let from = 0, to = 0; from < codes.length; from += size, to += latent) {
    latents.set(codes.subarray(from, from + latent), to);
  }
  return latents;
}

/**
 * The label that weighs most in a code; null if the model knows none.
 * @param {Float32Array} code @param {Sizes} model
 */
export function labelOf(code, { latent, labels = 0 }) {
  if (labels === 0) return null;
  const weights = code.subarray(latent, latent + labels);
  return weights.reduce((best, weight, i) => (weight > (weights[best] ?? 0) ? i : best), 0);
}
