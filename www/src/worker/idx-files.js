// @ts-check
/**
 * Worker side: reads the files that a person chose. Their contents tell images from labels; of two files of images the
 * name, or else the size, tells which is held out. The engine reads the format; here errors get the file's name.
 */

import { EngineError, problem } from '../protocol.js';
import { describe } from './engine-errors.js';

const LARGEST = 1 << 29;
const LONGEST_NAME = 80;
/** A word of the file's name that says "not for training": not "latest", not "interval". */
const HELD_OUT = /(?<![a-z])(t10k|test(ing|set)?|val(id(ation)?)?|held([-_ ]?out)?)(?![a-z])/i;

/**
 * @typedef {(bytes: Uint8Array) => {images: boolean, items: number}} Inspect   throws on anything that is no IDX file
 * @typedef {{name: string, bytes: Uint8Array, images: boolean, items: number}} IdxFile
 *
 * @typedef {object} IdxSet
 * @property {string} name
 * @property {Uint8Array} trainImages
 * @property {Uint8Array} [trainLabels]
 * @property {Uint8Array} [heldOutImages]
 * @property {Uint8Array} [heldOutLabels]
 */

/**
 * Rejects with code 'data' and a sentence that names the file if the files are not one data set.
 * @param {File[]} files @param {AbortSignal} signal @param {Inspect} inspect @returns {Promise<IdxSet>}
 */
export async function readIdxFiles(files, signal, inspect) {
  if (files.length === 0) throw problem('data', 'worker.noFiles');
  if (files.length > 4) throw problem('data', 'worker.tooManyFiles', { n: files.length });
  /** @type {IdxFile[]} */
  const parts = [];
  for (const file of files) {
    parts.push(await readIdx(file, inspect));
    signal.throwIfAborted();
  }
  return sort(parts);
}

/** @param {File} file @param {Inspect} inspect @returns {Promise<IdxFile>} */
async function readIdx(file, inspect) {
  const { size } = file;
  const name = short(file.name);
  if (size > LARGEST) throw problem('data', 'worker.fileTooLarge', { name, size, most: LARGEST });
  const buffer = await file.arrayBuffer().catch(() => {
    throw problem('data', 'worker.fileUnreadable', { name });
  });
  const bytes = new Uint8Array(buffer);
  try {
    return { name: file.name, bytes, ...inspect(bytes) };
  } catch (error) {
    const { code, message, text } = describe(error);
    throw new EngineError({ code, message: `${name}: ${message}`, text: { key: 'worker.inFile', name, reason: text } });
  }
}

/** @param {IdxFile[]} parts @returns {IdxSet} */
function sort(parts) {
  const images = parts.filter((part) => part.images);
  const labels = parts.filter((part) => !part.images);
  const saysHeldOut = (/** @type {IdxFile} */ part) => HELD_OUT.test(part.name);
  images.sort((a, b) => Number(saysHeldOut(a)) - Number(saysHeldOut(b)) || b.items - a.items);
  const [train, heldOut] = images;
  if (!train) throw problem('data', 'worker.labelsOnly');
  if (images.length > 2) throw problem('data', 'worker.tooManyImageFiles');
  if (labels.length > images.length) throw problem('data', 'worker.tooManyLabelFiles');
  /** @param {IdxFile} part */
  const labelsOf = (part) => {
    const fit = labels.filter((label) => label.items === part.items);
    const best = fit.find((label) => saysHeldOut(label) === saysHeldOut(part)) ?? fit[0];
    if (best) labels.splice(labels.indexOf(best), 1);
    return best?.bytes;
  };
  const trainLabels = labelsOf(train);
  const heldOutLabels = heldOut && labelsOf(heldOut);
  const [left] = labels;
  if (left) throw problem('data', 'worker.labelsFitNoImages', { name: short(left.name), n: left.items });
  return {
    name: heldOut ? `${short(train.name)} + ${short(heldOut.name)}` : short(train.name),
    trainImages: train.bytes,
    ...(trainLabels && { trainLabels }),
    ...(heldOut && { heldOutImages: heldOut.bytes }),
    ...(heldOutLabels && { heldOutLabels }),
  };
}

/** A name that comes from outside, cut to a length that can be shown. @param {string} name */
const short = (name) => (name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name);
