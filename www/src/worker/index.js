// @ts-check
/**
 * The worker: owns the one Engine. Everything the engine does goes through one queue, a call at a time; while training runs, a slice
 * of training follows each round of requests, so that the page stays live and training is never starved.
 *
 * @typedef {import('../protocol.js').Requests} Requests
 * @typedef {import('../protocol.js').RequestType} RequestType
 * @typedef {import('../protocol.js').RequestMessage} RequestMessage
 * @typedef {import('../protocol.js').Progress} Progress
 * @typedef {import('../protocol.js').DataSource} DataSource
 * @typedef {import('../protocol.js').ErrorCode} ErrorCode
 */

import { EngineError, toFailure } from '../protocol.js';
import { openEngine } from './backend.js';
import { loadPublished } from './dataset-catalogue.js';
import { readIdxFiles } from './idx-files.js';
import { fetchModel } from './pretrained.js';

/**
 * How long one slice of training may take, in ms: short while a person draws or scrubs, longer (fewer read-backs) otherwise, but never so
 * long that the page gets fewer than ten reports a second.
 */
const SLICE_MS = { live: 16, otherwise: 80 };
const LIVE_REQUESTS = new Set(['draw', 'interpolate', 'encode', 'decode']);
/** After these only a new worker helps. @type {Set<ErrorCode>} */
const FATAL = new Set(['panic', 'device', 'internal']);
/** How long nobody must have asked for anything before training's shaders are compiled. */
const PREPARE_AFTER_MS = 300;
const CHECKPOINT_MS = 5000;
const FIRST_CHECKPOINT_MS = 1000;

/** @type {import('./backend.js').Engine | null} */
let engine = null;
/** @type {import('./idx-files.js').Inspect} */
let inspect = () => {
  throw failure('state', 'The engine is still loading.');
};
/** @type {import('./idx-files.js').Pack} */
let pack = () => {
  throw failure('state', 'The engine is still loading.');
};
let running = false;
/** Whether the model holds anything that a person would miss. */
let trained = false;
/** @type {import('../protocol.js').Failure | null} */
let dead = null;
let lastLive = -Infinity;
/** @type {AbortController | null} */
let loading = null;

/** @type {{[K in RequestType]: (send: Requests[K]['send']) => Promise<Requests[K]['back']> | Requests[K]['back']}} */
const handlers = {
  async init(choice) {
    const opened = await openEngine(choice, die, (text) => post({ event: 'status', text }));
    engine = opened.engine;
    inspect = opened.module.inspectIdx;
    pack = (pixels, labels) => ({
      images: opened.module.writeImages(pixels),
      labels: opened.module.writeLabels(labels),
    });
    return { device: opened.device, presets: opened.module.presets() };
  },
  load: ({ source }) => load(source),
  cancelLoad() {
    loading?.abort();
    return null;
  },
  pack: ({ pixels, labels }) => pack(pixels, labels),
  peek: ({ split, count, seed }) => use().peek(split, count, seed),
  configure({ config }) {
    const info = use().configure(config);
    running = trained = false;
    prepareSoon();
    return info;
  },
  start() {
    const progress = unfinished();
    running = trained = true;
    lastCheckpoint = performance.now() - CHECKPOINT_MS + FIRST_CHECKPOINT_MS;
    post({ event: 'progress', progress: { ...progress, state: 'running' } });
    return null;
  },
  pause: () => (running ? end() : use().progress()),
  async step() {
    await stop();
    unfinished();
    try {
      const progress = await use().step();
      trained = true;
      await checkpoint();
      return progress;
    } catch (error) {
      breakOff(error);
      throw error;
    }
  },
  tune(change) {
    use().tune(change);
    const progress = use().progress();
    if (!running) return progress;
    return progress.state === 'finished' ? end() : { ...progress, state: 'running' };
  },
  async ship({ name }) {
    const bytes = await fetchModel(name);
    return enqueue(() => use().ship(name, bytes));
  },
  samples: ({ count, seed, model }) => use().samples(count, seed, model),
  decode: ({ codes, model }) => use().decode(codes, model),
  heldOut: ({ count, model }) => use().heldOut(count, model),
  encode: ({ pixels, model }) => use().encode(pixels, model),
  draw: ({ strokes, pen, model }) => use().draw(strokes, pen, model),
  interpolate: ({ a, b, frames, path, model }) => use().interpolate(a, b, frames, path, model),
  checkpoint: async () => ({ bytes: await use().checkpoint(), progress: use().progress() }),
  restore({ bytes }) {
    const info = use().restore(bytes);
    const progress = info.progress ?? use().progress();
    running = false;
    trained = progress.step > 0;
    return { ...info, progress };
  },
};

