// @ts-check
/**
 * The store's link to the engine: one request each, and what follows from it for the store. session.js says when; the
 * order of things is its business.
 *
 * @typedef {import('../protocol.js').TrainConfig} TrainConfig
 * @typedef {import('../protocol.js').DataSource} DataSource
 * @typedef {import('../protocol.js').DatasetInfo} DatasetInfo
 * @typedef {import('../protocol.js').ModelInfo} ModelInfo
 * @typedef {import('../protocol.js').Progress} Progress
 * @typedef {import('../protocol.js').Checkpoint} Checkpoint
 * @typedef {import('./runs.js').RunSnapshot} RunSnapshot
 * @typedef {import('./store.js').Store} Store
 */
import { EngineError, problem, toFailure } from '../protocol.js';
import { Announcer } from './announcer.js';
import { suited } from './boot-choices.js';
import { EngineClient } from './client.js';
import { LossHistory } from './loss-history.js';
import { newRunId, snapshot } from './runs.js';
import { changed } from './settings.js';
import { UNTRAINED } from './store.js';

export class EngineLink {
  /** The newest good weights of the run that is there. @type {Checkpoint | null} */ checkpoint = null;
  /**
   * The data that the model in place was made for. The engine's data may be other already, while a new model is on its
   * way. @type {DataSource | null}
   */
  modelSource = null;
  /** @type {Store} */ #store;
  /** @type {EngineClient} */ #client;
  /** What the engine shall run on. @type {import('../protocol.js').Choice} */ #choice = { device: 'auto' };
  /** The answer to `ask`, until it is opened. @type {ReturnType<EngineLink['ask']> | null} */ #asked = null;
  /** What is on its way. @type {Map<string, import('./store.js').Events['fetching']>} */ #fetches = new Map();
  #announcer = new Announcer();
  #loads = 0;

