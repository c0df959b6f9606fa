/* tslint:disable */
/* eslint-disable */

/** Told once, at most, that this instance is dead. */
export type OnFatal = (
code: 'panic' | 'device', message: string, reason: Reason, detail: string,
) => void;



/** What every method of this module throws or rejects with. */
export interface EngineError extends Omit<Error, 'name'> {
    /** The class of the error, for control flow. */
    code: 'config' | 'data' | 'state' | 'device' | 'panic' | 'internal';
    reason: Reason;
    /** A setting or an argument. */
    field?: string;
    low?: number;
    high?: number;
    /** Whether only whole numbers are allowed. */
    integer?: boolean;
    /** What was refused: a number with the reasons `range`, `badSetting` and `notADigit`. */
    value?: number | string;
    allowed?: string[];
    expected?: number | string;
    found?: number | string;
    /** What is counted. */
    items?: 'images' | 'labels';
    images?: number;
    labels?: number;
    width?: number;
    height?: number;
    epochs?: number;
    name?: string;
    /** Technical, in English. */
    detail?: string;
}



/** Which model is asked: the pretrained one of that name; without it, the one in training. */
export interface Asked { model?: string | undefined }
export interface SamplesQuery extends Asked {
    /** 1 to 4096. */
    count: number;
    seed: number;
}
export interface DecodeQuery extends Asked {
    /** A whole number of latents. */
    codes: Float32Array;
}
export interface HeldOutQuery extends Asked {
    /** 1 to 10,000; all held-out images if there are fewer. */
    count: number;
}
export interface EncodeQuery extends Asked {
    /** A whole number of images, 784 grey levels each. */
    pixels: Uint8Array;
}
export interface DrawQuery extends Asked {
    /** `x, y, x, y, ...` each. */
    strokes: Float32Array[];
    /** Width of the strokes in the same units. */
    pen: number;
}
export interface InterpolateQuery extends Asked {
    /** The latent that frame 0 decodes. */
    a: Float32Array;
    /** The latent that the last frame decodes. */
    b: Float32Array;
    /** 2 to 1000. */
    frames: number;
    path: 'lerp' | 'slerp';
}
export interface SampleImagesQuery {
    split: 'train' | 'heldOut';
    /** Up to 10,000; all images of the split if there are fewer. */
    count: number;
    seed: number;
}


/**
 * A drawing as the model sees it, and what the model makes of it; all empty for an empty canvas.
 */
export interface DrawnResult {
    empty: boolean;
    input: Uint8Array;
    output: Uint8Array;
    code: Float32Array;
}

/**
 * A network and objective that can be trained.
 */
export interface Preset {
    name: string;
    title: string;
    summary: string;
    /**
     * Layer sizes; `z` stands for the latent size.
     */
    shape: string;
    /**
     * Without an encoder each training image has a free code instead.
     */
    hasEncoder: boolean;
    latent: number;
    beta: number;
    learningRate: number;
    batch: number;
}

/**
 * A trained model, loaded from a file.
 */
export interface PretrainedInfo {
    /**
     * The preset it was made from.
     */
    preset: string;
    hasEncoder: boolean;
    title: string;
    shape: string;
    latent: number;
    parameters: number;
    /**
     * How it was trained, if its file says so.
     */
    record: PretrainedCard | null;
}

/**
 * Everything that defines a training run.
 */
export interface TrainConfig {
    preset: string;
    /**
     * 1 to 256.
     */
    latent: number;
    /**
     * 0 to 100.
     */
    beta: number;
    /**
     * 1e-6 to 1.
     */
    learningRate: number;
    /**
     * 1 to 1024.
     */
    batch: number;
    /**
     * 1 to 1000.
     */
    epochs: number;
    /**
     * 0 to 4294967295.
     */
    seed: number;
}

/**
 * How far a kernel's result lies from Burn's.
 */
export interface Deviation {
    name: string;
    /**
     * The largest difference, relative to the largest number.
     */
    relative: number;
}

/**
 * How far the generation of digits is.
 */
export interface Generated {
    done: number;
    total: number;
}

/**
 * How far training is.
 */
