// @ts-check
/**
 * The whole contract between the page (main thread) and the worker: requests, their results, events, errors.
 * Panels know this file and nothing behind it. Pixels are grey levels 0..=255 (ink is bright), 784 bytes an image, row by row;
 * codes are latent vectors, `latent` numbers each; losses are nats per image.
 */

/** @typedef {'webgpu' | 'cpu'} Backend */
/** @typedef {'idle' | 'running' | 'paused' | 'finished'} TrainState */
/** @typedef {'lerp' | 'slerp'} Path */

/**
 * What the engine runs on, and why.
 * @typedef {object} DeviceInfo
 * @property {Backend} backend
 * @property {string} adapter   what to show: "NVIDIA Ampere", "SwiftShader (software)", "CPU, one thread, SIMD"
 * @property {string} reason    one sentence: why this device was chosen
 */

/**
 * What the engine shall run on. `why` is the reason to show where it was chosen: "it was asked for in the address".
 * @typedef {{device: 'auto', why?: undefined} | {device: Backend, why: string}} Choice
 */

/**
 * A network and objective that can be trained from the page.
 * @typedef {object} Preset
 * @property {string} name      identifier: 'linear' | 'deep' | 'beta' | 'wide' | 'classic' | 'conv' | 'residual' | 'generator'
 * @property {string} title     "Classic MLP"
 * @property {string} summary   one line: what it is and what to look for
 * @property {string} shape     "784 - 400 - z - 400 - 784"
 * @property {number} latent    default latent size
 * @property {number} beta      default beta
 * @property {number} learningRate
 * @property {number} batch
 */

/** A shape that begins with the code has no encoder: its codes are free, and |z|²/2 stands where others have a KL. @param {Preset} preset */
export const hasEncoder = ({ shape }) => !shape.startsWith('z');

/**
 * Everything that defines a training run. Out-of-range values are refused with code 'config' and a message that names field and range.
 * @typedef {object} TrainConfig
 * @property {string} preset
 * @property {number} latent        1..=256
 * @property {number} beta          0..=100
 * @property {number} learningRate  1e-6..=1
 * @property {number} batch         1..=1024
 * @property {number} epochs        1..=1000
 * @property {number} seed          0..=4294967295
 */

/**
 * @typedef {object} ModelInfo
 * @property {TrainConfig} config
 * @property {number} parameters    trainable numbers in the model
 * @property {number} latent
 * @property {number} stepsPerEpoch
 */

/**
 * @typedef {object} DatasetInfo
 * @property {string} kind       'generated' | 'files' | that of a published data set
 * @property {string} name       "Generated digits", "MNIST", file name
 * @property {number} train      number of training images
 * @property {number} heldOut    number of held-out images, never trained on
 * @property {boolean} labelled
 * @property {number} own        a person's own images among those to train on...
 * @property {number} times      ...and how often each is there
 * @property {string} [note]     a sentence to tell, if there is something to know: the browser would not keep the download
 */

/**
 * @typedef {object} Losses
 * @property {number} total           reconstruction + beta * KL, as optimised
 * @property {number} reconstruction
 * @property {number} kl
 */

/**
 * @typedef {object} Progress
 * @property {TrainState} state
 * @property {number} step            steps done
 * @property {number} totalSteps      epochs * stepsPerEpoch
 * @property {number} epoch           epochs begun, 1-based; 0 before the first step
 * @property {number} epochs
 * @property {Losses | null} losses   mean over the steps since the previous progress event; null if there were none
 * @property {Losses | null} heldOut  when it was measured just now
 */

/** Weights, optimiser and settings as a safetensors file, and where they stand. @typedef {{bytes: Uint8Array, progress: Progress}} Checkpoint */
/** Trained models that come with the page: the best there is, and one with two latents, for the map. @typedef {'best' | 'plane'} Shipped */
/**
 * @typedef {object} ShippedInfo
 * @property {string} title         of the preset it was made from
 * @property {string} shape
 * @property {number} latent
 * @property {number} parameters
 * @property {{data: string, split: string, images: number, epochs: number, grey: number | null} | null} record   what it learned from, and the loss of the test images
 */
/** Who is asked: a shipped model by its name, or, without one, the model in training. @typedef {{model?: Shipped | undefined}} Asked */
/** @typedef {{pixels: Uint8Array, labels: Uint8Array | null, indices: Uint32Array}} Images */
/** @typedef {{pixels: Uint8Array, codes: Float32Array}} Decoded */
/** @typedef {{input: Uint8Array, output: Uint8Array, codes: Float32Array, labels: Uint8Array | null, indices: Uint32Array}} Reconstructed */
/** @typedef {{empty: boolean, input: Uint8Array, output: Uint8Array, code: Float32Array}} DrawnResult  arrays are empty when `empty` */

/** Data sets that are fetched: MNIST, Fashion-MNIST, KMNIST. */
export const PUBLISHED = /** @type {const} */ (['mnist', 'fashion', 'kmnist']);
/** @typedef {typeof PUBLISHED[number]} Published */

/** A person's own images: 784 grey levels and a label each, to be trained on `times` over. @typedef {{pixels: Uint8Array, labels: Uint8Array, times: number}} Mix */

