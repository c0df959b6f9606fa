// @ts-check
/**
 * What can be done with what the page knows (state.js). Panels listen and ask; only the session talks to the engine about things
 * that change the run. Nothing a person trained is thrown away: a model that is replaced waits in `undoable`, after a crash the
 * last checkpoint comes back, and after a visit what autosave.js kept.
 *
 * @typedef {import('../protocol.js').TrainConfig} TrainConfig
 * @typedef {import('../protocol.js').DataSource} DataSource
 * @typedef {import('../protocol.js').Progress} Progress
 * @typedef {import('../protocol.js').ModelInfo} ModelInfo
 * @typedef {import('../protocol.js').DatasetInfo} DatasetInfo
 * @typedef {import('../protocol.js').Choice} Choice
 * @typedef {import('../protocol.js').Checkpoint} Checkpoint
 * @typedef {import('./store.js').Kept} Kept
 * @typedef {import('./boot-choices.js').Wishes} Wishes
 */

import { EngineError } from '../protocol.js';
import { count } from '../ui/format.js';
import { Teller } from './announcer.js';
import { firstThat, sameImages } from './boot-choices.js';
import { EngineClient } from './client.js';
import { History } from './loss-history.js';
import { State, UNTRAINED } from './store.js';

export class Session extends State {
  /** @type {DataSource | null} */ #source = null;
  /** @type {Checkpoint | null} */ #checkpoint = null;
  /** Training broke off: nobody wants these weights back. */
  #spoilt = false;
  /** @type {Choice} */ #choice;
  /** @type {((presets: import('../protocol.js').Preset[]) => Wishes) | null} */ #wishes = null;
  #booted = Promise.resolve();
  #teller = new Teller();
  /** @type {EngineClient} */ #client;
  /** @type {Promise<unknown>} */ #last = Promise.resolve();
  #loads = 0;

  /** @param {Choice} choice */
  constructor(choice) {
    super();
    this.#choice = choice;
    this.#client = new EngineClient((event) => this.#onEvent(event));
  }

  /** A person has said whose digits to show, or begun to train: the page does not change that any more by itself. */
  #chosen = false;
  /** Models that come with the page and were asked for: a new engine needs them again. @type {Set<import('../protocol.js').Shipped>} */
  #wanted = new Set();

  /**
   * Requests that change nothing: images, samples, reconstructions. Of the model that is shown, if `send` does not say which.
   * @type {EngineClient['request']}
   */
  ask = (type, send) => this.#client.request(type, { model: this.shippedShown, ...send });

  /** Where the data set that is there came from. */
  get source() {
    return this.#source;
  }

  /** Whether there are weights that would come back with a restarted engine. */
  get kept() {
    return this.#checkpoint !== null;
  }

