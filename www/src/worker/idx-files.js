// @ts-check
/**
 * Worker side: reads files that a person chose, and tells images from labels and training from held-out by what is inside them
 * (and, between two of a kind, by name, else by size). The engine reads the format; here errors get the file's name.
 */

import { EngineError, toFailure } from '../protocol.js';
import { count, megabytes } from '../ui/format.js';

const LARGEST = 1 << 29;
/** A word of the file's name that says "not for training": not "latest", not "interval". */
const HELD_OUT = /(?<![a-z])(t10k|test(ing|set)?|val(id(ation)?)?|held([-_ ]?out)?)(?![a-z])/i;

/**
 * @typedef {(bytes: Uint8Array) => {images: boolean, items: number}} Inspect   throws on anything that is no IDX file
 * @typedef {(pixels: Uint8Array, labels: Uint8Array) => {images: Uint8Array, labels: Uint8Array}} Pack
 * @typedef {{name: string, bytes: Uint8Array, images: boolean, items: number}} IdxFile
 * @typedef {{name: string, trainImages: Uint8Array, trainLabels?: Uint8Array, heldOutImages?: Uint8Array, heldOutLabels?: Uint8Array}} IdxSet
 */

/** @param {File[]} files @param {AbortSignal} signal @param {Inspect} inspect @returns {Promise<IdxSet>} */
export async function readIdxFiles(files, signal, inspect) {
  if (files.length === 0) throw data('No file was chosen.');
  if (files.length > 4)
    throw data(
      `${files.length} files are too many: choose one or two files of images, each with its labels if there are any.`,
    );
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
  const { name, size } = file;
  if (size > LARGEST)
    throw data(`${name} has ${megabytes(size)}: too large for this page (at most ${megabytes(LARGEST)}).`);
  const buffer = await file.arrayBuffer().catch(() => {
    throw data(`${name} could not be read.`);
  });
  const bytes = new Uint8Array(buffer);
  try {
    return { name, bytes, ...inspect(bytes) };
  } catch (error) {
    const { code, message } = toFailure(error);
    throw new EngineError({ code, message: `${name}: ${message}.` });
  }
}

/** @param {IdxFile[]} parts @returns {IdxSet} */
function sort(parts) {
  const images = parts.filter((part) => part.images);
  const labels = parts.filter((part) => !part.images);
  if (images.length === 0) throw data('These files hold labels only: add the file of images.');
  if (images.length > 2)
    throw data('More than two files of images: choose one to train on and at most one to hold out.');
  if (labels.length > images.length) throw data('There are more files of labels than files of images.');
  const held = (/** @type {IdxFile} */ part) => HELD_OUT.test(part.name);
  images.sort((a, b) => Number(held(a)) - Number(held(b)) || b.items - a.items);
  const [train, heldOut] = images;
  if (!train) throw data('There is no file of images.');
  /** @param {IdxFile} part */
  const labelsOf = (part) => {
    const fit = labels.filter((label) => label.items === part.items);
    const best = fit.find((label) => held(label) === held(part)) ?? fit[0];
    if (best) labels.splice(labels.indexOf(best), 1);
    return best?.bytes;
  };
  const trainLabels = labelsOf(train);
  const heldOutLabels = heldOut && labelsOf(heldOut);
  if (labels[0])
    throw data(`${labels[0].name} has ${count(labels[0].items)} labels, which fits none of the files of images.`);
  return {
    name: heldOut ? `${train.name} + ${heldOut.name}` : train.name,
    trainImages: train.bytes,
    ...(trainLabels && { trainLabels }),
    ...(heldOut && { heldOutImages: heldOut.bytes }),
    ...(heldOutLabels && { heldOutLabels }),
  };
}

/** @param {string} message */
const data = (message) => new EngineError({ code: 'data', message });
