// @ts-check
/**
 * What the page knows: device, data set, model, progress, curve; and what it hears of them. session.js says what can be done.
 *
 * @typedef {import('../protocol.js').TrainConfig} TrainConfig
 * @typedef {import('../protocol.js').DataSource} DataSource
 * @typedef {import('../protocol.js').Progress} Progress
 * @typedef {import('../protocol.js').ModelInfo} ModelInfo
 * @typedef {import('../protocol.js').DatasetInfo} DatasetInfo
 * @typedef {import('../protocol.js').Failure} Failure
 * @typedef {import('../protocol.js').Shipped} Shipped
 * @typedef {import('../protocol.js').ShippedInfo} ShippedInfo
 *
 * Everything that brings a run back.
 * @typedef {import('../protocol.js').Checkpoint & {source: DataSource, dataset: DatasetInfo, history: History, config: TrainConfig}} Kept
 *
 * @typedef {object} Events
 * @property {string} ready    the page is alive for the first time; a sentence on what the address asked for in vain, or ''
 * @property {import('../protocol.js').DeviceInfo} device
 * @property {DatasetInfo} dataset
 * @property {{info: ModelInfo, previous: ModelInfo | null, fresh: boolean}} model   another model is in place: untrained (`fresh`) or brought back
 * @property {Shipped} shipped     a model that comes with the page is at hand, or could not be had
 * @property {'best' | 'yours'} shown   whose digits are shown from now on
 * @property {TrainConfig} config   a setting was changed in the running model
 * @property {Progress} progress
 * @property {Kept} checkpoint   good weights of the run that is there; its history goes on growing
 * @property {{label: string, done: number, total: number} | null} loading
 * @property {Kept | null} undoable
 * @property {Failure} stopped   training broke off: the weights are spoilt
 * @property {string} say      a sentence for the status line
 * @property {Failure | null} fatal
 */
import { History } from './loss-history.js';

/** @type {Progress} */
export const UNTRAINED = { state: 'idle', step: 0, totalSteps: 0, epoch: 0, epochs: 0, losses: null, heldOut: null };

export class State {
  /** @type {import('../protocol.js').DeviceInfo | null} */ device = null;
  /** @type {import('../protocol.js').Preset[]} */ presets = [];
  /** @type {DatasetInfo | null} */ dataset = null;
  /** @type {ModelInfo | null} */ model = null;
  /** @type {Map<Shipped, ShippedInfo>} */ shipped = new Map();
  /** Whose digits are shown. @type {'best' | 'yours'} */ shown = 'yours';
  /** @type {Progress} */ progress = UNTRAINED;
  /** @type {Kept | null} */ undoable = null;
  history = new History();
  /** What is trained with, `tune`d values included. @type {TrainConfig | null} */ config = null;

  /** @type {Map<string, ((detail: any) => void)[]>} */ #listeners = new Map();

  /** @template {keyof Events} K @param {K} name @param {(detail: Events[K]) => void} listener */
  on(name, listener) {
    this.#listeners.set(name, [...(this.#listeners.get(name) ?? []), listener]);
  }

  /** @protected @template {keyof Events} K @param {K} name @param {Events[K]} detail */
  emit(name, detail) {
    for (const listener of this.#listeners.get(name) ?? []) listener(detail);
  }

  /** @protected @param {'best' | 'yours'} whose */
  turnTo(whose) {
    if (whose === this.shown) return;
    this.shown = whose;
    this.emit('shown', whose);
  }

  /** @param {string} sentence */
  say(sentence) {
    this.emit('say', sentence);
  }

  get running() {
    return this.progress.state === 'running';
  }

  get trained() {
    return this.progress.step > 0;
  }

  /** The shipped model that is shown; undefined where it is the one in training, or the shipped one is not at hand. */
  get shippedShown() {
    return this.shown !== 'yours' && this.shipped.has(this.shown) ? this.shown : undefined;
  }

  /** The model whose digits are shown, and how far it is; null while there is none. @returns {{model: ModelInfo | ShippedInfo, step: number} | null} */
  get standing() {
    const shipped = this.shippedShown && this.shipped.get(this.shippedShown);
    if (shipped) return { model: shipped, step: 0 };
    return this.model && { model: this.model, step: this.progress.step };
  }

  /** The preset of the model that is there. @returns {import('../protocol.js').Preset | undefined} */
  get preset() {
    return this.presets.find(({ name }) => name === this.config?.preset);
  }
}
