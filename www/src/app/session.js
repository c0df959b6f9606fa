// @ts-check
/**
 * What a person can do: every command of the page. Panels ask and listen; only the session changes a run. Nothing that
 * was trained is thrown away: a run that is replaced waits in `store.undoable`, after a crash the last checkpoint comes
 * back (recovery.js), and after a visit what storage/autosave.js kept.
 *
 * @typedef {import('../protocol.js').TrainConfig} TrainConfig
 * @typedef {import('../protocol.js').Choice} Choice
 * @typedef {import('../protocol.js').Pretrained} Pretrained
 * @typedef {import('./runs.js').RunSnapshot} RunSnapshot
 * @typedef {(presets: import('../protocol.js').Preset[]) => import('./boot-choices.js').BootChoices} ChooseBoot
 */
import { EngineError, problem, shortName } from '../protocol.js';
import { datasetName } from './data-source.js';
import { EngineLink } from './engine-link.js';
import { LossHistory } from './loss-history.js';
import { Recovery } from './recovery.js';
import { newRunId } from './runs.js';
import { defaults, setting } from './settings.js';

const EPOCHS = setting('epochs');
/** A trained model goes on with this share of the learning rate of a new one: what it has learned shall stay. */
const GENTLE = 0.25;

export class Session {
  /** @type {import('./store.js').Store} */ #store;
  /** @type {EngineLink} */ #link;
  /** @type {Recovery} */ #recovery;
  /** @type {Choice} */ #choice;
  /** @type {ChooseBoot | null} */ #chooseBoot = null;
  #booted = Promise.resolve();
  /** @type {() => void} */ #greeted = () => {};
  /** That the first digits are here, or are not to be had: what else can be fetched early comes after. */
  greeted = new Promise((resolve) => {
    this.#greeted = () => resolve(undefined);
  });
  /** @type {Promise<unknown>} */ #last = Promise.resolve();
  /** A person has said whose digits to show, or begun to train: the page does not change that any more by itself. */
  #chosen = false;
  /** Models that come with the page and were asked for: a new engine needs them again. @type {Set<Pretrained>} */
  #wanted = new Set();
  /** Those of them that are on their way. @type {Map<Pretrained, Promise<void>>} */ #coming = new Map();

