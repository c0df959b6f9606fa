// @ts-check
/** The model as a safetensors file: saved by a button; opened by another, or dropped on the page. */

import { EngineError } from '../protocol.js';
import { button, element, input, words } from '../ui/dom.js';
import { megabytes } from '../ui/format.js';

/** @typedef {import('../app/session.js').Session} Session */

/** A generator's codes for 60,000 images are 60 MB or more; what is far beyond that is no model of this page. */
const LARGEST = 1 << 29;

/** @param {Session} session @param {import('./autosave.js').Autosave} autosave @returns {(file: File) => Promise<void>} opens a file */
export function modelFiles(session, autosave) {
  const [save, load, chosen, error] = [button('save'), button('open'), input('model-input'), element('train-error')];

  /** @param {() => Promise<void>} action */
  async function attempt(action) {
    error.textContent = '';
    try {
      await action();
    } catch (problem) {
      error.textContent = words(problem);
    }
  }

  save.addEventListener('click', () =>
    attempt(async () => {
      const { history, config } = session;
      const { bytes, progress } = await session.save();
      const name = `inkling-${config?.preset}-${config?.latent}-step-${progress.step}.safetensors`;
      download(bytes, name);
      if (history === session.history) autosave.saved(progress.step);
      session.say(`Saved as ${name}, ${megabytes(bytes.length)}.`);
    }),
  );

  load.addEventListener('click', () => chosen.click());
  chosen.addEventListener('change', () => {
    const [file] = chosen.files ?? [];
    if (file) open(file);
    chosen.value = '';
  });

  session.on('model', () => (save.disabled = load.disabled = false));
  session.on('fatal', (failure) => (save.disabled = load.disabled = failure !== null || !session.model));

  /** @param {File} file */
  function open(file) {
    return attempt(async () => {
      const bytes = await read(file);
      try {
        await session.open(bytes);
      } catch (problem) {
        if (problem instanceof EngineError && problem.code === 'data')
          throw new Error(`${file.name}: ${problem.message}.`);
        throw problem;
      }
      autosave.saved();
    });
  }
  return open;
}

/** By its name, or by what it begins with: the length of a header, then the header's brace. @param {File} file */
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

/** @param {File} file */
async function read(file) {
  if (file.size > LARGEST)
    throw new Error(
      `${file.name} has ${megabytes(file.size)}: too large for a model of this page (at most ${megabytes(LARGEST)}).`,
    );
  const buffer = await file.arrayBuffer().catch(() => {
    throw new Error(`${file.name} could not be read.`);
  });
  return new Uint8Array(buffer);
}

/** @param {Uint8Array} bytes @param {string} name */
export function download(bytes, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(
    new Blob([/** @type {Uint8Array<ArrayBuffer>} */ (bytes)], { type: 'application/octet-stream' }),
  );
  link.download = name;
  link.click();
  // The browser may begin to read only after this task.
  window.setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
