// @ts-check
/**
 * The worker: takes the page's requests to the engine and brings back answers, events and errors.
 *
 * @typedef {import('../protocol.js').Requests} Requests
 * @typedef {import('../protocol.js').RequestType} RequestType
 * @typedef {import('../protocol.js').RequestMessage} RequestMessage
 */
import { DECODING, problem, QUERIES, USES } from '../protocol.js';
import { openEngine } from './backend.js';
import { describe } from './engine-errors.js';
import { loadData } from './load-data.js';
import { PretrainedModels } from './pretrained.js';
import { coresToUse } from './threads.js';
import { TrainingLoop } from './training-loop.js';

const loop = new TrainingLoop(post);
const pretrained = new PretrainedModels(loop, post);
/**
 * The next download is asked for when so much of the engine is here: on a slow line (1.6 Mbit/s) the rest takes as long
 * as a round trip there (300 ms), and the line is never idle.
 */
const NEARLY = 0.9;
/** @type {import('./backend.js').EngineModule | null} */
let built = null;
/** Of the data set that is on its way. @type {AbortController | null} */
let loading = null;

/** @type {{[K in RequestType]: (send: Requests[K]['send']) => Promise<Requests[K]['back']> | Requests[K]['back']}} */
const handlers = {
  async init(choice) {
    const uses = 'by' in choice && choice.by === 'uses';
    const { engine, module, device } = await openEngine(
      choice,
      (failure) => loop.die(failure),
      (text) => post({ event: 'status', text }),
      (done, total) => {
        const here = total > 0 && done >= total;
        post(here ? { event: 'fetched', what: 'engine' } : { event: 'fetching', what: 'engine', done, total });
        // The page greets with it.
        if (!uses && total && done > NEARLY * total) pretrained.fetchAhead('best');
      },
    ).finally(() => post({ event: 'fetched', what: 'engine' }));
    loop.open(engine);
    built = module;
    return { device, presets: module.presets() };
  },
  limitCores({ hidden }) {
    /** @type {import('./builds.js').Cores | null} */ (built)?.limitCores?.(hidden ? 1 : coresToUse());
    return null;
  },
  speed: () => loop.call((engine) => engine.speed()),
  async load({ source, labelled }) {
    loading?.abort();
    const controller = new AbortController();
    loading = controller;
    try {
      return await loadData(source, { loop, readers: use().IdxReader, labelled, signal: controller.signal, post });
    } finally {
      if (loading === controller) loading = null;
    }
  },
  cancelLoad() {
    loading?.abort();
    return null;
  },
  pack: ({ pixels, labels }) =>
    loop.call(() => ({ images: use().writeImages(pixels), labels: use().writeLabels(labels) })),
  configure: ({ config }) => loop.configure(config),
  start: () => loop.start(),
  pause: () => loop.pause(),
  step: () => loop.step(),
  updateHyperparameters: (change) => loop.updateHyperparameters(change),
  measure: () => loop.measure(),
  checkpoint: () => loop.checkpoint(),
  restore: ({ bytes }) => loop.restore(bytes),
  loadPretrained: ({ name, whole }) => pretrained.load(name, whole ?? false),
  adopt: ({ bytes }) => loop.call((engine) => engine.loadPretrained('yours', bytes)),
  async continuePretrained(wanted) {
    await pretrained.complete(wanted.model);
    return loop.continuePretrained(wanted);
  },
  ...queries(),
};

/** Each goes to the engine's method of that name. @returns {any} */
function queries() {
  /** @param {'ask' | 'call'} way @param {string} name */
  const pass = (way, name) => async (/** @type {any} */ query) => {
    const coming = DECODING.has(name) ? null : pretrained.complete(query?.model);
    if (coming) await coming;
    return loop[way]((engine) => /** @type {any} */ (engine)[name](query));
  };
  return Object.fromEntries([
    ...QUERIES.map((name) => [name, pass('ask', name)]),
    // Some of them change what the engine holds: one at a time.
    ...Object.keys(USES).map((name) => [name, pass('call', name)]),
  ]);
}

self.onmessage = async (/** @type {MessageEvent<RequestMessage>} */ { data: { id, type, send, live } }) => {
  loop.requested(live);
  try {
    const handler = /** @type {(send: unknown) => unknown} */ (handlers[type]);
    post({ id, ok: true, back: await handler(send) });
  } catch (error) {
    // What fails after the engine died fails because of that.
    post({ id, ok: false, error: loop.failure ?? describe(error) });
  }
};

function use() {
  if (!built) throw problem('state', 'worker.notReady');
  return built;
}

/**
 * Buffers are moved, not copied.
 * @param {import('../protocol.js').WorkerEvent | import('../protocol.js').ResponseMessage} message
 */
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
