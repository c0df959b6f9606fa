// @ts-check
/**
 * How a run comes to be there, or comes back: the first start of the page, a restart after the engine broke, a run that
 * was replaced, one of an earlier visit, one from a file. What cannot be had leaves all as it was.
 *
 * @typedef {import('../protocol.js').Choice} Choice
 * @typedef {import('../protocol.js').DataSource} DataSource
 * @typedef {import('../protocol.js').Message} Message
 * @typedef {import('../protocol.js').TrainConfig} TrainConfig
 * @typedef {import('./runs.js').RunSnapshot} RunSnapshot
 * @typedef {import('./boot-choices.js').BootChoices} BootChoices
 */
import { EngineError, textOf } from '../protocol.js';
import { firstThat } from './boot-choices.js';
import { sameImages } from './data-source.js';
import { LIVE } from './settings.js';

export class Recovery {
  /** @type {import('./store.js').Store} */ #store;
  /** @type {import('./engine-link.js').EngineLink} */ #link;

  /** @param {import('./store.js').Store} store @param {import('./engine-link.js').EngineLink} link */
  constructor(store, link) {
    this.#store = store;
    this.#link = link;
  }

  /**
   * The engine, a data set, an untrained model.
   * @param {Choice} choice
   * @param {(presets: import('../protocol.js').Preset[]) => BootChoices} choices
   * @param {() => void} opened called once the engine is there
   */
  async boot(choice, choices, opened) {
    try {
      await this.#link.open(choice);
      opened();
      const { sources, presetAsked } = choices(this.#store.presets);
      const [noData, why] = await Promise.all([
        firstThat(sources, (source) => this.#link.load(source)),
        presetAsked ? null : this.#link.suitPresets(),
      ]);
      const { configs, refused } = choices(this.#store.presets);
      const noModel = await firstThat(configs, (config) => this.#link.configure(config));
      this.#link.mended();
      this.#store.emit('ready', [refused, noData, noModel, why]);
    } catch (error) {
      this.#link.broken(error);
    }
  }

  /**
   * After a restart: all as it was, as far as the engine takes it. If the engine broke while other data took the place
   * of the model's, the model's come back with it: another data set's weights would be worth nothing.
   * @param {Choice} choice @param {TrainConfig} config @param {() => void} opened
   */
  async comeBack(choice, config, opened) {
    const { history, runId, from } = this.#store;
    const source = this.#link.modelSource ?? this.#store.source;
    try {
      await this.#link.open(choice);
      opened();
      if (source) await this.#link.load(source);
      const kept = this.#link.checkpoint;
      const refused = await this.#weights(kept && { ...kept, id: runId, history, from }, config);
      if (kept && !refused) await this.#reapply(config);
      this.#link.mended();
      const { trained, progress } = this.#store;
      if (refused) this.#store.say([{ key: 'app.backWithoutWeights' }, refused]);
      else this.#store.say(trained ? { key: 'app.backAtStep', step: progress.step } : { key: 'app.back' });
    } catch (error) {
      this.#link.broken(error);
    }
  }

  /** Brings the replaced run back; the one that is there now takes its place, if it was trained. */
  async undo() {
    const back = this.#store.undoable;
    if (!back) return;
    const now = await this.#link.keep();
    if (back.source !== this.#store.source) await this.#link.load(back.source);
    const refused = await this.#weights(back, back.config);
    this.#link.setUndoable(now);
    // A run that has not been trained is not worth storing.
    if (!refused && back.progress.step > 0) this.#store.emit('checkpoint', back);
    const { step } = this.#store.progress;
    this.#store.say(refused ? [{ key: 'app.freshInstead' }, refused] : { key: 'app.modelBack', step });
  }

  /**
   * Something takes the model's place, which can then be brought back; where that fails, training goes on.
   * @param {(kept: RunSnapshot | null) => Promise<void>} work
   * @param {boolean} [untrained]   whether even a model that has not been trained can be brought back, with its data
   */
  async replace(work, untrained = false) {
    const wasRunning = this.#store.running;
    const kept = await this.#link.keep(untrained);
    try {
      await work(kept);
    } catch (error) {
      if (wasRunning) await this.#link.request('start', {});
      throw error;
    }
    if (kept) this.#link.setUndoable(kept);
    return kept;
  }

  /** The run of an earlier visit, with its data set. @param {RunSnapshot} earlier @param {RunSnapshot | null} now */
  async resume({ source, bytes, history, config, id }, now) {
    // A person's own files are not kept: the current data set stays.
    await this.onData(source.kind === 'files' ? null : source, now, () => this.#link.restore(bytes, history, id));
    await this.#reapply(config);
  }

  /**
   * Another data set, and a model for it. If either is refused, all is as it was.
   * @param {DataSource | null} source   null: the data that are there stay
   * @param {RunSnapshot | null} now     the run that is there
   * @param {() => Promise<void>} place  puts the model in its place
   */
  async onData(source, now, place) {
    const before = { source: this.#store.source, config: this.#store.config };
    const load = source && !sameImages(source, before.source) ? source : null;
    if (load) await this.#link.load(load);
    try {
      await place();
    } catch (error) {
      // The data set took the model that was there with it.
      if (load) await this.putBack(before, now);
      throw error;
    }
  }

  /**
   * A data set with its model, after others could not take their place. An engine that broke comes back with them.
   * @param {{source: DataSource | null, config: TrainConfig | null}} before @param {RunSnapshot | null} run
   */
  async putBack({ source, config }, run) {
    if (!source || !config || this.#store.failure) return;
    await this.#link.load(source);
    await this.#weights(run, config);
  }

  /**
   * Hyperparameters may have been changed after the checkpoint. Where the engine refuses them, those of the checkpoint
   * stand; likewise those that a run of an earlier visit does not know.
   * @param {TrainConfig} config
   */
  async #reapply(config) {
    const live = LIVE.filter(({ name }) => config[name] !== undefined).map(({ name }) => [name, config[name]]);
    await this.#link.updateHyperparameters(Object.fromEntries(live)).catch(() => {});
  }

  /**
   * Weights that were kept, or a fresh model where there are none. Returns why the engine refused them, or null.
   * @param {Pick<RunSnapshot, 'bytes' | 'history' | 'id' | 'from'> | null} run @param {TrainConfig} config
   * @returns {Promise<Message | null>}
   */
  async #weights(run, config) {
    if (!run) {
      await this.#link.configure(config);
      return null;
    }
    try {
      await this.#link.restore(run.bytes, run.history, run.id, run.from);
      return null;
    } catch (error) {
      if (!(error instanceof EngineError) || error.code !== 'data') throw error;
      await this.#link.configure(config);
      return textOf(error);
    }
  }
}