/** Not engine calls themselves: they run beside the queue and put their engine calls into it. */
const BESIDE = new Set(['init', 'load', 'cancelLoad', 'ship']);

self.onmessage = async (/** @type {MessageEvent<RequestMessage>} */ { data: { id, type, send } }) => {
  if (LIVE_REQUESTS.has(type)) lastLive = performance.now();
  if (preparing !== undefined) prepareSoon();
  try {
    const handler = /** @type {(send: unknown) => unknown} */ (handlers[type]);
    const back = await (BESIDE.has(type) ? handler(send) : enqueue(() => handler(send)));
    post({ id, ok: true, back });
  } catch (error) {
    post({ id, ok: false, error: describe(error) });
  }
};

// ---------------------------------------------------------------- the queue and the training loop

/** @type {{call: () => unknown, resolve: (back: any) => void, reject: (error: unknown) => void}[]} */
const queue = [];
let looping = false;
let lastCheckpoint = 0;
let checkpointEvery = CHECKPOINT_MS;

/** @template T @param {() => T | Promise<T>} call @returns {Promise<T>} */
function enqueue(call) {
  return new Promise((resolve, reject) => {
    queue.push({ call, resolve, reject });
    loop();
  });
}

async function loop() {
  if (looping) return;
  looping = true;
  while (queue.length > 0 || (running && !dead)) {
    for (const { call, resolve, reject } of queue.splice(0)) {
      if (dead) {
        reject(dead);
        continue;
      }
      try {
        resolve(await call());
      } catch (error) {
        reject(error);
        if (isPanic(error)) die('panic', String(error));
      }
    }
    if (running && !dead) await slice();
    await macrotask();
  }
  looping = false;
}

/** @type {number | undefined} */
let preparing;

/** Has the shaders of a training step compiled once nobody has wanted anything for a moment: then a click on Start starts at once. */
function prepareSoon() {
  clearTimeout(preparing);
  preparing = self.setTimeout(() => {
    preparing = undefined;
    if (running || dead) return;
    enqueue(() => use().prepare()).catch(dieIfBroken);
  }, PREPARE_AFTER_MS);
}

async function slice() {
  const interactive = performance.now() - lastLive < 1500;
  try {
    const progress = await use().advance(interactive ? SLICE_MS.live : SLICE_MS.otherwise);
    const finished = progress.state === 'finished';
    post({ event: 'progress', progress: finished ? progress : { ...progress, state: 'running' } });
    if (finished) await stop();
    else if (performance.now() - lastCheckpoint > checkpointEvery) await checkpoint();
  } catch (error) {
    breakOff(error);
  }
}

/** A training step failed: either the engine is broken, or the weights are. @param {unknown} error */
function breakOff(error) {
  running = false;
  if (dieIfBroken(error)) return;
  trained = false;
  post({ event: 'stopped', error: describe(error), progress: use().progress() });
}

/** Whether the engine itself is broken. @param {unknown} error */
function dieIfBroken(error) {
  const { code, message } = describe(error);
  const broken = isPanic(error) || FATAL.has(code);
  if (broken) die(isPanic(error) ? 'panic' : code, message);
  return broken;
}

function unfinished() {
  const progress = use().progress();
  if (progress.state === 'finished') throw failure('state', 'This run is finished: give it more epochs to train on.');
  return progress;
}

/** Ends the run that is under way, and measures what has become of it. */
async function end() {
  await stop();
  return use().measure();
}

/** Ends the training run, if one is under way, and leaves its weights with the page. */
async function stop() {
  if (!running) return;
  running = false;
  await checkpoint();
}

async function checkpoint() {
  const start = performance.now();
  const bytes = await use().checkpoint();
  post({ event: 'checkpoint', bytes, progress: use().progress() });
  lastCheckpoint = performance.now();
  // At most a twentieth of the time goes into checkpoints, on slow devices too.
  checkpointEvery = Math.max(CHECKPOINT_MS, 20 * (lastCheckpoint - start));
}

/** Lets waiting messages in. Promises alone would not: messages are tasks, and the CPU engine may never leave its task. */
const { port1, port2 } = new MessageChannel();
/** @type {(() => void)[]} */
const waiting = [];
port1.onmessage = () => waiting.shift()?.();
/** @returns {Promise<void>} */
const macrotask = () =>
  new Promise((resolve) => {
    waiting.push(resolve);
    port2.postMessage(null);
  });