export interface Progress {
    /**
     * `idle` before the first step, `finished` after the last, `paused` in between.
     */
    state: 'idle' | 'paused' | 'finished';
    step: number;
    totalSteps: number;
    /**
     * Epochs begun; 0 before the first step.
     */
    epoch: number;
    epochs: number;
    stepsPerSecond: number;
    secondsLeft: number;
    /**
     * Mean over the steps of this call.
     */
    losses: Losses | null;
    /**
     * Of held-out images, when it was measured in this call.
     */
    heldOut: Losses | null;
}

/**
 * Images of the data set, 784 grey levels each.
 */
export interface Images {
    pixels: Uint8Array;
    labels: Uint8Array | null;
    indices: Uint32Array;
}

/**
 * Images, the latents that stand for them, and the mean images of these.
 */
export interface Reconstructed {
    input: Uint8Array;
    output: Uint8Array;
    codes: Float32Array;
    labels: Uint8Array | null;
    indices: Uint32Array;
}

/**
 * Latents and their mean images, 784 grey levels each.
 */
export interface Decoded {
    pixels: Uint8Array;
    codes: Float32Array;
}

/**
 * Mean losses in nats per image.
 */
export interface Losses {
    /**
     * Reconstruction + beta * KL, as optimised.
     */
    total: number;
    reconstruction: number;
    kl: number;
}

/**
 * Settings to change from the next step on; an absent one stays.
 */
export interface Hyperparameters {
    learningRate?: number;
    beta?: number;
    epochs?: number;
}

/**
 * The data set in use.
 */
export interface DatasetInfo {
    /**
     * `generated`, or what was given to `loadIdx`.
     */
    kind: string;
    name: string;
    /**
     * Training images.
     */
    train: number;
    /**
     * Images that are never trained on.
     */
    heldOut: number;
    /**
     * A person's own images among those to train on, and how often each is there.
     */
    own: number;
    times: number;
    labelled: boolean;
}

/**
 * The model as configured.
 */
export interface ModelInfo {
    config: TrainConfig;
    /**
     * Trainable numbers.
     */
    parameters: number;
    latent: number;
    stepsPerEpoch: number;
    /**
     * How far a restored run is.
     */
    progress?: Progress;
}

/**
 * The range of each setting, under its identifier.
 */
export interface SettingRanges {
    latent: SettingRange;
    beta: SettingRange;
    learningRate: SettingRange;
    batch: SettingRange;
    epochs: SettingRange;
    seed: SettingRange;
    /**
     * Digits to generate.
     */
    count: SettingRange;
    /**
     * Copies of each of a person's own images.
     */
    times: SettingRange;
    /**
     * Of an interpolation, both ends included.
     */
    frames: SettingRange;
}

/**
 * The values that a setting may take, both ends included.
 */
export interface SettingRange {
    min: number;
    max: number;
    /**
     * Whether only whole numbers are allowed.
     */
    integer: boolean;
}

/**
 * What a pretrained model learned from.
 */
export interface PretrainedCard {
    data: string;
    /**
     * The part of it.
     */
    split: string;
    images: number;
    epochs: number;
    /**
     * Negative ELBO of the test images in nats per image, if it was measured.
     */
    grey: number | null;
}

/**
 * What an IDX file holds.
 */
export interface IdxContent {
    /**
     * Images; else labels.
     */
    images: boolean;
    /**
     * How many.
     */
    items: number;
}

/**
 * Why something failed. `EngineError` lists the fields that each reason comes with.
 */
export type Reason = "range" | "unknownChoice" | "badArgument" | "noDataset" | "noModel" | "noPretrained" | "notGenerating" | "finished" | "diverged" | "noEncoder" | "shape" | "latentMismatch" | "notFinite" | "tooFewImages" | "notADigit" | "needsCpu" | "noStep" | "emptyFile" | "pixelCount" | "notIdx" | "gzipTruncated" | "gzipDamaged" | "outOfMemory" | "idxType" | "labelsNotImages" | "imagesNotLabels" | "idxDimensions" | "imageSize" | "noItems" | "tooManyItems" | "idxHeaderTruncated" | "idxTruncated" | "idxTrailing" | "tooManyMixed" | "labelsMismatch" | "fileTooShort" | "notSafetensors" | "badHeader" | "fileLength" | "tensorOverlap" | "tensorSize" | "tensorType" | "unreadable" | "foreignFile" | "badDescription" | "badSetting" | "missingTensor" | "extraTensor" | "tensorShape" | "tensorNotFinite" | "unwritable" | "fileTooSmall" | "unknownModel" | "badOptimizer" | "noTrainingState" | "tooManySteps" | "noCodes" | "codesMismatch" | "badCodes" | "badRecord" | "pretrainedNoEncoder" | "device" | "deviceLost" | "panic" | "internal";