  /** The engine, a data set, an untrained model. @param {(presets: import('../protocol.js').Preset[]) => Wishes} wishes */
  boot(wishes) {
    this.#wishes = wishes;
    return (this.#booted = this.#boot(wishes));
  }

  /** The old data set and model stay if it fails or is cancelled. @param {DataSource} source */
  async load(source) {
    if (!this.config) this.say('Still loading the engine: this comes next.');
    await this.#booted;
    await this.#whileLoading(async () => {
      const info = await this.#client.request('load', { source });
      // A model in training came here as a checkpoint just before the new data took the old one's place.
      const kept = this.trained ? this.#keep(this.#checkpoint, this.history.copy()) : null;
      await this.#only(async () => {
        this.#replaced(source, info);
        // As the settings are now: they can be changed while the data are on their way.
        if (this.config) await this.#configure(this.config);
        if (kept) this.#setUndoable(kept);
      });
      const sentences = [
        `${info.name}: ${count(info.train)} images to learn from${info.own ? `, ${count(info.own * info.times)} of them from your set` : ''}, ${count(info.heldOut)} held out.`,
        kept && 'A new model was started for them.',
        info.note,
      ];
      this.say(sentences.filter(Boolean).join(' '));
    });
  }

  cancelLoad() {
    return this.#client.request('cancelLoad', {});
  }

  /** A fresh model; the one that was there can be brought back. @param {TrainConfig} config */
  configure(config) {
    return this.#only(async () => {
      const kept = await this.#replace(() => this.#configure(config));
      this.say(`A fresh, untrained model.${kept ? ' The one before can be brought back.' : ''}`);
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
      if (!refused) this.emit('checkpoint', back);
      this.say(
        refused
          ? `The weights could not be read (${refused}): the model is a fresh one.`
          : `The model is back at step ${count(this.progress.step)}.`,
      );
    });
  }

  /** A model that comes with the page. Rejects if it cannot be fetched or read. @param {import('../protocol.js').Shipped} name */
  async ship(name) {
    this.#wanted.add(name);
    if (this.shipped.has(name)) return;
    this.shipped.set(name, await this.#client.request('ship', { name }));
    this.emit('shipped', name);
    if (name === this.shown) this.emit('shown', name);
  }

  /** Rejects if the model that comes with the page cannot be had; then all stays as it is. @param {'best' | 'yours'} whose */
  async show(whose) {
    this.#chosen = true;
    if (whose === 'best') await this.ship(whose);
    this.turnTo(whose);
  }

  /** The model that is there, as a file. @returns {Promise<Checkpoint>} */
  save() {
    return this.#client.request('checkpoint', {});
  }

  /** Weights of this moment, for those who keep them: the page may be on its way out. */
  async secure() {
    if (this.running) this.#good(await this.save());
  }

  /** A model from a file, for the data set that is there. If it is refused all stays as it was; else the model before can be brought back. @param {Uint8Array} bytes */
  async open(bytes) {
    if (!this.config) this.say('Still loading the engine: this comes next.');
    await this.#booted;
    await this.#only(async () => {
      const kept = await this.#replace(() => this.#restore(bytes, new History()));
      this.show('yours');
      this.say(
        `The model of the file is in place, at step ${count(this.progress.step)}.${kept ? ' The one before can be brought back.' : ''}`,
      );
    });
  }

  /** The run of an earlier visit, with its data set, to be gone on with. If anything is refused, all stays as it was. @param {Kept} earlier */
  resume(earlier) {
    return this.#only(async () => {
      await this.#replace((now) => this.#resume(earlier, now));
      this.show('yours');
      this.say(`Back at step ${count(this.progress.step)} of your last session, paused.`);
    });
  }

  /** Trains on; a finished run gets as many epochs again, ten at most. */
  start() {
    return this.#only(async () => {
      const { config, progress } = this;
      if (config && progress.state === 'finished') {
        await this.#tune({
          epochs: Math.min(1000, Math.max(config.epochs, progress.epoch) + Math.min(10, config.epochs)),
        });
      }
      await this.#client.request('start', {});
      this.show('yours');
    });
  }

  pause() {
    return this.#only(async () => this.#setProgress(await this.#client.request('pause', {})));
  }

  step() {
    return this.#only(async () => {
      this.#setProgress(await this.#client.request('step', {}));
      this.show('yours');
    });
  }

  /** @param {{learningRate?: number, beta?: number, epochs?: number}} change */
  tune(change) {
    return this.#only(() => this.#tune(change));
  }

  /** A new engine with the last good weights. @param {Choice} [choice] */
  async restart(choice) {
    if (choice) this.#choice = choice;
    this.#client.restart();
    this.shipped.clear();
    this.#last = Promise.resolve();
    this.say('Restarting the engine…');
    const { config } = this;
    if (config) await this.#only(() => this.#comeBack(config));
    else if (this.#wishes) await this.boot(this.#wishes);
  }

  // -------------------------------------------------------------- below: one request each, and what follows from it

  /** @param {(presets: import('../protocol.js').Preset[]) => Wishes} wishes */
  async #boot(wishes) {
    try {
      await this.#open();
      this.#greet();
      const { sources, configs, refused } = wishes(this.presets);
      const also = [
        await firstThat(sources, (source) => this.#load(source)),
        await firstThat(configs, (config) => this.#configure(config)),
      ];
      this.emit('fatal', null);
      this.emit('ready', [refused, ...also].filter(Boolean).join(' '));
    } catch (error) {
      this.#broken(error);
    }
  }

  /** After a restart: all as it was, as far as the engine takes it. @param {TrainConfig} config */
  async #comeBack(config) {
    try {
      await this.#open();
      this.#greet();
      if (this.#source) await this.#load(this.#source);
      const refused = await this.#weights(this.#checkpoint, this.history, config);
      this.emit('fatal', null);
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
      await this.#restore(checkpoint.bytes, history);
      return '';
    } catch (error) {
      if (!(error instanceof EngineError) || error.code !== 'data') throw error;
      await this.#configure(config);
      return error.message;
    }
  }

  /** @param {Kept} earlier @param {Kept | null} now */
  async #resume({ source, bytes, history, config }, now) {
    const before = { source: this.#source, config: this.config };
    // A person's own files are not kept: what is there has to do.
    const load = source.kind !== 'files' && !sameImages(source, before.source);
    if (load) await this.#load(source);
    try {
      await this.#restore(bytes, history);
    } catch (error) {
      // The data set took the model that was there with it.
      if (load && before.source && before.config) {
        await this.#load(before.source);
        await this.#weights(now, now?.history ?? new History(), before.config);
      }
      throw error;
    }
    // They may have been changed after the weights were kept. Where they cannot be, those of the weights stand.
    const { learningRate, beta, epochs } = config;
    await this.#tune({ learningRate, beta, epochs }).catch(() => {});
  }

  /** Good digits from the first moment on: the best model comes beside everything else. Without it the page shows the one in training. */
  #greet() {
    for (const name of new Set([/** @type {const} */ ('best'), ...this.#wanted])) {
      this.ship(name).then(
        () => name === 'best' && !this.#chosen && this.turnTo(name),
        () => this.emit('shipped', name),
      );
    }
  }

  async #open() {
    const { device, presets } = await this.#client.request('init', this.#choice);
    this.device = device;
    this.presets = presets;
    this.emit('device', device);
  }

  /** @param {DataSource} source */
  #load(source) {
    return this.#whileLoading(async () => this.#replaced(source, await this.#client.request('load', { source })));
  }

  /** Another load ends this one, and the bar is then the other's. @param {() => Promise<void>} work */
  async #whileLoading(work) {
    const load = ++this.#loads;
    this.emit('loading', { label: 'Preparing', done: 0, total: 0 });
    try {
      await work();
    } finally {
      if (load === this.#loads) this.emit('loading', null);
    }
  }

  /** @param {DataSource} source @param {DatasetInfo} info */
  #replaced(source, info) {
    this.#source = source;
    this.dataset = info;
    this.emit('dataset', info);
  }

  /** @param {TrainConfig} config */
  async #configure(config) {
    const info = await this.#client.request('configure', { config });
    this.history = new History();
    this.#checkpoint = null;
    this.#placed(
      info,
      info.config,
      { ...UNTRAINED, epochs: config.epochs, totalSteps: config.epochs * info.stepsPerEpoch },
      true,
    );
  }

  /** @param {Uint8Array} bytes @param {History} history */
  async #restore(bytes, history) {
    const info = await this.#client.request('restore', { bytes });
    this.history = history;
    this.history.trim(info.progress.step);
    this.#checkpoint = { bytes, progress: info.progress };
    this.#placed(info, info.config, info.progress, false);
  }

  /** @param {ModelInfo} info @param {TrainConfig} config @param {Progress} progress @param {boolean} fresh */
  #placed(info, config, progress, fresh) {
    const { model: previous } = this;
    this.model = info;
    this.config = config;
    this.progress = progress;
    this.#spoilt = false;
    this.emit('model', { info, previous, fresh });
    this.emit('progress', progress);
  }

  /** @param {{learningRate?: number, beta?: number, epochs?: number}} change */
  async #tune(change) {
    const progress = await this.#client.request('tune', change);
    if (!this.config) return;
    this.config = { ...this.config, ...change };
    this.#setProgress(progress);
    this.emit('config', this.config);
  }

  /** Something takes the model's place, which can then be brought back; where that fails, training goes on. @param {(kept: Kept | null) => Promise<void>} work */
  async #replace(work) {
    const wasRunning = this.running;
    const kept = await this.#keepNow();
    try {
      await work(kept);
    } catch (error) {
      if (wasRunning) await this.#client.request('start', {});
      throw error;
    }
    if (kept) this.#setUndoable(kept);
    return kept;
  }

  async #keepNow() {
    if (!this.trained || this.#spoilt) return null;
    if (this.running) this.#setProgress(await this.#client.request('pause', {}));
    return this.#keep(await this.save(), this.history.copy());
  }

  /** @param {Checkpoint | null} checkpoint @param {History} history @returns {Kept | null} */
  #keep(checkpoint, history) {
    const { config, dataset } = this;
    return (
      checkpoint &&
      config &&
      dataset &&
      this.#source && { ...checkpoint, source: this.#source, dataset, history, config }
    );
  }

  /** @param {Kept | null} kept */
  #setUndoable(kept) {
    this.undoable = kept;
    this.emit('undoable', kept);
  }

  /** @param {Progress} progress */
  #setProgress(progress) {
    const before = this.progress;
    this.progress = progress;
    this.history.add(progress);
    this.emit('progress', progress);
    const sentence = this.#teller.tell(before, progress, this.history);
    if (sentence) this.say(sentence);
  }

  /** @param {import('../protocol.js').WorkerEvent & {event: 'stopped'}} event */
  #stopped({ error, progress }) {
    this.#setProgress(progress);
    const kept = this.#keep(this.#checkpoint, this.history.copy());
    if (kept && !this.#spoilt) this.#setUndoable(kept);
    this.#spoilt = true;
    this.emit('stopped', error);
    this.say(
      `Stopped at step ${count(progress.step)}.${kept ? ` The good weights of step ${count(kept.progress.step)} can be brought back.` : ''}`,
    );
  }

  /** @param {import('../protocol.js').WorkerEvent} event */
  #onEvent(event) {
    if (event.event === 'status') this.say(event.text);
    if (event.event === 'loading') this.emit('loading', event);
    if (event.event === 'progress') this.#setProgress(event.progress);
    if (event.event === 'checkpoint') this.#good(event);
    if (event.event === 'stopped') this.#stopped(event);
    if (event.event === 'fatal') this.#broken(new EngineError(event.error));
  }

  /** @param {Checkpoint} checkpoint */
  #good({ bytes, progress }) {
    this.#checkpoint = { bytes, progress };
    const kept = this.#keep(this.#checkpoint, this.history);
    if (kept) this.emit('checkpoint', kept);
  }

  /** @param {unknown} error */
  #broken(error) {
    const code = error instanceof EngineError ? error.code : 'internal';
    if (code === 'cancelled') return;
    if (this.running) this.#setProgress({ ...this.progress, state: 'paused', losses: null, heldOut: null });
    this.emit('fatal', { code, message: error instanceof Error ? error.message : String(error) });
  }

  /** Changes of the run happen one after the other, whatever is clicked meanwhile. @template T @param {() => Promise<T>} change @returns {Promise<T>} */
  #only(change) {
    const now = this.#last.then(change);
    this.#last = now.catch(() => {});
    return now;
  }
}
