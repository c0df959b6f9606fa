// @ts-check
/**
 * What the model is taught with: digits, which it shall not forget, and the drawings among them as one class more.
 *
 * @typedef {import('../../protocol.js').DataSource} DataSource
 */
import { GENERATED } from '../../app/data-source.js';
import { HANDS, written } from './variants.js';

/** The new class comes after the digits. */
export const SYMBOL = 10;
export const LABELS = SYMBOL + 1;
/** As many drawings as it takes, and as there may be. */
export const [FEWEST, MOST] = [5, 20];
/**
 * The symbol's share of an epoch. As one class among eleven, its few drawings would not fill the prior within so short
 * a lesson: most samples would be mixtures of digits.
 */
const SHARE = 0.5;
/** What the engine takes of copies. */
const MOST_COPIES = 1000;
/** About as many steps as it takes, and images in each. */
const [STEPS, BATCH] = [300, 128];
/** More than a new model has: what is new has to be learned, not only what is there kept. */
export const LEARNING_RATE = 0.01;

/** @typedef {{strokes: Float32Array[], pen: number, pixels: Uint8Array}} Drawing */

/** Whether the data set holds ten classes of digits, which the model knows. @param {DataSource | null} source */
export const holdsDigits = (source) => source?.kind === 'generated' || source?.kind === 'mnist';

/**
 * The data to train on, and for how long: digits of the page's data set, or generated ones where that holds none, and
 * the drawings, each in several hands.
 * @param {import('../../app/session.js').Session} session @param {import('../../app/store.js').Store} store
 * @param {readonly Drawing[]} drawings @returns {Promise<{source: DataSource, epochs: number}>}
 */
export async function lesson(session, { source, dataset }, drawings) {
  /** @type {Uint8Array[]} */
  const images = [];
  for (const { strokes, pen } of drawings) {
    for (const hand of HANDS) {
      const { empty, input } = await session.ask('draw', {
        strokes: written(strokes, hand),
        pen: pen * hand.width,
        model: 'hand',
      });
      if (!empty) images.push(input);
    }
  }
  const pixels = new Uint8Array(images.length * 784);
  for (const [i, image] of images.entries()) pixels.set(image, i * 784);
  const own = source && dataset && holdsDigits(source);
  // A person's own digits make room: they come back with the run of before.
  const { mix: _, ...base } = own ? source : GENERATED;
  const digits = own ? dataset.train - dataset.own * dataset.times : (5 / 6) * GENERATED.count;
  const wanted = Math.round((SHARE / (1 - SHARE)) * (digits / images.length));
  const times = Math.min(MOST_COPIES, Math.max(1, wanted));
  const labels = new Uint8Array(images.length).fill(SYMBOL);
  return {
    source: /** @type {DataSource} */ ({ ...base, mix: { pixels, labels, times } }),
    epochs: Math.max(1, Math.round((STEPS * BATCH) / (digits + images.length * times))),
  };
}

/**
 * The drawings that a data source mixes in, each in the hand that drew it; null if it mixes in none.
 * @param {DataSource | null} source
 */
export function taughtWith(source) {
  const mix = source?.mix;
  if (!mix || mix.labels.some((label) => label !== SYMBOL)) return null;
  const own = mix.labels.length / HANDS.length;
  const pixels = new Uint8Array(Math.ceil(own) * 784);
  for (let i = 0; i < own; i++) {
    const from = i * HANDS.length * 784;
    pixels.set(mix.pixels.subarray(from, from + 784), i * 784);
  }
  return pixels;
}

/** The mean of images, 784 grey levels each. @param {Uint8Array} pixels */
export function meanOf(pixels) {
  const mean = new Float32Array(784);
  for (const [i, level] of pixels.entries()) mean[i % 784] = (mean[i % 784] ?? 0) + level;
  const count = pixels.length / 784;
  return mean.map((sum) => sum / count);
}

/** How alike two images are: their correlation over the pixels. @param {Float32Array} a @param {Float32Array} b */
export function correlation(a, b) {
  const [meanA, meanB] = [a, b].map((image) => image.reduce((sum, x) => sum + x, 0) / image.length);
  let [ab, aa, bb] = [0, 0, 0];
  for (const [i, x] of a.entries()) {
    const [dx, dy] = [x - (meanA ?? 0), (b[i] ?? 0) - (meanB ?? 0)];
    ab += dx * dy;
    aa += dx * dx;
    bb += dy * dy;
  }
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : 0;
}
