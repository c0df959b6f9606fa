// @ts-check
/**
 * The whole contract between the page (main thread) and the worker: requests, their results, events, errors. Panels
 * know this file and nothing behind it. Pixels are grey levels 0..=255 (ink is bright), 784 bytes an image, row by row;
 * codes are latent vectors, `latent` numbers each; losses are nats per image.
 */

/** @typedef {'webgpu' | 'cpu'} Backend */
/** @typedef {'idle' | 'running' | 'paused' | 'finished'} TrainState */
/** @typedef {'lerp' | 'slerp'} Path */

/**
 * A sentence on its way to the person: its key in the tables of `i18n` and the values for its placeholders. It becomes
 * words where it is shown, in the language of the page.
 * @typedef {{key: string} & Record<string, unknown>} Message
 */

/**
 * What the engine runs on, and why.
 * @typedef {object} DeviceInfo
 * @property {Backend} backend
 * @property {string} adapter   what to show: "NVIDIA Ampere", "SwiftShader (software)", "CPU"
 * @property {Message} reason   one sentence: why this device was chosen
 * @property {number} [cores]   of the CPU, that compute at the same time; 1 if absent
 * @property {string} [simd]    what the CPU build computes with: "simd128"
 */

/**
 * What the engine shall run on, and who says so: the address, a person after a failure, or the page itself where WebGPU
 * did not start for the reason in `error`. By `uses`, the worker is the second one, whose build also answers the
 * queries of the chapter Uses.
 * @typedef {{device: 'auto'} | {device: Backend, by: 'address' | 'failure'} | {device: 'cpu', by: 'fallback', error:
 *   Message} | {device: 'cpu', by: 'uses'}} Choice
 */

/**
 * What the engine itself takes and gives; the built module says what each is.
 * @typedef {import('../../pkg/webgpu/inkling_web.js').Engine} Engine
 * @typedef {import('../../pkg/webgpu/inkling_web.js').Preset} Preset
 * @typedef {import('../../pkg/webgpu/inkling_web.js').TrainConfig} TrainConfig
 * @typedef {import('../../pkg/webgpu/inkling_web.js').Likelihood} Likelihood
 * @typedef {import('../../pkg/webgpu/inkling_web.js').Hyperparameters} Hyperparameters
 * @typedef {import('../../pkg/webgpu/inkling_web.js').Losses} Losses
 * @typedef {import('../../pkg/webgpu/inkling_web.js').PretrainedInfo} PretrainedInfo
 * @typedef {import('../../pkg/webgpu/inkling_web.js').Decoded} Decoded
 * @typedef {import('../../pkg/webgpu/inkling_web.js').Reconstructed} Reconstructed
 * @typedef {import('../../pkg/webgpu/inkling_web.js').DrawnResult} DrawnResult
 * @typedef {import('../../pkg/webgpu/inkling_web.js').Inspected} Inspected
 * @typedef {import('../../pkg/webgpu/inkling_web.js').Layer} Layer
 * @typedef {import('../../pkg/webgpu/inkling_web.js').LatentStatistics} LatentStatistics
 * @typedef {import('../../pkg/webgpu/inkling_web.js').Projected} Projected
 * @typedef {import('../../pkg/webgpu/inkling_web.js').UnitWeights} UnitWeights
 * @typedef {import('../../pkg/webgpu/inkling_web.js').TopImages} TopImages
 */

/**
 * The model as configured.
 * @typedef {Omit<import('../../pkg/webgpu/inkling_web.js').ModelInfo, 'progress'>} ModelInfo
 */

/**
 * The data set in use. Generated digits have no name of their own: the page has one in its language. `note` is a
 * sentence to tell, if there is something to know: the browser would not keep the download.
 * @typedef {import('../../pkg/webgpu/inkling_web.js').DatasetInfo & {note?: Message}} DatasetInfo
 */

/**
 * How far training is. Only the worker's training loop knows that it runs.
 * @typedef {Omit<import('../../pkg/webgpu/inkling_web.js').Progress, 'state' | 'stepsPerSecond' | 'secondsLeft'> &
 *   {state: TrainState}} Progress
 */