/**
 * A fixed workload in training, as the peers' bench drives one: every method says what it does
 * with bad input and leaves the training as it was.
 */
export class Bench {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Mean images of latents, 784 numbers in 0..=1 each. Not a whole number of latents is an
     * error.
     */
    decode(latents: Float32Array | number[]): Promise<Float32Array>;
    /**
     * The last step's loss in nats per image, when all steps queued so far are done. Before the
     * first one it is an error.
     */
    loss(): Promise<number>;
    /**
     * A fresh model of `workload` (`M`, `C`, `R` or `S`; anything else is an error) on this
     * build's device, with the peers' weights and data. Without `noise` z = mu.
     */
    static open(workload: string, noise: boolean): Promise<Bench>;
    /**
     * A step on the images at 128 `indices` below 8192; others are an error. Steps are queued on
     * the device several at a time.
     */
    queue(indices: Int32Array | number[]): void;
}

/**
 * One data set, one model in training, and everything that a page asks of them.
 *
 * One call at a time: an asynchronous method must have settled before the next method is called.
 * Whatever is thrown is an `EngineError` and leaves the engine as it was.
 */
export class Engine {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * The adapter's name, which browsers may leave empty.
     */
    adapter(): string;
    /**
     * Trains for about `budget_ms`, one step at least, and reads the losses back once. Measures
     * the held-out loss when it is due: at the end of each epoch, and now and then before.
     */
    advance(budget_ms: number): Promise<Progress>;
    /**
     * Begins to generate `count` digits (60 to 600,000), of which every sixth is held out.
     */
    beginGenerated(count: number, seed: number): void;
    /**
     * Weights, optimiser and progress as a safetensors file. A run that has diverged is refused.
     */
    checkpoint(): Promise<Uint8Array>;
    /**
     * A fresh, untrained model in place of the present one.
     */
    configure(config: TrainConfig): ModelInfo;
    /**
     * Generates for about `budget_ms`. Fails if `beginGenerated` was not called.
     */
    continueGenerated(budget_ms: number): Generated;
    /**
     * Any codes, decoded.
     */
    decode(query: DecodeQuery): Promise<Decoded>;
    /**
     * A drawing, normalised as MNIST is, and its reconstruction.
     */
    draw(query: DrawQuery): Promise<DrawnResult>;
    /**
     * The posterior means of images, and these decoded.
     */
    encode(query: EncodeQuery): Promise<Decoded>;
    /**
     * Makes the generated digits the data set. A model must then be configured anew.
     */
    finishGenerated(): DatasetInfo;
    /**
     * The first held-out images, their labels if there are any, and their reconstructions from the
     * posterior means.
     */
    heldOut(query: HeldOutQuery): Promise<Reconstructed>;
    /**
     * Latents on the way from one to another, decoded.
     */
    interpolate(query: InterpolateQuery): Promise<Decoded>;
    /**
     * Makes IDX files, gzipped or not, the data set. Without held-out images the last tenth of the
     * training images is held out. `kind` comes back in the answer. A model must then be
     * configured anew.
     */
    loadIdx(kind: string, name: string, train_images: Uint8Array | number[], train_labels?: Uint8Array | number[] | null, held_out_images?: Uint8Array | number[] | null, held_out_labels?: Uint8Array | number[] | null): DatasetInfo;
    /**
     * Loads a trained model under `name`, which the queries then take as `model`; without one they
     * ask the model in training. It needs no data set.
     */
    loadPretrained(name: string, bytes: Uint8Array | number[]): PretrainedInfo;
    /**
     * How far training is, with the held-out loss measured now.
     */
    measure(): Promise<Progress>;
    /**
     * Adds a person's own images, 784 grey levels and a label each, to the training images of the
     * next data set, `times` copies of each (1 to 1000) and at most 100,000 in all. Held-out
     * images stay as they are.
     */
    mixIn(pixels: Uint8Array | number[], labels: Uint8Array | number[], times: number): void;
    /**
     * Opens this build's device. Without one it rejects with the code `device`.
     */
    static open(): Promise<Engine>;
    /**
     * Starts compiling the shaders that training needs, and returns without waiting, so that the
     * first step starts at once. Changes nothing.
     */
    prepare(): void;
    /**
     * How far training is.
     */
    progress(): Progress;
    /**
     * The run that `checkpoint` wrote, in place of the present one.
     */
    restore(bytes: Uint8Array | number[]): ModelInfo;
    /**
     * Random images of a split, the same ones for the same seed.
     */
    sampleImages(query: SampleImagesQuery): Images;
    /**
     * Decoded draws from the prior.
     */
    samples(query: SamplesQuery): Promise<Decoded>;
    /**
     * One step.
     */
    step(): Promise<Progress>;
    /**
     * Changes the learning rate, beta or the number of epochs from the next step on. If one of
     * them is refused, all stay.
     */
    updateHyperparameters(change: Hyperparameters): void;
}