/**
 * Where images come from. `Published`: the worker fetches, checks and caches four files. `files`: one IDX file of images (gzipped or not),
 * or two (images to train on, images held out), labels optional; anything else is refused with a message.
 * `mirrors` replace the addresses the four files are fetched from; with `cachedOnly` nothing is fetched (code 'network' if a file is missing).
 * The person's own images in `mix` are trained on, too, and never held out.
 * @typedef {({kind: 'generated', count: number, seed: number} | {kind: Published, mirrors?: string[], cachedOnly?: boolean} | {kind: 'files', files: File[]}) & {mix?: Mix}} DataSource
 */

/**
 * Every request: what is sent, what comes back.
 * @typedef {object} Requests
 * @property {{send: Choice, back: {device: DeviceInfo, presets: Preset[]}}} init  first, once per worker
 * @property {{send: {source: DataSource}, back: DatasetInfo}} load       keeps the old data set if it fails; code 'cancelled' after `cancelLoad`; stops a training run
 * @property {{send: {}, back: null}} cancelLoad
 * @property {{send: {pixels: Uint8Array, labels: Uint8Array}, back: {images: Uint8Array, labels: Uint8Array}}} pack   two IDX files
 * @property {{send: {split: 'train' | 'heldOut', count: number, seed: number}, back: Images}} peek   `count` images spread over the split
 * @property {{send: {config: TrainConfig}, back: ModelInfo}} configure   a fresh, untrained model; stops a training run
 * @property {{send: {}, back: null}} start     trains on from where it is; after 'finished' needs more epochs (`tune`) or `configure`
 * @property {{send: {}, back: Progress}} pause   resolves when no step is under way any more
 * @property {{send: {}, back: Progress}} step    one single step
 * @property {{send: {learningRate?: number, beta?: number, epochs?: number}, back: Progress}} tune   while running too; a run that has no step left is finished, one that has again is paused
 * @property {{send: {name: Shipped}, back: ShippedInfo}} ship   fetches a model that comes with the page and takes it in; needs no data set; code 'network'
 * @property {{send: {count: number, seed: number} & Asked, back: Decoded}} samples     decoded draws from the prior
 * @property {{send: {codes: Float32Array} & Asked, back: Decoded}} decode      any codes
 * @property {{send: {count: number} & Asked, back: Reconstructed}} heldOut             the first held-out images and their reconstructions (posterior means)
 * @property {{send: {pixels: Uint8Array} & Asked, back: Decoded}} encode               any images: their posterior means, and these decoded
 * @property {{send: {strokes: Float32Array[], pen: number} & Asked, back: DrawnResult}} draw   strokes as x,y,x,y,...; `pen` = stroke width in the same units
 * @property {{send: {a: Float32Array, b: Float32Array, frames: number, path: Path} & Asked, back: Decoded}} interpolate   frame 0 decodes a, the last decodes b
 * @property {{send: {}, back: Checkpoint}} checkpoint
 * @property {{send: {bytes: Uint8Array}, back: ModelInfo & {progress: Progress}}} restore   stops a training run; keeps the old model if it fails; code 'data'
 */

/** @typedef {keyof Requests} RequestType */

/**
 * Codes: 'config' a value out of range; 'data' a file or download that cannot be used; 'network'; 'cancelled'; 'state' a request that does not fit
 * now (no data set yet, training finished); 'device' WebGPU missing or lost; 'panic' the engine broke: only a new worker helps; 'internal'.
 * @typedef {'config' | 'data' | 'network' | 'cancelled' | 'state' | 'device' | 'panic' | 'internal'} ErrorCode
 * @typedef {{code: ErrorCode, message: string}} Failure
 */

/**
 * Worker -> page, unasked.
 * `checkpoint`: the newest good weights and where they stand, sent every few seconds while training and on pause, to restart from after `fatal`.
 * `stopped`: training broke off (it diverged), and the weights are spoilt; those of the last checkpoint are not.
 * `fatal`: the worker is dead (lost device, panic): terminate it, start another, `init`, `load`, `restore`.
 * @typedef {{event: 'status', text: string}
 *   | {event: 'loading', label: string, done: number, total: number}
 *   | {event: 'progress', progress: Progress}
 *   | {event: 'checkpoint'} & Checkpoint
 *   | {event: 'stopped', error: Failure, progress: Progress}
 *   | {event: 'fatal', error: Failure}} WorkerEvent
 */

/** @typedef {{id: number, type: RequestType, send: any}} RequestMessage */
/** @typedef {{id: number, ok: true, back: any} | {id: number, ok: false, error: Failure}} ResponseMessage */

/** An error that crossed the border, with its code. */
export class EngineError extends Error {
  /** @param {Failure} failure */
  constructor({ code, message }) {
    super(message);
    this.name = 'EngineError';
    /** @type {ErrorCode} */
    this.code = code;
  }
}

/** Everything that is thrown in the worker becomes a Failure here, once. @param {unknown} error @returns {Failure} */
export function toFailure(error) {
  const e = /** @type {any} */ (error);
  if (e && typeof e.code === 'string' && typeof e.message === 'string') return { code: e.code, message: e.message };
  return { code: 'internal', message: String(e?.message ?? e) };
}
