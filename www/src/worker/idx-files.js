// @ts-check
/**
 * Worker side: reads the files that a person chose. Their contents tell images from labels; of two files of images the
 * name, or else the size, tells which is held out. The engine reads the format; here errors get the file's name.
 */

import { EngineError, problem, shortName } from '../protocol.js';
import { describe } from './engine-errors.js';

/** Bytes that the engine gets at a time, of content that is in memory already. */
const SLICE = 1 << 20;
/** A word of the file's name that says "not for training": not "latest", not "interval". */
const HELD_OUT = /(?<![a-z])(t10k|test(ing|set)?|val(id(ation)?)?|held([-_ ]?out)?)(?![a-z])/i;

/**
 * @typedef {typeof import('../../../pkg/webgpu/inkling_web.js').IdxReader} Readers
 * @typedef {import('../../../pkg/webgpu/inkling_web.js').IdxReader} Reader
 * @typedef {{name: string, file: File, images: boolean, items: number}} IdxFile
 *
 * @typedef {object} IdxSet   which file is which; the order is that of `loadIdx`
 * @property {string} name
 * @property {[File, File?, File?, File?]} files   images and labels to train on, then those held out
 */

/**
 * Tells which file is which. Each is read once for that, and nothing is kept of it: a file that is refused has cost no
 * memory. Rejects with code 'data' and a sentence that names the file if the files are not one data set.
 * @param {File[]} files @param {AbortSignal} signal @param {Readers} readers @returns {Promise<IdxSet>}
 */
export async function sortIdxFiles(files, signal, readers) {
  if (files.length === 0) throw problem('data', 'worker.noFiles');
  if (files.length > 4) throw problem('data', 'worker.tooManyFiles', { n: files.length });
  /** @type {IdxFile[]} */
  const parts = [];
  for (const file of files) {
    parts.push(await inFile(file, async () => ({ name: file.name, file, ...(await check(file, signal, readers)) })));
  }
  return sort(parts);
}

/** @param {File} file @param {AbortSignal} signal @param {Readers} readers */
async function check(file, signal, readers) {
  const reader = readers.checking();
  await fill(reader, file, signal).catch((error) => {
    reader.free();
    throw error;
  });
  return reader.finish();
}

/**
 * The contents of the files, in readers that hold no more than their items. The caller hands them to `loadIdx` or frees
 * them.
 * @param {readonly (File | Uint8Array | undefined)[]} contents @param {AbortSignal} signal @param {Readers} readers
 * @returns {Promise<(Reader | undefined)[]>}
 */
export async function readIdx(contents, signal, readers) {
  /** @type {(Reader | undefined)[]} */
  const all = [];
  try {
    for (const content of contents) {
      const reader = content && readers.keeping();
      all.push(reader);
      if (!reader) continue;
      if (content instanceof File) await inFile(content, () => fill(reader, content, signal));
      else for (let at = 0; at < content.length; at += SLICE) reader.push(content.subarray(at, at + SLICE));
    }
    return all;
  } catch (error) {
    for (const reader of all) reader?.free();
    throw error;
  }
}

/**
 * From the file to the reader, as it comes from the disk. Stops where the reader refuses it.
 * @param {Reader} reader @param {File} file @param {AbortSignal} signal
 */
async function fill(reader, file, signal) {
  const source = file.stream().getReader();
  try {
    for (;;) {
      const { done, value } = await source.read().catch(() => {
        throw problem('data', 'worker.fileUnreadable', { name: shortName(file.name) });
      });
      signal.throwIfAborted();
      if (done) return;
      reader.push(value);
    }
  } finally {
    source.cancel().catch(() => {});
  }
}

/**
 * What the engine says against a file, with the file's name.
 * @template T @param {{name: string}} file @param {() => T | Promise<T>} work @returns {Promise<T>}
 */
export async function inFile(file, work) {
  try {
    return await work();
  } catch (error) {
    const { code, message, text } = describe(error);
    // What is said of the files in this module names them already; own images that are mixed in are in no file.
    if (code !== 'data' || !text.key.startsWith('errors.') || text.key === 'errors.tooManyMixed') throw error;
    const name = shortName(file.name);
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
    return best?.file;
  };
  const trainLabels = labelsOf(train);
  const heldOutLabels = heldOut && labelsOf(heldOut);
  const [left] = labels;
  if (left) throw problem('data', 'worker.labelsFitNoImages', { name: shortName(left.name), n: left.items });
  return {
    name: heldOut ? `${shortName(train.name)} + ${shortName(heldOut.name)}` : shortName(train.name),
    files: [train.file, trainLabels, heldOut?.file, heldOutLabels],
  };
}