// ---------------------------------------------------------------- data

/** @param {DataSource} source */
async function load(source) {
  loading?.abort();
  const controller = new AbortController();
  loading = controller;
  const { signal } = controller;
  const report = (/** @type {string} */ label, /** @type {number} */ done, /** @type {number} */ total) => {
    if (!signal.aborted) post({ event: 'loading', label, done, total });
  };
  try {
    if (source.kind === 'generated') return await generate(source, signal, report);
    if (source.kind !== 'files') {
      const onTrouble = (/** @type {string} */ text) => post({ event: 'status', text });
      const { name, files, note } = await loadPublished(source, { signal, onProgress: report, onTrouble });
      const [trainImages, trainLabels, heldOutImages, heldOutLabels] = files;
      const info = await replace(signal, source.mix, () =>
        use().loadIdx(
          source.kind,
          name,
          /** @type {Uint8Array} */ (trainImages),
          trainLabels,
          heldOutImages,
          heldOutLabels,
        ),
      );
      return note ? { ...info, note } : info;
    }
    report('Reading the files', 0, 1);
    const set = await readIdxFiles(source.files, signal, inspect);
    return await replace(signal, source.mix, () =>
      use().loadIdx('files', set.name, set.trainImages, set.trainLabels, set.heldOutImages, set.heldOutLabels),
    );
  } finally {
    if (loading === controller) loading = null;
  }
}

/**
 * @param {DataSource & {kind: 'generated'}} source @param {AbortSignal} signal
 * @param {(label: string, done: number, total: number) => void} report
 */
async function generate({ count, seed, mix }, signal, report) {
  await enqueue(() => use().beginGenerated(count, seed));
  for (;;) {
    const { done, total } = await enqueue(() => use().continueGenerated(60));
    signal.throwIfAborted();
    report('Writing digits', done, total);
    if (done >= total) return replace(signal, mix, () => use().finishGenerated());
  }
}

/**
 * Puts a new data set in place of the old one. Training on the old one ends first, and its weights go to the page; it goes on if
 * the new one is refused.
 * @template T @param {AbortSignal} signal @param {import('../protocol.js').Mix | undefined} mix a person's own images to go with it
 * @param {() => T} put @returns {Promise<T>}
 */
const replace = (signal, mix, put) =>
  enqueue(async () => {
    signal.throwIfAborted();
    const wasRunning = running;
    running = false;
    if (trained) await checkpoint();
    try {
      if (mix) use().mixIn(mix.pixels, mix.labels, mix.times);
      return put();
    } catch (error) {
      running = wasRunning;
      throw error;
    }
  });

// ---------------------------------------------------------------- errors and messages

function use() {
  if (dead) throw new EngineError(dead);
  if (!engine) throw failure('state', 'The engine is still loading.');
  return engine;
}

/** The engine broke. Said once; every request that waits or comes later is refused. @param {string} code @param {string} message */
function die(code, message) {
  if (dead) return;
  running = false;
  dead = { code: /** @type {ErrorCode} */ (code), message };
  post({ event: 'fatal', error: dead });
  for (const { reject } of queue.splice(0)) reject(dead);
}

/** @param {unknown} error */
const isPanic = (error) => error instanceof WebAssembly.RuntimeError;

/** @param {unknown} error */
function describe(error) {
  if (dead) return dead;
  if (error instanceof DOMException && error.name === 'AbortError')
    return { code: /** @type {ErrorCode} */ ('cancelled'), message: 'Cancelled.' };
  return toFailure(error);
}

/** @param {ErrorCode} code @param {string} message */
const failure = (code, message) => new EngineError({ code, message });

/** Buffers are moved, not copied. @param {import('../protocol.js').WorkerEvent | import('../protocol.js').ResponseMessage} message */
function post(message) {
  self.postMessage(message, { transfer: [...buffersIn(message)] });
}

/** @param {unknown} value @param {Set<ArrayBuffer>} [found] @returns {Set<ArrayBuffer>} */
function buffersIn(value, found = new Set()) {
  if (ArrayBuffer.isView(value)) {
    if (value.buffer instanceof ArrayBuffer && value.byteLength === value.buffer.byteLength && value.byteLength > 0)
      found.add(value.buffer);
  } else if (Array.isArray(value)) {
    for (const item of value) buffersIn(item, found);
  } else if (value && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
    for (const item of Object.values(value)) buffersIn(item, found);
  }
  return found;
}
