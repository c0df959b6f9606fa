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
 * @typedef {import('./protocol.js').Choice} Choice
 * @typedef {{bytes: Uint8Array, progress: Progress}} Checkpoint
 * @typedef {Checkpoint & {source: DataSource, history: History, config: TrainConfig}} Kept
 *
 * @typedef {object} Wishes   a data set and a model to begin with; those of each are tried in turn
 * @property {DataSource[]} sources
 * @property {TrainConfig[]} configs
 * @property {string} refused   a sentence on what was asked for and cannot be; or ''
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
 * @property {Failure} stopped   training broke off: the weights are spoilt
 * @property {string} say      a sentence for the status line
 * @property {Failure | null} fatal
 */
import { EngineClient } from './engine.js';
import { count } from './format.js';
import { History } from './history.js';
import { EngineError } from './protocol.js';
import { Teller } from './teller.js';

/** @type {Progress} */
const UNTRAINED = { state: 'idle', step: 0, totalSteps: 0, epoch: 0, epochs: 0, losses: null, heldOut: null };

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
  /** @type {Checkpoint | null} */ #checkpoint = null;
  /** Training broke off: nobody wants these weights back. */
  #spoilt = false;
  /** @type {Choice} */ #choice;
  /** @type {((presets: import('./protocol.js').Preset[]) => Wishes) | null} */ #wishes = null;
  #booted = Promise.resolve();
  #teller = new Teller();
  /** @type {EngineClient} */ #client;
  /** @type {Map<string, ((detail: any) => void)[]>} */ #listeners = new Map();
  /** @type {Promise<unknown>} */ #last = Promise.resolve();
  #loads = 0;

  /** @param {Choice} choice */
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

  /** Whether there are weights that would come back with a restarted engine. */
  get kept() {
    return this.#checkpoint !== null;
  }

  /** The preset of the model that is there. @returns {import('./protocol.js').Preset | undefined} */
  get preset() {
    return this.presets.find(({ name }) => name === this.config?.preset);
  }

  /** The engine, a data set, an untrained model. @param {(presets: import('./protocol.js').Preset[]) => Wishes} wishes */
  boot(wishes) {
    this.#wishes = wishes;
    return (this.#booted = this.#boot(wishes));
  }

  /** The old data set and model stay if it fails or is cancelled. @param {DataSource} source */
  async load(source) {
    if (!this.config) this.say('Still loading the engine: this comes next.');
    await this.#booted;
    await this.#whileLoading(async () => {
      const before = this.#source;
      const info = await this.#client.request('load', { source });
      // A model in training came here as a checkpoint just before the new data took the old one's place.
      const kept = this.trained && this.#checkpoint && before ? this.#keep(this.#checkpoint, before) : null;
      await this.#only(async () => {
        this.#replaced(source, info);
        // As the settings are now: they can be changed while the data are on their way.
        if (this.config) await this.#configure(this.config);
        if (kept) this.#setUndoable(kept);
      });
      const sentences = [`${info.name}: ${count(info.train)} digits to learn from, ${count(info.heldOut)} held out.`, kept && 'A new model was started for them.', info.note];
      this.say(sentences.filter(Boolean).join(' '));
    });
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
      if (back.source !== this.#source) await this.#load(back.source);
      const refused = await this.#weights(back, back.history, back.config);
      this.#setUndoable(now);
      this.say(refused ? `The weights could not be read (${refused}): the model is a fresh one.` : `The model is back at step ${count(this.progress.step)}.`);
    });
  }

  /** Trains on; a finished run gets as many epochs again, ten at most. */
  start() {
    return this.#only(async () => {
      const { config, progress } = this;
      if (config && progress.state === 'finished') {
        await this.#tune({ epochs: Math.min(1000, Math.max(config.epochs, progress.epoch) + Math.min(10, config.epochs)) });
      }
      await this.#client.request('start', {});
    });
  }

  pause() {
    return this.#only(async () => this.#setProgress(await this.#client.request('pause', {})));
  }

  step() {
    return this.#only(async () => this.#setProgress(await this.#client.request('step', {})));
  }

  /** @param {{learningRate?: number, beta?: number, epochs?: number}} change */
  tune(change) {
    return this.#only(() => this.#tune(change));
  }

  /** A new engine with the last good weights. @param {Choice} [choice] */
  async restart(choice) {
    if (choice) this.#choice = choice;
    this.#client.restart();
    this.#last = Promise.resolve();
    this.say('Restarting the engine…');
    const { config } = this;
    if (config) await this.#only(() => this.#comeBack(config));
    else if (this.#wishes) await this.boot(this.#wishes);
  }

  // -------------------------------------------------------------- below: one request each, and what follows from it

  /** @param {(presets: import('./protocol.js').Preset[]) => Wishes} wishes */
  async #boot(wishes) {
    try {
      await this.#open();
      const { sources, configs, refused } = wishes(this.presets);
      const also = [await firstThat(sources, (source) => this.#load(source)), await firstThat(configs, (config) => this.#configure(config))];
      this.#emit('fatal', null);
      this.#emit('ready', [refused, ...also].filter(Boolean).join(' '));
    } catch (error) {
      this.#broken(error);
    }
  }

  /** After a restart: all as it was, as far as the engine takes it. @param {TrainConfig} config */
  async #comeBack(config) {
    try {
      await this.#open();
      if (this.#source) await this.#load(this.#source);
      const refused = await this.#weights(this.#checkpoint, this.history, config);
      this.#emit('fatal', null);
      if (refused) this.say(`The engine is back, but not the weights (${refused}): the model is a fresh one.`);
      else this.say(this.trained ? `The engine is back, at step ${count(this.progress.step)}.` : 'The engine is back.');
    } catch (error) {
      this.#broken(error);
    }
  }

  /** Weights that were kept, or a fresh model where there are none. Returns why the engine refused them, or ''. @param {Checkpoint | null} checkpoint @param {History} history @param {TrainConfig} config */
  async #weights(checkpoint, history, config) {
    if (!checkpoint) {
      await this.#configure(config);
      return '';
    }
    try {
      await this.#restore(checkpoint, history, config);
      return '';
    } catch (error) {
      if (!(error instanceof EngineError) || error.code !== 'data') throw error;
      await this.#configure(config);
      return error.message;
    }
  }

  async #open() {
    const { device, presets } = await this.#client.request('init', this.#choice);
    this.device = device;
    this.presets = presets;
    this.#emit('device', device);
  }

  /** @param {DataSource} source */
  #load(source) {
    return this.#whileLoading(async () => this.#replaced(source, await this.#client.request('load', { source })));
  }

  /** Another load ends this one, and the bar is then the other's. @param {() => Promise<void>} work */
  async #whileLoading(work) {
    const load = ++this.#loads;
    this.#emit('loading', { label: 'Preparing', done: 0, total: 0 });
    try {
      await work();
    } finally {
      if (load === this.#loads) this.#emit('loading', null);
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

  /** @param {Checkpoint} checkpoint @param {History} history @param {TrainConfig} config */
  async #restore({ bytes }, history, config) {
    const info = await this.#client.request('restore', { bytes });
    this.history = history;
    this.history.trim(info.progress.step);
    this.#checkpoint = { bytes, progress: info.progress };
    this.#placed(info, { ...config, ...info.config }, info.progress, false);
  }

  /** @param {ModelInfo} info @param {TrainConfig} config @param {Progress} progress @param {boolean} fresh */
  #placed(info, config, progress, fresh) {
    const previous = this.model;
    this.model = info;
    this.config = config;
    this.progress = progress;
    this.#spoilt = false;
    this.#emit('model', { info, previous, fresh });
    this.#emit('progress', progress);
  }

  /** @param {{learningRate?: number, beta?: number, epochs?: number}} change */
  async #tune(change) {
    const progress = await this.#client.request('tune', change);
    if (!this.config) return;
    this.config = { ...this.config, ...change };
    this.#setProgress(progress);
    this.#emit('config', this.config);
  }

  async #keepNow() {
    if (!this.trained || this.#spoilt || !this.#source) return null;
    if (this.running) this.#setProgress(await this.#client.request('pause', {}));
    const { bytes } = await this.#client.request('checkpoint', {});
    return this.#keep({ bytes, progress: this.progress }, this.#source);
  }

  /** @param {Checkpoint} checkpoint @param {DataSource} source @returns {Kept | null} */
  #keep(checkpoint, source) {
    return this.config && { ...checkpoint, source, history: this.history.copy(), config: this.config };
  }

  /** @param {Kept | null} kept */
  #setUndoable(kept) {
    this.undoable = kept;
    this.#emit('undoable', kept);
  }

  /** @param {Progress} progress */
  #setProgress(progress) {
    const before = this.progress;
    this.progress = progress;
    this.history.add(progress);
    this.#emit('progress', progress);
    const sentence = this.#teller.tell(before, progress, this.history);
    if (sentence) this.say(sentence);
  }

  /** @param {import('./protocol.js').WorkerEvent & {event: 'stopped'}} event */
  #stopped({ error, progress }) {
    this.#setProgress(progress);
    const kept = this.#checkpoint && this.#source ? this.#keep(this.#checkpoint, this.#source) : null;
    if (kept && !this.#spoilt) this.#setUndoable(kept);
    this.#spoilt = true;
    this.#emit('stopped', error);
    this.say(`Stopped at step ${count(progress.step)}.${kept ? ` The good weights of step ${count(kept.progress.step)} can be brought back.` : ''}`);
  }

  /** @param {import('./protocol.js').WorkerEvent} event */
  #onEvent(event) {
    if (event.event === 'status') this.say(event.text);
    if (event.event === 'loading') this.#emit('loading', event);
    if (event.event === 'progress') this.#setProgress(event.progress);
    if (event.event === 'checkpoint') this.#checkpoint = { bytes: event.bytes, progress: event.progress };
    if (event.event === 'stopped') this.#stopped(event);
    if (event.event === 'fatal') this.#broken(new EngineError(event.error));
  }

  /** @param {unknown} error */
  #broken(error) {
    const code = error instanceof EngineError ? error.code : 'internal';
    if (code === 'cancelled') return;
    if (this.running) this.#setProgress({ ...this.progress, state: 'paused', losses: null, heldOut: null });
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