/**
 * Runs the kernels beside Burn's own operations on this build's device: the name of each result
 * and how far it lies from Burn's.
 */
export function checkKernels(): Promise<Deviation[]>;

/**
 * What the digit classifier in `weights` (as `inkling classifier --save` writes it) reads each
 * image of 784 grey levels as: 0 to 9. For tests. A file that is none, or grey levels that are not
 * whole images, are errors with the code `data`.
 */
export function classify(weights: Uint8Array | number[], pixels: Uint8Array | number[]): Promise<Uint8Array>;

/**
 * Breaks this instance with a panic, for tests of what a page makes of one.
 */
export function crash(): void;

/**
 * Tells images from labels by what is inside an IDX file, gzipped or not; anything else is an
 * error with the code `data`.
 */
export function inspectIdx(bytes: Uint8Array | number[]): IdxContent;

/**
 * Calls `tell(code, message, reason, detail)`, once at most, when the engine breaks. After a
 * panic or a lost device this instance is dead.
 */
export function onFatal(tell: OnFatal): void;

/**
 * Trains the peers' workload `M` or `C` for a few steps on this build's device: the losses before
 * each step, then the pixel sum of a decoded latent, to be compared with the peers'.
 */
export function parity(workload: string): Promise<Float64Array>;

/**
 * What can be trained; the first is what suits this build's device.
 */
export function presets(): Preset[];

/**
 * The range of each setting: what lies outside is refused.
 */
export function settingRanges(): SettingRanges;

/**
 * Runs when the module is instantiated.
 *
 * Burn registers types in constructors. A module that does not call them itself is taken for a
 * "command" by the linker, which then makes every export run all of them on every call: ten times
 * slower. The call here, once, is what prevents it.
 */
export function start(): void;

/**
 * An IDX file of images, 784 grey levels each.
 */
export function writeImages(pixels: Uint8Array | number[]): Uint8Array;

/**
 * An IDX file of labels.
 */
export function writeLabels(labels: Uint8Array | number[]): Uint8Array;

export type InitInput = RequestInfo | URL | Response | BufferSource | WebAssembly.Module;

