// @ts-check
/**
 * What the page knows: device, data set, model, progress, curve; and what can be done with them. Panels listen and ask; only the
 * session talks to the engine about things that change the run. Nothing a person trained is thrown away: a model that is replaced
 * waits in `undoable`, and after a crash the last checkpoint comes back.
 *
 * @typedef {import('./protocol.js').TrainConfig} TrainConfig
 * @typedef {import('./protocol.js').DataSource} DataSource
 * @typedef {import('./protocol.js').Progress} Progress
 * @typedef {import('./protocol.js').ModelInfo} ModelInfo
 * @typedef {import('./protocol.js').DatasetInfo} DatasetInfo
 * @typedef {import('./protocol.js').Failure} Failure
 * @typedef {{bytes: Uint8Array, source: DataSource, history: History, progress: Progress, config: TrainConfig}} Kept
 *
 * @typedef {object} Events
 * @property {string} ready    the page is alive for the first time; a sentence on what the address asked for in vain, or ''
 * @property {import('./protocol.js').DeviceInfo} device
 * @property {DatasetInfo} dataset
 * @property {{info: ModelInfo, previous: ModelInfo | null, fresh: boolean}} model   another model is in place: untrained (`fresh`) or brought back
 * @property {TrainConfig} config   a setting was changed in the running model
 * @property {Progress} progress
 * @property {{label: string, done: number, total: number} | null} loading
 * @property {Kept | null} undoable
 * @property {string} say      a sentence for the status line
 * @property {Failure | null} fatal
 */
import { EngineClient } from './engine.js';
import { count, nats } from './format.js';
import { History } from './history.js';
import { EngineError } from './protocol.js';

/** @type {Progress} */
const UNTRAINED = { state: 'idle', step: 0, totalSteps: 0, epoch: 0, epochs: 0, stepsPerSecond: 0, secondsLeft: 0, losses: null, heldOut: null };

export class Session {
  /** @type {import('./protocol.js').DeviceInfo | null} */ device = null;
  /** @type {import('./protocol.js').Preset[]} */ presets = [];
  /** @type {DatasetInfo | null} */ dataset = null;
  /** @type {ModelInfo | null} */ model = null;
  /** @type {Progress} */ progress = UNTRAINED;
  /** @type {Kept | null} */ undoable = null;
  history = new History();
  /** What is trained with, `tune`d values included. @type {TrainConfig | null} */ config = null;

  /** @type {DataSource | null} */ #source = null;
  /** @type {Uint8Array | null} */ #checkpoint = null;
  /** @type {'auto' | import('./protocol.js').Backend} */ #choice;
  /** @type {EngineClient} */ #client;
  /** @type {Map<string, ((detail: any) => void)[]>} */ #listeners = new Map();
  /** @type {Promise<unknown>} */ #last = Promise.resolve();
  #loads = 0;

  /** @param {'auto' | import('./protocol.js').Backend} choice */
  constructor(choice) {
    this.#choice = choice;
    this.#client = new EngineClient((event) => this.#onEvent(event));
  }

  /** @template {keyof Events} K @param {K} name @param {(detail: Events[K]) => void} listener */
  on(name, listener) {
    this.#listeners.set(name, [...(this.#listeners.get(name) ?? []), listener]);
  }

  /** @template {keyof Events} K @param {K} name @param {Events[K]} detail */
  #emit(name, detail) {
    for (const listener of this.#listeners.get(name) ?? []) listener(detail);
  }

  /** @param {string} sentence */
  say(sentence) {
    this.#emit('say', sentence);
  }

  /** Requests that change nothing: images, samples, reconstructions. @type {EngineClient['request']} */
  ask = (type, send) => this.#client.request(type, send);

  get running() {
    return this.progress.state === 'running';
  }

  get trained() {
    return this.progress.step > 0;
  }

