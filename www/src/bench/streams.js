// @ts-check
/**
 * The random streams that all peers of the benchmark share, bit for bit: which images make a batch, which latents are
 * decoded.
 */

export const BATCH = 128;
const IMAGES = 8192;
/** Latent sizes, which the engine has too. */
const LATENT = { M: 20, C: 2, R: 32 };

/** @param {number} a the seed @returns {() => number} numbers in 0..1 */
function mulberry32(a) {
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = a;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Batches without end, freshly shuffled in each epoch. @returns {() => Int32Array} */
export function makeBatches() {
  const random = mulberry32(777);
  const order = Int32Array.from({ length: IMAGES }, (_, i) => i);
  let at = IMAGES;
  return () => {
    if (at + BATCH > IMAGES) {
      for (let i = IMAGES - 1; i > 0; i--) {
        const j = Math.floor(random() * (i + 1));
        const kept = /** @type {number} */ (order[i]);
        order[i] = /** @type {number} */ (order[j]);
        order[j] = kept;
      }
      at = 0;
    }
    at += BATCH;
    return order.slice(at - BATCH, at);
  };
}

/** @param {import('./types.js').Workload} workload @param {number} count @param {number} seed */
export function makeLatents(workload, count, seed) {
  const random = mulberry32(seed);
  return Float32Array.from({ length: count * LATENT[workload] }, () => 4 * random() - 2);
}
