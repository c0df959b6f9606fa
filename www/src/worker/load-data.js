// @ts-check
/** From a `DataSource` to the engine's data set: generated, downloaded, or read from a person's files. */
import { loadPublished } from './dataset-catalogue.js';
import { inFile, readIdx, sortIdxFiles } from './idx-files.js';

/** For how long digits are generated before other requests get their turn, in ms. */
const GENERATE_MS = 60;

/**
 * @typedef {import('../protocol.js').DataSource} DataSource
 * @typedef {import('../protocol.js').DatasetInfo} DatasetInfo
 * @typedef {import('../protocol.js').Message} Message
 * @typedef {import('./backend.js').Engine} Engine
 *
 * @typedef {object} Options
 * @property {import('./training-loop.js').TrainingLoop} loop
 * @property {import('./idx-files.js').Readers} readers   of the engine's module
 * @property {boolean} [labelled]   whether images without labels are refused
 * @property {AbortSignal} signal
 * @property {(event: import('../protocol.js').WorkerEvent) => void} post
 */

/**
 * Puts the data set of a source in place of the old one. If it cannot be had, or the signal is aborted before that, it
 * rejects and the old one stays.
 * @param {DataSource} source @param {Options} options @returns {Promise<DatasetInfo>}
 */
export async function loadData(source, { loop, readers, labelled = false, signal, post }) {
  const report = (/** @type {Message} */ label, /** @type {number} */ done, /** @type {number} */ total) => {
    if (!signal.aborted) post({ event: 'loading', label, done, total });
  };
  const { mix } = source;
  const replace = (/** @type {(engine: Engine) => DatasetInfo} */ put) =>
    loop.replaceData(signal, (engine) => {
      if (mix) engine.mixIn(mix.pixels, mix.labels, mix.times);
      engine.requireLabels(labelled);
      return put(engine);
    });
  /**
   * @param {string} kind @param {string} name
   * @param {readonly (File | Uint8Array | undefined)[]} contents @param {File} [named] the file that an error is about
   */
  async function load(kind, name, contents, named) {
    const all = await readIdx(contents, signal, readers);
    let used = false;
    try {
      const put = () =>
        replace((engine) => {
          used = true;
          const [images, ...others] = all;
          return engine.loadIdx(kind, name, /** @type {import('./idx-files.js').Reader} */ (images), ...others);
        });
      return await (named ? inFile(named, put) : put());
    } finally {
      if (!used) for (const reader of all) reader?.free();
    }
  }

  if (source.kind === 'generated') {
    await generate(source, loop, signal, report);
    return replace((engine) => engine.finishGenerated());
  }
  if (source.kind === 'files') {
    report({ key: 'worker.readingFiles' }, 0, 1);
    const { name, files } = await sortIdxFiles(source.files, signal, readers);
    return load('files', name, files, files[0]);
  }
  const { kind } = source;
  const onTrouble = (/** @type {Message} */ text) => post({ event: 'status', text });
  const { name, files, note } = await loadPublished(source, { signal, onProgress: report, onTrouble });
  const info = await load(kind, name, files);
  return note ? { ...info, note } : info;
}

/**
 * @param {{count: number, seed: number}} wanted @param {Options['loop']} loop @param {AbortSignal} signal
 * @param {(label: Message, done: number, total: number) => void} report
 */
async function generate({ count, seed }, loop, signal, report) {
  await loop.call((engine) => engine.beginGenerated(count, seed));
  for (;;) {
    const { done, total } = await loop.call((engine) => engine.continueGenerated(GENERATE_MS));
    signal.throwIfAborted();
    report({ key: 'worker.generating' }, done, total);
    if (done >= total) return;
  }
}