/**
 * Weights, optimiser and settings as a safetensors file, and where they stand.
 * @typedef {{bytes: Uint8Array, progress: Progress}} Checkpoint
 */

/**
 * Trained models that come with the page: the best there is, one with two latents, for the map, and a conditional one,
 * for the chapter Uses.
 */
export const PRETRAINED = /** @type {const} */ (['best', 'plane', 'hand']);
/** @typedef {typeof PRETRAINED[number]} Pretrained */

/** Data sets that are fetched: MNIST, Fashion-MNIST, KMNIST. */
export const PUBLISHED = /** @type {const} */ (['mnist', 'fashion', 'kmnist']);
/** @typedef {typeof PUBLISHED[number]} Published */

/**
 * A person's own images: 784 grey levels and a label each, to be trained on `times` over.
 * @typedef {{pixels: Uint8Array, labels: Uint8Array, times: number}} Mix
 */

/**
 * Where images come from. `Published`: the worker fetches, checks and caches four files. `files`: one IDX file of
 * images (gzipped or not), or two (images to train on, images held out), labels optional; anything else is refused with
 * a message. `mirrors` replace the addresses the four files are fetched from; with `cachedOnly` nothing is fetched
 * (code 'network' if a file is missing). The person's own images in `mix` are trained on, too, and never held out.
 * @typedef {({kind: 'generated', count: number, seed: number} | {kind: Published, mirrors?: string[], cachedOnly?:
 *   boolean} | {kind: 'files', files: File[]}) & {mix?: Mix}} DataSource
 */

/**
 * Queries: requests that change nothing. Each is a method of the engine that takes one object; pixels and codes come
 * back. They ask the pretrained model that `model` names; without it, the one in training.
 */
export const QUERIES = /** @type {const} */ ([
  'sampleImages', // images of the data set
  'samples', // decoded draws from the prior
  'decode', // any codes
  'heldOut', // the first held-out images and their reconstructions from the posterior means
  'encode', // any images: their posterior means, and these decoded
  'draw', // strokes, as the network sees them, and their reconstruction
  'interpolate', // frames from one code to another
  'inspect', // one image on its way through the model: every layer, mu, sigma, eps, z, nats
  'latentStatistics', // what each latent carries, on held-out images
  'readings', // decoded draws from one image's posterior
  'project', // held-out images as points on a plane through the latent space
  'unitWeights', // the weights into and out of one unit
  'topImages', // the held-out images that drive a unit most
]);
/** @typedef {typeof QUERIES[number]} Query */

/** The queries above that need no encoder. @type {ReadonlySet<string>} */
export const DECODING = new Set(['sampleImages', 'samples', 'decode', 'interpolate']);

/** The queries above that read the page's data set. @type {ReadonlySet<string>} */
export const QUERIES_OF_DATA = new Set(['sampleImages', 'heldOut', 'latentStatistics', 'project', 'topImages']);

/**
 * The queries of the chapter Uses, which only the second worker answers, and what each needs to be there: 'model', the
 * model that its `model` names; 'data', the page's data set. Their methods are in crate/web/src/uses.
 */
export const USES = /** @type {const} */ ({
  handwriting: ['model'],
  write: ['model'],
  handKept: ['model', 'data'],
  finish: ['model'],
  denoise: ['model'],
  denoiseCurve: ['model', 'data'],
  anomalyScores: ['model', 'data'],
  anomaly: ['model'],
  notDigits: [],
  auroc: [],
  compress: ['model'],
  compressHeldOut: ['model', 'data'],
  compressTogether: ['data'],
  labelsBegin: ['data'],
  labelsEncode: ['model'],
  labelsDrawn: [],
  labelsAccuracy: [],
  labelsTaught: [],
  augmentWrite: ['model'],
  augmentPack: ['model'],
  augmentPrepare: ['model', 'data'],
  augmentAccuracy: [],
});
/** @typedef {keyof typeof USES} UseQuery */
/** @typedef {import('../../pkg/uses/inkling_web.js').Engine} UsesEngine */
/**
 * @typedef {{[Q in UseQuery]: {send: Parameters<UsesEngine[Q]>[0], back: Awaited<ReturnType<UsesEngine[Q]>>}}}
 *   UseQueries
 */