export interface InitOutput {
    readonly memory: WebAssembly.Memory;
    readonly __wbg_bench_free: (a: number, b: number) => void;
    readonly __wbg_engine_free: (a: number, b: number) => void;
    readonly bench_decode: (a: number, b: number, c: number) => any;
    readonly bench_loss: (a: number) => any;
    readonly bench_open: (a: number, b: number, c: number) => any;
    readonly bench_queue: (a: number, b: number, c: number) => [number, number];
    readonly checkKernels: () => any;
    readonly classify: (a: number, b: number, c: number, d: number) => any;
    readonly crash: () => void;
    readonly engine_adapter: (a: number) => [number, number];
    readonly engine_advance: (a: number, b: number) => any;
    readonly engine_beginGenerated: (a: number, b: number, c: number) => [number, number];
    readonly engine_checkpoint: (a: number) => any;
    readonly engine_configure: (a: number, b: any) => [number, number, number];
    readonly engine_continueGenerated: (a: number, b: number) => [number, number, number];
    readonly engine_decode: (a: number, b: any) => any;
    readonly engine_draw: (a: number, b: any) => any;
    readonly engine_encode: (a: number, b: any) => any;
    readonly engine_finishGenerated: (a: number) => [number, number, number];
    readonly engine_heldOut: (a: number, b: any) => any;
    readonly engine_interpolate: (a: number, b: any) => any;
    readonly engine_loadIdx: (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number, i: number, j: number, k: number, l: number, m: number) => [number, number, number];
    readonly engine_loadPretrained: (a: number, b: number, c: number, d: number, e: number) => [number, number, number];
    readonly engine_measure: (a: number) => any;
    readonly engine_mixIn: (a: number, b: number, c: number, d: number, e: number, f: number) => [number, number];
    readonly engine_open: () => any;
    readonly engine_prepare: (a: number) => [number, number];
    readonly engine_progress: (a: number) => [number, number, number];
    readonly engine_restore: (a: number, b: number, c: number) => [number, number, number];
    readonly engine_sampleImages: (a: number, b: any) => [number, number, number];
    readonly engine_samples: (a: number, b: any) => any;
    readonly engine_step: (a: number) => any;
    readonly engine_updateHyperparameters: (a: number, b: any) => [number, number];
    readonly inspectIdx: (a: number, b: number) => [number, number, number];
    readonly onFatal: (a: any) => void;
    readonly parity: (a: number, b: number) => any;
    readonly presets: () => [number, number, number];
    readonly settingRanges: () => [number, number, number];
    readonly start: () => void;
    readonly writeImages: (a: number, b: number) => [number, number];
    readonly writeLabels: (a: number, b: number) => [number, number];
    readonly wasm_bindgen__convert__closures_____invoke__h2c56356f95ccfc65: (a: number, b: number, c: any) => [number, number];
    readonly wasm_bindgen__convert__closures_____invoke__h2c56356f95ccfc65_44: (a: number, b: number, c: any) => [number, number];
    readonly wasm_bindgen__convert__closures_____invoke__h2c56356f95ccfc65_45: (a: number, b: number, c: any) => [number, number];
    readonly wasm_bindgen__convert__closures_____invoke__h994b5e5492de3bf2: (a: number, b: number, c: any, d: any) => void;
    readonly wasm_bindgen__convert__closures_____invoke__hf300e0c63f5059f8: (a: number, b: number, c: any) => [number, number];
    readonly wasm_bindgen__convert__closures_____invoke__h291a4a8fb30ba0aa: (a: number, b: number, c: any) => void;
    readonly wasm_bindgen__convert__closures_____invoke__h291a4a8fb30ba0aa_43: (a: number, b: number, c: any) => void;
    readonly __wbindgen_malloc: (a: number, b: number) => number;
    readonly __wbindgen_realloc: (a: number, b: number, c: number, d: number) => number;
    readonly __wbindgen_free: (a: number, b: number, c: number) => void;
    readonly __wbindgen_exn_store: (a: number) => void;
    readonly __externref_table_alloc: () => number;
    readonly __wbindgen_externrefs: WebAssembly.Table;
    readonly __wbindgen_destroy_closure: (a: number, b: number) => void;
    readonly __externref_table_dealloc: (a: number) => void;
    readonly __wbindgen_start: () => void;
}

export type SyncInitInput = BufferSource | WebAssembly.Module;

/**
 * Instantiates the given `module`, which can either be bytes or
 * a precompiled `WebAssembly.Module`.
 *
 * @param {{ module: SyncInitInput }} module - Passing `SyncInitInput` directly is deprecated.
 *
 * @returns {InitOutput}
 */
export function initSync(module: { module: SyncInitInput } | SyncInitInput): InitOutput;

/**
 * If `module_or_path` is {RequestInfo} or {URL}, makes a request and
 * for everything else, calls `WebAssembly.instantiate` directly.
 *
 * @param {{ module_or_path: InitInput | Promise<InitInput> }} module_or_path - Passing `InitInput` directly is deprecated.
 *
 * @returns {Promise<InitOutput>}
 */
export default function __wbg_init (module_or_path?: { module_or_path: InitInput | Promise<InitInput> } | InitInput | Promise<InitInput>): Promise<InitOutput>;