  /**
   * The engine, a data set, an untrained model.
   * @param {DataSource[]} sources tried in turn
   * @param {(presets: import('./protocol.js').Preset[]) => TrainConfig[]} configs tried in turn
   */
  async boot(sources, configs) {
    try {
      await this.#open();
      const refused = [
        await firstThat(sources, (source) => this.#load(source)),
        await firstThat(configs(this.presets), (config) => this.#configure(config)),
      ];
      this.#emit('ready', refused.filter(Boolean).join(' '));
    } catch (error) {
      this.#broken(error);
    }
  }

  /** The old data set and model stay if it fails or is cancelled. @param {DataSource} source */
  async load(source) {
    const { config } = this;
    if (!config) return;
    const before = this.#source;
    const load = ++this.#loads;
    this.#emit('loading', { label: 'Preparing', done: 0, total: 0 });
    try {
      const info = await this.#client.request('load', { source });
      // A model in training came here as a checkpoint just before the new data took the old one's place.
      const kept = this.trained && this.#checkpoint && before ? this.#keep(this.#checkpoint, before) : null;
      await this.#only(async () => {
        this.#replaced(source, info);
        await this.#configure(config);
        if (kept) this.#setUndoable(kept);
      });
      const sentences = [`${info.name}: ${count(info.train)} digits to learn from, ${count(info.heldOut)} held out.`, kept && 'A new model was started for them.', info.note];
      this.say(sentences.filter(Boolean).join(' '));
    } finally {
      if (load === this.#loads) this.#emit('loading', null);
    }
  }

  cancelLoad() {
    return this.#client.request('cancelLoad', {});
  }

  /** A fresh model; the one that was there can be brought back. @param {TrainConfig} config */
  configure(config) {
    return this.#only(async () => {
      const wasRunning = this.running;
      const kept = await this.#keepNow();
      try {
        await this.#configure(config);
      } catch (error) {
        if (wasRunning) await this.#client.request('start', {});
        throw error;
      }
      if (kept) this.#setUndoable(kept);
      this.say(kept ? 'A fresh, untrained model. The one before can be brought back.' : 'A fresh, untrained model.');
    });
  }

  /** Brings the replaced model back; the one that is there now takes its place, if it was trained. */
  undo() {
    return this.#only(async () => {
      const back = this.undoable;
      if (!back) return;
      const now = await this.#keepNow();
      if (back.source !== this.#source) this.#replaced(back.source, await this.#client.request('load', { source: back.source }));
      await this.#restore(back.bytes, back.history, back.config);
      this.#setUndoable(now);
      this.say(`The model is back at step ${count(this.progress.step)}.`);
    });
  }

  start() {
    return this.#only(() => this.#client.request('start', {}));
  }

  pause() {
    return this.#only(async () => this.#setProgress(await this.#client.request('pause', {})));
  }

  step() {
    return this.#only(async () => this.#setProgress(await this.#client.request('step', {})));
  }

  /** @param {{learningRate?: number, beta?: number, epochs?: number}} change */
  tune(change) {
    return this.#only(async () => {
      await this.#client.request('tune', change);
      if (!this.config || !this.model) return;
      this.config = { ...this.config, ...change };
      if (change.epochs) {
        const totalSteps = change.epochs * this.model.stepsPerEpoch;
        this.#setProgress({ ...this.progress, epochs: change.epochs, totalSteps, losses: null, heldOut: null });
      }
      this.#emit('config', this.config);
    });
  }

  /** A new engine with the last good weights. @param {'auto' | import('./protocol.js').Backend} [choice] */
  restart(choice) {
    if (choice) this.#choice = choice;
    this.#client.restart();
    this.#last = Promise.resolve();
    return this.#only(async () => {
      try {
        this.say('Restarting the engine…');
        await this.#open();
        if (this.#source) await this.#load(this.#source);
        if (this.#checkpoint && this.config) await this.#restore(this.#checkpoint, this.history, this.config);
        else if (this.config) await this.#configure(this.config);
        this.#emit('fatal', null);
        this.say(this.trained ? `The engine is back, at step ${count(this.progress.step)}.` : 'The engine is back.');
      } catch (error) {
        this.#broken(error);
      }
    });
  }

  // -------------------------------------------------------------- below: one request each, and what follows from it

  async #open() {
    const { device, presets } = await this.#client.request('init', { device: this.#choice });
    this.device = device;
    this.presets = presets;
    this.#emit('device', device);
  }

  /** @param {DataSource} source */
  async #load(source) {
    try {
      this.#replaced(source, await this.#client.request('load', { source }));
    } finally {
      this.#emit('loading', null);
    }
  }

  /** @param {DataSource} source @param {DatasetInfo} info */
  #replaced(source, info) {
    this.#source = source;
    this.dataset = info;
    this.#emit('dataset', info);
  }

  /** @param {TrainConfig} config */
  async #configure(config) {
    const info = await this.#client.request('configure', { config });
    this.history = new History();
    this.#checkpoint = null;
    this.#placed(info, info.config, { ...UNTRAINED, epochs: config.epochs, totalSteps: config.epochs * info.stepsPerEpoch }, true);
  }

  /** @param {Uint8Array} bytes @param {History} history @param {TrainConfig} config */
  async #restore(bytes, history, config) {
    const info = await this.#client.request('restore', { bytes });
    this.history = history;
    this.history.trim(info.progress.step);
    this.#checkpoint = bytes;
    this.#placed(info, { ...config, ...info.config }, info.progress, false);
  }

  /** @param {ModelInfo} info @param {TrainConfig} config @param {Progress} progress @param {boolean} fresh */
  #placed(info, config, progress, fresh) {
    const previous = this.model;
    this.model = info;
    this.config = config;
    this.progress = progress;
    this.#emit('model', { info, previous, fresh });
    this.#emit('progress', progress);
  }

  async #keepNow() {
    if (!this.trained || !this.#source) return null;
    if (this.running) this.#setProgress(await this.#client.request('pause', {}));
    const { bytes } = await this.#client.request('checkpoint', {});
    return this.#keep(bytes, this.#source);
  }

  /** @param {Uint8Array} bytes @param {DataSource} source @returns {Kept | null} */
  #keep(bytes, source) {
    return this.config && { bytes, source, history: this.history.copy(), progress: this.progress, config: this.config };
  }

  /** @param {Kept | null} kept */
  #setUndoable(kept) {
    this.undoable = kept;
    this.#emit('undoable', kept);
  }

  /** @param {Progress} progress */
  #setProgress(progress) {
    const before = this.progress.state;
    this.progress = progress;
    this.history.add(progress);
    this.#emit('progress', progress);
    if (progress.state === before) return;
    const at = `step ${count(progress.step)}`;
    const total = this.history.total.findLast((value) => value !== null);
    const loss = total == null ? '' : `, loss ${nats(total)} nats`;
    if (progress.state === 'running') this.say(progress.step === 0 ? 'Training has begun.' : `Training on from ${at}.`);
    if (progress.state === 'paused') this.say(`Paused at ${at}${loss}.`);
    if (progress.state === 'finished') this.say(`Finished at ${at}${loss}.`);
  }

  /** @param {import('./protocol.js').WorkerEvent} event */
  #onEvent(event) {
    if (event.event === 'status') this.say(event.text);
    if (event.event === 'loading') this.#emit('loading', event);
    if (event.event === 'progress') this.#setProgress(event.progress);
    if (event.event === 'checkpoint') this.#checkpoint = event.bytes;
    if (event.event === 'fatal') this.#broken(new EngineError(event.error));
  }

  /** @param {unknown} error */
  #broken(error) {
    const code = error instanceof EngineError ? error.code : 'internal';
    if (code === 'cancelled') return;
    if (this.running) this.#setProgress({ ...this.progress, state: 'paused', stepsPerSecond: 0, secondsLeft: 0, losses: null, heldOut: null });
    this.#emit('fatal', { code, message: error instanceof Error ? error.message : String(error) });
  }

  /** Changes of the run happen one after the other, whatever is clicked meanwhile. @template T @param {() => Promise<T>} change @returns {Promise<T>} */
  #only(change) {
    const now = this.#last.then(change);
    this.#last = now.catch(() => {});
    return now;
  }
}

/**
 * The first choice that works. Returns why an earlier one did not.
 * @template T @param {T[]} choices @param {(choice: T) => Promise<void>} attempt
 */
async function firstThat(choices, attempt) {
  let refused = '';
  for (const [i, choice] of choices.entries()) {
    try {
      await attempt(choice);
      break;
    } catch (error) {
      if (i === choices.length - 1 || !(error instanceof EngineError) || error.code === 'panic' || error.code === 'device') throw error;
      refused ||= error.message;
    }
  }
  return refused;
}