/** @typedef {{[Q in Query]: {send: Parameters<Engine[Q]>[0], back: Awaited<ReturnType<Engine[Q]>>}}} Queries */

/**
 * Every other request: what is sent, what comes back.
 * @typedef {object} Commands
 * @property {{send: Choice, back: {device: DeviceInfo, presets: Preset[]}}} init  first, once per worker
 * @property {{send: {hidden: boolean}, back: null}} limitCores   to one while nobody sees the page
 * @property {{send: {}, back: number}} speed   GFLOP/s of the device in matrix products, by a short probe
 * @property {{send: {source: DataSource, labelled?: boolean}, back: DatasetInfo}} load   keeps the old data set if it
 *   fails; code 'cancelled' after `cancelLoad`; stops a training run. `labelled`: refuses images without labels
 * @property {{send: {}, back: null}} cancelLoad
 * @property {{send: {pixels: Uint8Array, labels: Uint8Array}, back: {images: Uint8Array, labels: Uint8Array}}} pack
 *   two IDX files
 * @property {{send: {config: TrainConfig}, back: ModelInfo}} configure   a fresh, untrained model; stops a training run
 * @property {{send: {}, back: null}} start     trains on from where it is; after 'finished' needs more epochs
 *   (`updateHyperparameters`) or `configure`
 * @property {{send: {}, back: Progress}} pause   resolves when no step is under way any more
 * @property {{send: {}, back: Progress}} step    one single step
 * @property {{send: {}, back: Progress}} measure   the held-out loss as it is now
 * @property {{send: Hyperparameters, back: Progress}} updateHyperparameters   while running too; a run that has no
 *   step left is finished, one that has again is paused
 * @property {{send: {name: Pretrained, whole?: boolean}, back: PretrainedInfo}} loadPretrained   fetches a model that
 *   comes with the page and takes it in; needs no data set; code 'network'. Its encoder may come later: unless `whole`,
 *   with the first query that needs it
 * @property {{send: {bytes: Uint8Array}, back: PretrainedInfo}} adopt   the model of a checkpoint, as the one named
 *   'yours', beside the one in training; needs no data set
 * @property {{send: Parameters<Engine['continuePretrained']>[0], back: ModelInfo}} continuePretrained   a run of its
 * own
 *   from the weights of a model that `loadPretrained` took in; stops a training run
 * @property {{send: {}, back: Checkpoint}} checkpoint
 * @property {{send: {bytes: Uint8Array}, back: ModelInfo & {progress: Progress}}} restore   stops a training run;
 *   keeps the old model if it fails; code 'data'
 */

/** @typedef {Commands & Queries & UseQueries} Requests */
/** @typedef {keyof Requests} RequestType */

/**
 * Codes: 'config' a value out of range; 'data' a file or download that cannot be used; 'network'; 'cancelled'; 'state'
 * a request that does not fit now (no data set yet, training finished); 'device' WebGPU missing or lost; 'panic' the
 * engine broke: only a new worker helps; 'internal'. `text` is for the person; `message` is English, for the console.
 * @typedef {'config' | 'data' | 'network' | 'cancelled' | 'state' | 'device' | 'panic' | 'internal'} ErrorCode
 * `backend`: which build failed, if the engine had not opened yet.
 * @typedef {{code: ErrorCode, message: string, text: Message, backend?: Backend}} Failure
 */

/** What a visitor waits for. @typedef {'engine' | 'model' | 'encoder'} Fetched */

