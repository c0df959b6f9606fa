// @ts-check
/** Files on the person's disk: models as safetensors, and downloads. */

import { problem, shortName } from '../protocol.js';

/** The encoderless generator's files hold a code for each image, 60 MB or more. No model of this page is near this. */
const LARGEST = 1 << 29;

/**
 * Whether a file is a model: by its name, or by its first bytes: a header's length and its opening brace.
 * False if it cannot be read.
 * @param {File} file
 */
export async function isModel(file) {
  if (/\.safetensors$/i.test(file.name)) return true;
  const start = await file
    .slice(0, 9)
    .arrayBuffer()
    .catch(() => null);
  if (start?.byteLength !== 9) return false;
  const view = new DataView(start);
  return view.getUint8(8) === 0x7b && view.getBigUint64(0, true) <= 100_000_000n;
}

/**
 * The bytes of a file, for the engine to check. Rejects with code 'data' if it is far too large or cannot be read.
 * @param {File} file @returns {Promise<Uint8Array>}
 */
export async function readModelFile(file) {
  const name = shortName(file.name);
  if (file.size > LARGEST) throw problem('data', 'shell.file.tooLarge', { name, size: file.size, most: LARGEST });
  const buffer = await file.arrayBuffer().catch(() => {
    throw problem('data', 'shell.file.unreadable', { name });
  });
  return new Uint8Array(buffer);
}

/** Saves bytes to a file of that name, by the browser's own means. @param {Uint8Array} bytes @param {string} name */
export function download(bytes, name) {
  const link = document.createElement('a');
  const type = 'application/octet-stream';
  link.href = URL.createObjectURL(new Blob([/** @type {Uint8Array<ArrayBuffer>} */ (bytes)], { type }));
  link.download = name;
  link.click();
  // The browser may not start reading before this task ends.
  window.setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
