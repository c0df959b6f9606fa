// @ts-check
/**
 * What written digits teach: each classifier, with the real digits alone and with the written ones, draw by draw.
 *
 * @typedef {'neighbour' | 'logistic'} Method
 * @typedef {{method: Method, more: boolean}} Job
 *
 * @typedef {object} Measured
 * @property {boolean} written   the digits are written
 * @property {number} draw       draws of the real digits that are done
 * @property {number} draws      and of how many
 * @property {number} heldOut    digits that it is measured on
 * @property {number[]} sums     the sum of the accuracies of each job
 * @property {number[]} counts   over so many draws
 */

/** @type {readonly Job[]} */
export const JOBS = [
  { method: 'neighbour', more: false },
  { method: 'neighbour', more: true },
  { method: 'logistic', more: false },
  { method: 'logistic', more: true },
];
const SEED = 1;

/**
 * @param {import('../../ui/live-use.js').Ask} ask @param {'hand' | 'yours'} model
 * @param {(now: Measured) => void} tell
 */
export async function measure(ask, model, tell) {
  /** @type {Measured} */
  const now = { written: false, draw: 0, draws: 1, heldOut: 0, sums: JOBS.map(() => 0), counts: JOBS.map(() => 0) };
  tell(now);
  for (let first = true; !now.written; first = false) {
    const { done, total, draws, heldOut } = await ask('augmentPrepare', { model, seed: SEED, first });
    Object.assign(now, { written: done === total, draws, heldOut: heldOut ?? 0 });
  }
  for (; now.draw < now.draws; now.draw++) {
    for (const [i, job] of JOBS.entries()) {
      /** @type {number | null} */
      let found = null;
      while (found === null) {
        ({ accuracy: found } = await ask('augmentAccuracy', { ...job, draw: now.draw }));
      }
      now.sums[i] = (now.sums[i] ?? 0) + found;
      now.counts[i] = (now.counts[i] ?? 0) + 1;
      tell(now);
    }
  }
  tell(now);
}