  /** @param {Store} store */
  constructor(store) {
    this.#store = store;
    this.#client = new EngineClient(
      (event) => this.#onEvent(event),
      () => this.#silent(),
    );
    this.request = this.#client.request.bind(this.#client);
  }

  /** A fresh worker in place of the one that is there. */
  restart() {
    this.#client.restart();
    this.#asked = null;
    this.#store.pretrained.clear();
    this.#fetches.clear();
    this.#store.emit('fetching', null);
  }

  /** @param {import('../protocol.js').Choice} choice */
  ask(choice) {
    return this.request('init', choice);
  }

  /**
   * The engine is on its way while the page gets its words. `open` meets what fails.
   * @param {import('../protocol.js').Choice} choice
   */
  askAhead(choice) {
    this.#asked = this.ask(choice);
    this.#asked.catch(() => {});
  }

  /**
   * Where nothing was asked for and WebGPU does not start, the CPU takes its place.
   * @param {import('../protocol.js').Choice} choice
   */
  async open(choice) {
    this.#choice = choice;
    const asked = this.#asked ?? this.ask(choice);
    this.#asked = null;
    const { device, presets } = await asked.catch((error) => {
      const { backend, text } = toFailure(error);
      if (choice.device !== 'auto' || backend !== 'webgpu') throw error;
      // The worker in which it failed may be dead: wasm does not survive a panic.
      this.restart();
      this.#choice = { device: 'cpu', by: 'fallback', error: text };
      return this.ask(this.#choice);
    });
    Object.assign(this.#store, { device, presets });
    this.#store.emit('device', device);
  }

  /**
   * Puts the preset first that suits the GPU, by a short probe. Returns why, if it is another one now.
   * @returns {Promise<import('../protocol.js').Message | null>}
   */
  async suitPresets() {
    const store = this.#store;
    if (store.device?.backend !== 'webgpu') return null;
    try {
      let gflops = await this.request('speed', {});
      // Whatever else the GPU did meanwhile makes it look slow, never quick.
      if (suited(store.presets, gflops).why) gflops = Math.max(gflops, await this.request('speed', {}));
      const { presets, why } = suited(store.presets, gflops);
      store.presets = presets;
      return why;
    } catch {
      // The device broke, which is told elsewhere: the usual preset stays.
      return null;
    }
  }

  /** @param {DataSource} source */
  load(source) {
    return this.whileLoading(async () => this.replaced(source, await this.request('load', { source })));
  }

  /** Another load ends this one, and the bar is then the other's. @param {() => Promise<void>} work */
  async whileLoading(work) {
    const load = ++this.#loads;
    this.#loading({ label: { key: 'app.preparing' }, done: 0, total: 0 });
    try {
      await work();
    } finally {
      if (load === this.#loads) this.#loading(null);
    }
  }

  /** @param {import('./store.js').Events['loading']} now */
  #loading(now) {
    this.#store.loading = now;
    this.#store.emit('loading', now);
  }

  /**
   * Of several that are on their way, the one that began first is told.
   * @param {NonNullable<import('./store.js').Events['fetching']>} now @param {boolean} [over]
   */
  #fetching({ what, done, total }, over = false) {
    if (over) this.#fetches.delete(what);
    else this.#fetches.set(what, { what, done, total });
    const [first = null] = this.#fetches.values();
    this.#store.emit('fetching', first);
  }

  /** @param {DataSource} source @param {DatasetInfo} dataset */
  replaced(source, dataset) {
    Object.assign(this.#store, { source, dataset });
    this.#store.emit('dataset', dataset);
  }

  /** A fresh model: a new run. @param {TrainConfig} config */
  async configure(config) {
    const info = await this.request('configure', { config });
    this.checkpoint = null;
    const totalSteps = config.epochs * info.stepsPerEpoch;
    const progress = { ...UNTRAINED, epochs: config.epochs, totalSteps };
    this.#placed(info, progress, { runId: newRunId(), history: new LossHistory(), from: null }, true);
  }

  /**
   * A new run that begins with the weights of a pretrained model, which the engine has.
   * @param {import('../protocol.js').Pretrained} model
   * @param {Omit<import('../protocol.js').Requests['continuePretrained']['send'], 'model'>} wanted
   */
  async continuePretrained(model, wanted) {
    const info = await this.request('continuePretrained', { ...wanted, model });
    // Without it, all that an engine could do after a crash is to begin anew.
    this.checkpoint = await this.request('checkpoint', {});
    const { progress } = this.checkpoint;
    this.#placed(info, progress, { runId: newRunId(), history: new LossHistory(), from: model }, true);
  }

  /**
   * A run that was kept.
   * @param {Uint8Array} bytes @param {LossHistory} history @param {string} runId @param {Store['from']} [from]
   */
  async restore(bytes, history, runId, from = null) {
    const info = await this.request('restore', { bytes });
    history.trim(info.progress.step);
    this.checkpoint = { bytes, progress: info.progress };
    this.#placed(info, info.progress, { runId, history, from }, false);
  }

  /**
   * @param {ModelInfo} info @param {Progress} progress
   * @param {{runId: string, history: LossHistory, from: Store['from']}} run @param {boolean} fresh
   */
  #placed(info, progress, run, fresh) {
    const { model: previous } = this.#store;
    this.#store.spoilt = false;
    this.modelSource = this.#store.source;
    Object.assign(this.#store, { model: info, config: info.config, progress, ...run });
    this.#store.emit('model', { info, previous, fresh });
    this.#store.emit('progress', progress);
  }

  /** @param {import('../protocol.js').Hyperparameters} change */
  async updateHyperparameters(change) {
    const progress = await this.request('updateHyperparameters', change);
    const { config } = this.#store;
    if (!config) return;
    this.#store.config = changed(config, change);
    this.setProgress(progress);
    this.#store.emit('config', this.#store.config);
  }

  async pause() {
    this.setProgress(await this.request('pause', {}));
  }

  /** @param {Progress} progress */
  setProgress(progress) {
    const store = this.#store;
    const before = store.progress;
    store.progress = progress;
    store.history.add(progress);
    store.emit('progress', progress);
    const sentence = this.#announcer.tell(before, progress, store.history);
    if (sentence) store.say(sentence);
  }

  /**
   * The run that is there, with its weights of now; training pauses. Null if nobody would miss it.
   * @param {boolean} [untrained]   whether one that has not been trained is missed, too
   * @returns {Promise<RunSnapshot | null>}
   */
  async keep(untrained = false) {
    const store = this.#store;
    if (store.spoilt || !(untrained ? store.model : store.trained)) return null;
    if (store.running) await this.pause();
    return snapshot(store, await this.request('checkpoint', {}), store.history.copy());
  }

  /** The run that is there, as it was at its last checkpoint. @returns {RunSnapshot | null} */
  lastKept() {
    return this.#store.spoilt ? null : snapshot(this.#store, this.checkpoint, this.#store.history.copy());
  }

  /** @param {RunSnapshot | null} run */
  setUndoable(run) {
    this.#store.undoable = run;
    this.#store.emit('undoable', run);
  }

  /** Good weights of the run that is there. @param {Checkpoint} checkpoint */
  good({ bytes, progress }) {
    this.checkpoint = { bytes, progress };
    const kept = snapshot(this.#store, this.checkpoint, this.#store.history);
    if (kept) this.#store.emit('checkpoint', kept);
  }

  /** The engine broke: it trains no more, whatever it said last. @param {unknown} error */
  broken(error) {
    const failure = toFailure(error);
    if (failure.code === 'cancelled') return;
    const store = this.#store;
    store.failure = failure;
    this.#fetches.clear();
    store.emit('fetching', null);
    if (store.running) this.setProgress({ ...store.progress, state: 'paused', losses: null, heldOut: null });
    store.emit('fatal', failure);
  }

  /** A new worker says nothing. It may be the GPU's driver that does not answer: the CPU is a way out then. */
  #silent() {
    const { failure } = problem('network', 'app.engineSilent');
    this.broken(new EngineError({ ...failure, backend: this.#choice.device === 'cpu' ? 'cpu' : 'webgpu' }));
  }

  /** The engine is there, or there again. */
  mended() {
    this.#store.failure = null;
    this.#store.emit('fatal', null);
  }

  /** @param {import('../protocol.js').WorkerEvent} event */
  #onEvent(event) {
    if (event.event === 'status') this.#store.say(event.text);
    if (event.event === 'loading') this.#loading(event);
    if (event.event === 'fetching') this.#fetching(event);
    if (event.event === 'fetched') this.#fetching({ ...event, done: 0, total: 0 }, true);
    // What asked for it in vain asks again.
    if (event.event === 'completed' && event.name === this.#store.shown) this.#store.emit('shown', event.name);
    if (event.event === 'progress') this.setProgress(event.progress);
    if (event.event === 'checkpoint') this.good(event);
    if (event.event === 'stopped') this.#stopped(event);
    if (event.event === 'fatal') this.broken(new EngineError(event.error));
  }

  /** @param {import('../protocol.js').WorkerEvent & {event: 'stopped'}} event */
  #stopped({ error, progress }) {
    this.setProgress(progress);
    const kept = this.lastKept();
    if (kept) this.setUndoable(kept);
    this.#store.spoilt = true;
    this.#store.emit('stopped', error);
    const { step } = progress;
    this.#store.say([{ key: 'app.stopped', step }, kept && { key: 'app.goodWeightsKept', step: kept.progress.step }]);
  }
}