  /** @param {import('./store.js').Store} store @param {Choice} choice */
  constructor(store, choice) {
    this.#store = store;
    this.#choice = choice;
    this.#link = new EngineLink(store);
    this.#recovery = new Recovery(store, this.#link);
    // What could not be had while there was no network.
    globalThis.addEventListener?.('online', () => {
      for (const name of this.#wanted) if (!store.pretrained.has(name)) this.#bring(name);
    });
  }

  /**
   * Requests that change nothing: images, samples, reconstructions. Of the model that is shown, if `send` does not say
   * which.
   * @type {import('./client.js').EngineClient['request']}
   */
  ask = (type, send) => this.#link.request(type, { model: this.#store.pretrainedShown, ...send });

  /** Whether there are weights that would come back with a restarted engine. */
  get kept() {
    return this.#link.checkpoint !== null;
  }

  /** The newest good weights of the run that is there. @returns {import('../protocol.js').Checkpoint | null} */
  get checkpoint() {
    return this.#link.checkpoint;
  }

  // ---------------------------------------------------------------- the engine

  /** Before the page stands: the engine is what takes longest to come. */
  askAhead() {
    this.#link.askAhead(this.#choice);
  }

  /** The engine, a data set, an untrained model. @param {ChooseBoot} choose */
  boot(choose) {
    this.#chooseBoot = choose;
    this.#booted = this.#recovery.boot(this.#choice, choose, () => this.#greet());
    return this.#booted;
  }

  /** A new engine with the last good weights. @param {Choice} [choice] */
  async restart(choice) {
    if (choice) this.#choice = choice;
    this.#link.restart();
    this.#coming.clear();
    this.#last = Promise.resolve();
    this.#store.say({ key: 'app.restarting' });
    const { config } = this.#store;
    if (config) await this.#only(() => this.#recovery.comeBack(this.#choice, config, () => this.#greet()));
    else if (this.#chooseBoot) await this.boot(this.#chooseBoot);
  }

  /**
   * Good digits from the first moment on: the best model comes beside everything else. Without it the page shows the
   * one in training.
   */
  #greet() {
    for (const name of new Set([/** @type {const} */ ('best'), ...this.#wanted])) {
      this.#bring(name).finally(() => name === 'best' && this.#greeted());
    }
  }

  /** A model that comes with the page; the best one is shown if nobody has chosen. @param {Pretrained} name */
  #bring(name) {
    return this.loadPretrained(name).then(
      () => name === 'best' && !this.#chosen && this.#turnTo(name),
      () => this.#store.emit('pretrained', name),
    );
  }

  // ---------------------------------------------------------------- data

  /**
   * The old data set and model stay if it fails or is cancelled.
   * @param {import('../protocol.js').DataSource} source
   */
  async load(source) {
    const store = this.#store;
    if (!store.config) store.say({ key: 'app.loadNext' });
    await this.#booted;
    await this.#link.whileLoading(async () => {
      const info = await this.#link.request('load', { source, labelled: !!store.model?.labels });
      // A model in training came here as a checkpoint just before the new data took the old one's place.
      const kept = store.trained ? this.#link.lastKept() : null;
      await this.#only(async () => {
        const before = { source: store.source, config: store.config, running: store.running };
        this.#link.replaced(source, info);
        try {
          // As the settings are now: they can be changed while the data are on their way.
          if (store.config) await this.#link.configure(store.config);
        } catch (error) {
          await this.#recovery.putBack(before, kept);
          if (before.running && !store.failure) await this.#link.request('start', {});
          throw error;
        }
        if (kept) this.#link.setUndoable(kept);
      });
      const { train, heldOut, own, times, note } = info;
      const values = { name: datasetName(info), train, heldOut, own: own * times };
      const loaded = { key: own ? 'app.loadedWithOwn' : 'app.loaded', ...values };
      store.say([loaded, kept && { key: 'app.newModelForData' }, note]);
    });
  }

  cancelLoad() {
    return this.#link.request('cancelLoad', {});
  }

  // ---------------------------------------------------------------- the run

  /** What the settings form says; null if a field is out of range. @param {TrainConfig | null} draft */
  setDraft(draft) {
    this.#store.draft = draft;
  }

  /** A fresh model by what the settings form says; the one that was there can be brought back. */
  async reset() {
    const { draft, config } = this.#store;
    const wanted = draft === undefined ? config : draft;
    if (!wanted) throw problem('config', 'app.settingsOutOfRange');
    await this.configure(wanted);
  }

  /** A fresh model; the one that was there can be brought back. @param {TrainConfig} config */
  configure(config) {
    return this.#only(async () => {
      const kept = await this.#recovery.replace(() => this.#link.configure(config));
      this.#store.say([{ key: 'app.freshModel' }, kept && { key: 'app.canBeBroughtBack' }]);
    });
  }

  /** Brings the replaced run back; the one that is there now takes its place, if it was trained. */
  undo() {
    return this.#only(() => this.#recovery.undo());
  }

  /**
   * Trains on; a finished run gets as many epochs again, ten at most. Rejects while a field of the settings form is out
   * of range: the run would not be the one that was asked for.
   */
  start() {
    return this.#only(async () => {
      const { config, progress, draft } = this.#store;
      if (draft === null) throw problem('config', 'app.settingsOutOfRange');
      if (config && progress.state === 'finished') {
        const done = Math.max(config.epochs, progress.epoch);
        if (done >= EPOCHS.max) throw problem('state', 'app.noMoreEpochs', { epochs: EPOCHS.max });
        const epochs = Math.min(EPOCHS.max, done + Math.min(10, config.epochs));
        await this.#link.updateHyperparameters({ epochs });
      }
      await this.#link.request('start', {});
      await this.show('yours');
    });
  }

  pause() {
    return this.#only(() => this.#link.pause());
  }

  step() {
    return this.#only(async () => {
      this.#link.setProgress(await this.#link.request('step', {}));
      await this.show('yours');
    });
  }

  /** @param {import('../protocol.js').Hyperparameters} change */
  updateHyperparameters(change) {
    return this.#only(() => this.#link.updateHyperparameters(change));
  }

  /** The model that is there, as a file. @returns {Promise<import('../protocol.js').Checkpoint>} */
  saveModel() {
    return this.#link.request('checkpoint', {});
  }

  /** Weights of this moment, for those who keep them: the page may be on its way out. */
  async secure() {
    const { running, runId } = this.#store;
    if (!running) return;
    const checkpoint = await this.saveModel();
    if (runId === this.#store.runId) this.#link.good(checkpoint);
  }

  /**
   * Another tab goes on with the run of that id: here it becomes a run of its own.
   * @param {string} id @returns {string} its new id
   */
  fork(id) {
    const fresh = newRunId();
    if (this.#store.runId === id) this.#store.runId = fresh;
    if (this.#store.undoable?.id === id) this.#store.undoable.id = fresh;
    return fresh;
  }

  /**
   * A model from a file, for the data that are there. If it is refused, all stays as it was.
   * @param {Uint8Array} bytes @param {string} name the file's
   */
  async openModel(bytes, name) {
    if (!this.#store.config) this.#store.say({ key: 'app.loadNext' });
    await this.#booted;
    await this.#only(async () => {
      const kept = await this.#open(bytes, name);
      await this.show('yours');
      const { step } = this.#store.progress;
      this.#store.say([{ key: 'app.opened', name: shortName(name), step }, kept && { key: 'app.canBeBroughtBack' }]);
      // A file holds no curve: it begins with the held-out loss of now.
      this.#link.setProgress(await this.#link.request('measure', {}));
    });
  }

  /** @param {Uint8Array} bytes @param {string} name */
  async #open(bytes, name) {
    try {
      return await this.#recovery.replace(() => this.#link.restore(bytes, new LossHistory(), newRunId()));
    } catch (error) {
      if (!(error instanceof EngineError) || error.code !== 'data') throw error;
      throw problem('data', 'app.fileRefused', { name: shortName(name), why: error.failure.text });
    }
  }

  /**
   * A run of its own that begins with the weights of a model that comes with the page. What was there can be brought
   * back, data set and all. If anything is refused, all stays as it was.
   * @param {Pretrained} name
   * @param {object} [wishes]
   * @param {import('../protocol.js').DataSource} [wishes.source]   other data to train on
   * @param {number} [wishes.labels]   more than a conditional model has
   * @param {number} [wishes.epochs] @param {number} [wishes.learningRate]
   */
  async continuePretrained(name, { source, ...wishes } = {}) {
    await this.#booted;
    await this.loadPretrained(name);
    await this.#only(async () => {
      const store = this.#store;
      const preset = store.presets.find((one) => one.name === store.pretrained.get(name)?.preset);
      if (!preset) throw problem('internal', 'errors.unknownModel');
      // What no preset says stays as it is.
      const { batch, epochs, seed, learningRate } = { ...defaults(preset), ...store.config, ...preset };
      const wanted = { batch, epochs, seed, learningRate: GENTLE * learningRate, ...wishes };
      const place = () => this.#link.continuePretrained(name, wanted);
      const begin = (/** @type {RunSnapshot | null} */ now) => this.#recovery.onData(source ?? null, now, place);
      const kept = await this.#recovery.replace(begin, source !== undefined);
      await this.show('yours');
      const title = { key: `app.preset.${store.config?.preset}` };
      store.say([{ key: 'app.continues', title }, kept && { key: 'app.canBeBroughtBack' }]);
    });
  }

  /**
   * The run of an earlier visit, with its data set, to continue. If anything is refused, all stays as it was.
   * @param {RunSnapshot} earlier
   */
  resume(earlier) {
    return this.#only(async () => {
      await this.#recovery.replace((now) => this.#recovery.resume(earlier, now));
      await this.show('yours');
      this.#store.say({ key: 'app.resumed', step: this.#store.progress.step });
    });
  }

  // ---------------------------------------------------------------- what is shown

  /** A model that comes with the page. Rejects if it cannot be fetched or read. @param {Pretrained} name */
  async loadPretrained(name) {
    this.#wanted.add(name);
    if (this.#store.pretrained.has(name)) return;
    const coming = this.#coming.get(name) ?? this.#fetchPretrained(name);
    this.#coming.set(name, coming);
    await coming.finally(() => this.#coming.get(name) === coming && this.#coming.delete(name));
  }

  /** @param {Pretrained} name */
  async #fetchPretrained(name) {
    const store = this.#store;
    store.pretrained.set(name, await this.#link.request('loadPretrained', { name }));
    store.emit('pretrained', name);
    if (name === store.shown) store.emit('shown', name);
  }

  /**
   * Rejects if the model that comes with the page cannot be had; then all stays as it is.
   * @param {'best' | 'yours'} whose
   */
  async show(whose) {
    this.#chosen = true;
    if (whose === 'best') await this.loadPretrained(whose);
    this.#turnTo(whose);
  }

  /** @param {'best' | 'yours'} whose */
  #turnTo(whose) {
    if (whose === this.#store.shown) return;
    this.#store.shown = whose;
    this.#store.emit('shown', whose);
  }

  /**
   * Has the panel of that id brought into view, where the screen is too narrow to show it beside the cause.
   * @param {string} panel
   */
  reveal(panel) {
    this.#store.emit('reveal', panel);
  }

  /**
   * Changes of the run happen one after the other, whatever is clicked meanwhile.
   * @template T @param {() => Promise<T>} change @returns {Promise<T>}
   */
  #only(change) {
    const now = this.#last.then(change);
    this.#last = now.catch(() => {});
    return now;
  }
}
