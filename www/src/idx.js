// @ts-check
/**
 * Worker side: reads files that a person chose, and tells images from labels and training from held-out by what is inside them
 * (and, between two of a kind, by name, else by size). The engine checks every byte again; here errors get the file's name.
 */
import { count, megabytes } from './format.js';
import { EngineError } from './protocol.js';

const LARGEST = 1 << 29;

/**
 * @typedef {{name: string, bytes: Uint8Array, images: boolean, items: number}} IdxFile
 * @typedef {{name: string, trainImages: Uint8Array, trainLabels?: Uint8Array, heldOutImages?: Uint8Array, heldOutLabels?: Uint8Array}} IdxSet
 */

/** @param {File[]} files @param {AbortSignal} signal @returns {Promise<IdxSet>} */
export async function readIdxFiles(files, signal) {
  if (files.length === 0) throw data('No file was chosen.');
  if (files.length > 4) throw data(`${files.length} files are too many: choose one or two files of images, each with its labels if there are any.`);
  /** @type {IdxFile[]} */
  const parts = [];
  for (const file of files) {
    parts.push(await readIdx(file));
    signal.throwIfAborted();
  }
  return sort(parts);
}

/** Unpacks gzip (known by its first two bytes), with a bound on what comes out. @param {Uint8Array} packed @param {string} name */
export async function gunzip(packed, name) {
  if (!isGzip(packed)) return packed;
  const reader = new Blob([/** @type {Uint8Array<ArrayBuffer>} */ (packed)]).stream().pipeThrough(new DecompressionStream('gzip')).getReader();
  /** @type {Uint8Array[]} */
  const chunks = [];
  let length = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      chunks.push(value);
      length += value.length;
      if (length > LARGEST) throw data(`${name} unpacks to more than ${megabytes(LARGEST)}: too large for this page.`);
    }
  } catch (error) {
    await reader.cancel().catch(() => {});
    if (error instanceof EngineError) throw error;
    throw data(`${name} is a damaged or cut gzip file.`);
  }
  return join(chunks, length);
}

/** @param {Uint8Array[]} chunks @param {number} length */
export function join(chunks, length) {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

/** @param {File} file @returns {Promise<IdxFile>} */
async function readIdx(file) {
  if (file.size > LARGEST) throw data(`${file.name} has ${megabytes(file.size)}: too large for this page (at most ${megabytes(LARGEST)}).`);
  const packed = await file.arrayBuffer().then(
    (buffer) => new Uint8Array(buffer),
    () => {
      throw data(`${file.name} could not be read.`);
    },
  );
  const bytes = await gunzip(packed, file.name);
  return { name: file.name, bytes, ...header(bytes, file.name) };
}

/** @param {Uint8Array} bytes @param {string} name */
function header(bytes, name) {
  if (bytes.length === 0) throw data(`${name} is empty.`);
  const dimensions = bytes[3] ?? 0;
  if (bytes.length < 8 || bytes[0] !== 0 || bytes[1] !== 0 || bytes[2] !== 8 || (dimensions !== 1 && dimensions !== 3)) {
    throw data(`${name} is not an IDX file of images or labels.`);
  }
  const start = 4 + 4 * dimensions;
  if (bytes.length < start) throw data(`${name} is cut short: its header is not complete.`);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const shape = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 + 4 * i));
  const expected = start + shape.reduce((product, n) => product * n, 1);
  if (bytes.length !== expected) {
    const what = bytes.length < expected ? 'is cut short' : 'is longer than it should be';
    throw data(`${name} ${what}: its header promises ${shape.map(count).join(' × ')} values (${count(expected)} bytes), it has ${count(bytes.length)} bytes.`);
  }
  return { images: dimensions === 3, items: shape[0] ?? 0 };
}

/** @param {IdxFile[]} parts @returns {IdxSet} */
function sort(parts) {
  const images = parts.filter((part) => part.images);
  const labels = parts.filter((part) => !part.images);
  if (images.length === 0) throw data('These files hold labels only: add the file of images.');
  if (images.length > 2) throw data('More than two files of images: choose one to train on and at most one to hold out.');
  if (labels.length > images.length) throw data('There are more files of labels than files of images.');
  const held = (/** @type {IdxFile} */ part) => /t10k|test|val|held/i.test(part.name);
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
  if (labels[0]) throw data(`${labels[0].name} has ${count(labels[0].items)} labels, which fits none of the files of images.`);
  return {
    name: heldOut ? `${train.name} + ${heldOut.name}` : train.name,
    trainImages: train.bytes,
    ...(trainLabels && { trainLabels }),
    ...(heldOut && { heldOutImages: heldOut.bytes }),
    ...(heldOutLabels && { heldOutLabels }),
  };
}

/** @param {Uint8Array} bytes */
const isGzip = (bytes) => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** @param {string} message */
const data = (message) => new EngineError({ code: 'data', message });
