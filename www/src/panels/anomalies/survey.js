// @ts-check
/**
 * The scores of many images: held-out digits, and three kinds of images that are none. They are asked for round by
 * round, a few of each kind, so that the picture is rough at once and fine after some seconds.
 *
 * @typedef {'letters' | 'scribbles' | 'shapes'} Kind
 *
 * @typedef {object} Scores   of one kind of image
 * @property {number[]} nats      negative ELBO of each image
 * @property {number[]} surplus   bits that the model takes beyond PNG's, of each image
 *
 * @typedef {Record<Kind | 'heldOut', Scores> & {rounds: number, all: number}} Survey   `all`: held-out digits that a
 *   whole survey has
 */

export const KINDS = /** @type {const} */ (['letters', 'scribbles', 'shapes']);
/** Rounds, and images of each kind in a round: letters and shapes come in turns of 13 and of 5. */
export const ROUNDS = 20;
const ROUND = { heldOut: 50, letters: 13, scribbles: 13, shapes: 15 };
/** After so many rounds the picture is good enough to take the place of an older one. */
export const ROUGH = 4;
const SEED = 1;

/** Nothing is measured yet. @returns {Survey} */
export function begin() {
  const none = () => ({ nats: [], surplus: [] });
  return { heldOut: none(), letters: none(), scribbles: none(), shapes: none(), rounds: 0, all: 0 };
}

/**
 * The survey after another round.
 * @param {Survey} survey
 * @param {(name: 'anomalyScores', query: any) =>
 * Promise<import('../../protocol.js').Requests['anomalyScores']['back']>} ask
 * @returns {Promise<Survey>}
 */
export async function goOn(survey, ask) {
  const next = { ...survey, rounds: survey.rounds + 1 };
  for (const kind of /** @type {const} */ (['heldOut', ...KINDS])) {
    const part = ROUND[kind];
    const query = { kind, seed: SEED, count: part * ROUNDS, first: part * survey.rounds, part };
    const { scores, png, total } = await ask('anomalyScores', query);
    const { nats, surplus } = survey[kind];
    next[kind] = {
      nats: [...nats, ...scores],
      surplus: [...surplus, ...scores.map((cost, i) => cost / Math.LN2 - (png[i] ?? NaN))],
    };
    if (kind === 'heldOut') next.all = total;
  }
  return next;
}

/** The share of `scores` below `score`. @param {readonly number[]} scores @param {number} score */
export const shareBelow = (scores, score) => scores.filter((one) => one < score).length / scores.length;

/**
 * Of each kind, the share of images in each of `count` equal bins; what lies beyond the last is left out.
 * @param {Survey} survey @param {number} count
 */
export function histogram(survey, count) {
  const low = Math.min(...survey.heldOut.nats, ...KINDS.flatMap((kind) => quantile(survey[kind].nats, 0.02)));
  const high = Math.max(...KINDS.map((kind) => quantile(survey[kind].nats, 0.97)), quantile(survey.heldOut.nats, 1));
  const width = (high - low) / count || 1;
  const edges = Array.from({ length: count + 1 }, (_, i) => low + i * width);
  const shares = (/** @type {readonly number[]} */ scores) => {
    const bins = new Array(count).fill(0);
    for (const score of scores) {
      const bin = Math.min(count - 1, Math.floor((score - low) / width));
      if (bin >= 0 && score <= high) bins[bin] += 1 / scores.length;
    }
    return bins;
  };
  return { edges, low, high, shares };
}

/** @param {readonly number[]} numbers @param {number} share */
function quantile(numbers, share) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}