/**
 * Worker -> page, unasked.
 * `checkpoint`: the newest good weights and where they stand, sent every few seconds while training and on pause, to
 * restart from after `fatal`.
 * `fetching`: how much of the engine, of a model that comes with the page or of its encoder is here, in bytes as sent;
 * `total` is 0 where that is not known. `fetched`: it is not on its way any more.
 * `completed`: a model's encoder is here that somebody asked for in vain while the network was gone.
 * `stopped`: training broke off (it diverged), and the weights are spoilt; those of the last checkpoint are not.
 * `fatal`: the worker is dead (lost device, panic): terminate it, start another, `init`, `load`, `restore`.
 * @typedef {{event: 'status', text: Message}
 *   | {event: 'loading', label: Message, done: number, total: number}
 *   | {event: 'fetching', what: Fetched, done: number, total: number}
 *   | {event: 'fetched', what: Fetched}
 *   | {event: 'completed', name: Pretrained}
 *   | {event: 'progress', progress: Progress}
 *   | {event: 'checkpoint'} & Checkpoint
 *   | {event: 'stopped', error: Failure, progress: Progress}
 *   | {event: 'fatal', error: Failure}} WorkerEvent
 */

/**
 * `live`: a person's hand is moving, and the answer shall follow it.
 * @typedef {{id: number, type: RequestType, send: any, live: boolean}} RequestMessage
 */
/** @typedef {{id: number, ok: true, back: any} | {id: number, ok: false, error: Failure}} ResponseMessage */

/** An error with its code and its sentence: one that crossed the border, or one of the page's own. */
export class EngineError extends Error {
  /** @param {Failure} failure */
  constructor(failure) {
    super(failure.message);
    this.name = 'EngineError';
    this.failure = failure;
  }

  get code() {
    return this.failure.code;
  }
}

/**
 * An error in words.
 * @param {ErrorCode} code @param {string} key of its sentence @param {Record<string, unknown>} [values]
 */
export function problem(code, key, values = {}) {
  return new EngineError({ code, message: `${key} ${JSON.stringify(values)}`, text: { ...values, key } });
}

/**
 * What to tell the person; null for what was cancelled, which needs no words.
 * @param {unknown} error @returns {Message | null}
 */
export function textOf(error) {
  const { code, text } = toFailure(error);
  return code === 'cancelled' ? null : text;
}

/** The longest text of somebody else's that is shown, and that the console gets, in characters. */
const LONGEST = 240;
const LONGEST_MESSAGE = 2000;

/**
 * Text of somebody else's at a length that can be shown; anything else as it is.
 * @template T @param {T} value @param {number} [most] characters @returns {T}
 */
export function cut(value, most = LONGEST) {
  if (typeof value !== 'string' || value.length <= most) return value;
  return /** @type {T} */ (`${value.slice(0, most - 1)}…`);
}

/** The longest name of a file that is shown, in characters. */
const LONGEST_NAME = 80;

/** A file's name at a length that can be shown. @param {string} name */
export const shortName = (name) => cut(name, LONGEST_NAME);

/** What something that was thrown says, as far as it can be shown. @param {unknown} error @returns {string} */
export function firstLine(error) {
  const message = String(/** @type {any} */ (error)?.message ?? error);
  return cut(message.slice(0, LONGEST_MESSAGE).split('\n')[0] ?? '');
}

/**
 * Everything that is thrown becomes a Failure here, once. The engine's errors say in `reason` which they are and carry
 * their values; anything else is shown by its first line.
 * @param {unknown} error @returns {Failure}
 */
export function toFailure(error) {
  if (error instanceof EngineError) return error.failure;
  const e = /** @type {any} */ (error);
  if (e?.name === 'AbortError') return { code: 'cancelled', message: 'cancelled', text: { key: 'errors.cancelled' } };
  const message = String(e?.message ?? e).slice(0, LONGEST_MESSAGE);
  const code = typeof e?.code === 'string' ? e.code : 'internal';
  if (typeof e?.reason !== 'string') {
    return { code, message, text: { key: 'errors.other', said: firstLine(error) } };
  }
  const { field, ...rest } = e;
  const values = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, cut(value)]));
  const named = field === undefined ? {} : { field: { key: `app.setting.${field}`, or: cut(String(field)) } };
  return { code, message, text: { ...values, ...named, key: `errors.${e.reason}` } };
}
