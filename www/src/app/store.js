// @ts-check
/**
 * What the page knows: device, data set, model, progress, curve; and who hears when it changes. session.js says what
 * can be done.
 *
 * @typedef {import('../protocol.js').TrainConfig} TrainConfig
 * @typedef {import('../protocol.js').Progress} Progress
 * @typedef {import('../protocol.js').ModelInfo} ModelInfo
 * @typedef {import('../protocol.js').DatasetInfo} DatasetInfo
 * @typedef {import('../protocol.js').Failure} Failure
 * @typedef {import('../protocol.js').Pretrained} Pretrained
 * @typedef {import('../protocol.js').PretrainedInfo} PretrainedInfo
 * @typedef {import('../i18n/index.js').Content} Content
 * @typedef {import('./runs.js').RunSnapshot} RunSnapshot
 *
 * @typedef {object} Events
 * @property {Content} ready      the page is alive for the first time; what the address asked for and could not have
 * @property {import('../protocol.js').DeviceInfo} device
 * @property {DatasetInfo} dataset
 * @property {{info: ModelInfo, previous: ModelInfo | null, fresh: boolean}} model   another model is in place:
 *   untrained (`fresh`) or brought back
 * @property {Pretrained} pretrained   a model that comes with the page is at hand, or could not be had
 * @property {'best' | 'yours'} shown  whose digits are shown from now on
 * @property {TrainConfig} config      a setting was changed in the running model
 * @property {Progress} progress
 * @property {RunSnapshot} checkpoint  good weights of the run that is there; its history goes on growing
 * @property {{label: import('../protocol.js').Message, done: number, total: number} | null} loading
 * @property {{what: import('../protocol.js').Fetched, done: number, total: number} | null} fetching   a part of the
 *   page that is on its way: bytes, of which `total` is 0 where that is not known
 * @property {RunSnapshot | null} undoable   the run that Undo would bring back
 * @property {Failure} stopped    training broke off: the weights are spoilt
 * @property {Content} say        a sentence for the status line
 * @property {string} reveal      the panel of that id has something to show
 * @property {Failure | null} fatal   the engine broke, or is back
 */
import { LossHistory } from './loss-history.js';

/** @type {Progress} */
export const UNTRAINED = {
  state: 'idle',
  step: 0,
  totalSteps: 0,
  epoch: 0,
  epochs: 0,
  losses: null,
  heldOut: null,
};

export class Store {
  /** @type {import('../protocol.js').DeviceInfo | null} */ device = null;
  /** @type {import('../protocol.js').Preset[]} */ presets = [];
  /** Where the data set that is there came from. @type {import('../protocol.js').DataSource | null} */ source = null;
  /** @type {DatasetInfo | null} */ dataset = null;
  /** @type {ModelInfo | null} */ model = null;
  /** Which run is there: see runs.js. */ runId = '';
  /** The pretrained model that the run began with, if any. @type {Pretrained | null} */ from = null;
  /** @type {Map<Pretrained, PretrainedInfo>} */ pretrained = new Map();
  /** Whose digits are shown. @type {'best' | 'yours'} */ shown = 'yours';
  /** @type {Progress} */ progress = UNTRAINED;
  /** @type {RunSnapshot | null} */ undoable = null;
  /** @type {Failure | null} */ failure = null;
  /** The load that is under way. @type {Events['loading']} */ loading = null;
  history = new LossHistory();
  /**
   * What the settings form says; null if a field is out of range. Undefined before the form is mounted.
   * @type {TrainConfig | null | undefined}
   */
  draft;
  /** Training diverged: the weights are not worth keeping. */ spoilt = false;
  /** What is trained with, changed hyperparameters included. @type {TrainConfig | null} */ config = null;

  /** @type {Map<string, Set<(detail: any) => void>>} */ #listeners = new Map();

  /**
   * @template {keyof Events} K
   * @param {K} name @param {(detail: Events[K]) => void} listener @param {{signal?: AbortSignal}} [options] until it
   *   is aborted
   */
  on(name, listener, { signal } = {}) {
    const all = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, all.add(listener));
    signal?.addEventListener('abort', () => all.delete(listener));
  }

  /** For session.js and what belongs to it. @template {keyof Events} K @param {K} name @param {Events[K]} detail */
  emit(name, detail) {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) listener(detail);
  }

  /** For the status line. @param {Content} content */
  say(content) {
    this.emit('say', content);
  }

  get running() {
    return this.progress.state === 'running';
  }

  get trained() {
    return this.progress.step > 0;
  }

  /** Whether the model in training has learned anything, here or before it came. */
  get learned() {
    return this.trained || this.from !== null;
  }

  /**
   * The pretrained model that is shown; undefined where it is the one in training, or the pretrained one is not at
   * hand.
   */
  get pretrainedShown() {
    return this.shown !== 'yours' && this.pretrained.has(this.shown) ? this.shown : undefined;
  }

  /**
   * The model whose digits are shown, and how far it is; null while there is none.
   * @returns {{model: ModelInfo | PretrainedInfo, step: number} | null}
   */
  get standing() {
    const pretrained = this.pretrainedShown && this.pretrained.get(this.pretrainedShown);
    if (pretrained) return { model: pretrained, step: 0 };
    return this.model && { model: this.model, step: this.progress.step };
  }

  /** The preset of the model in training. @returns {import('../protocol.js').Preset | undefined} */
  get preset() {
    return this.presets.find(({ name }) => name === this.config?.preset);
  }

  /** Whether the model that is shown has an encoder; every pretrained one has. */
  get encoderShown() {
    return !!this.pretrainedShown || (this.preset?.hasEncoder ?? true);
  }
}
