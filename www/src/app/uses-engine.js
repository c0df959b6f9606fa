// @ts-check
/**
 * The engine of the chapter Uses: a second worker, on the CPU, whatever device trains. It is started by the first
 * question, holds the page's data set and the models that questions name, and is started again after it broke, by the
 * next question.
 *
 * @typedef {import('../protocol.js').Requests} Requests
 * @typedef {import('../protocol.js').Query | import('../protocol.js').UseQuery} Question
 * @typedef {import('../protocol.js').Checkpoint} Checkpoint
 * @typedef {import('../protocol.js').DataSource} DataSource
 * @typedef {import('../protocol.js').Message} Message
 * @typedef {import('../protocol.js').Pretrained | 'yours'} ModelName
 * @typedef {'model' | 'data' | 'status' | 'again'} Change
 */
import { problem, QUERIES_OF_DATA, textOf, toFailure, USES } from '../protocol.js';
import { EngineClient } from './client.js';
import { sameImages } from './data-source.js';

/** How often the weights of the model in training are taken over while it trains, in ms. */
const EVERY_MS = 3000;

export class Uses {
  /** What is on its way to the worker, in words; null while nothing is. @type {Message | null} */ status = null;
  #store;
  #session;
  /** @type {Map<Change, Set<() => void>>} */ #listeners = new Map();
  /** @type {EngineClient | null} */ #client = null;
  /** That the worker answers; null before the first question and after it broke. @type {Promise<void> | null} */
  #open = null;
  /** The data set that the worker holds or loads. @type {{source: DataSource, done: Promise<unknown>} | null} */
  #data = null;
  /** The models that come with the page and are there or on their way. @type {Map<string, Promise<unknown>>} */
  #models = new Map();
  /** The weights that 'yours' stands for until the next round of questions. @type {Checkpoint | null} */ #wanted =
    null;
  /** Those that the worker has. @type {{checkpoint: Checkpoint, done: Promise<unknown>} | null} */ #adopted = null;
  /** When the weights of 'yours' last changed for those who listen. */ #taken = -Infinity;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  /** What `model` and `conditional` were when it was last told. */ #told = '';
  /** Things on their way to the worker. */ #waiting = 0;
  /** Questions wait for the page's first data set. */ #awaited = false;

  /** @param {import('./store.js').Store} store @param {import('./session.js').Session} session */
  constructor(store, session) {
    this.#store = store;
    this.#session = session;
    this.#wanted = session.checkpoint;
    this.#told = this.#named();
    store.on('model', () => this.#turn());
    store.on('shown', () => this.#turn());
    store.on('checkpoint', () => this.#trained());
    store.on('dataset', () => {
      // The first one is what the questions wait for that were asked while the page started.
      if (this.#awaited) this.#awaited = false;
      else this.#tell('data');
    });
  }

  /**
   * The model to ask where any VAE will do: that in training where the page shows it, it has begun to train and has an
   * encoder; else the best of those that come with the page.
   * @returns {'best' | 'yours'}
   */
  get model() {
    return this.#yours && this.#store.preset?.hasEncoder ? 'yours' : 'best';
  }

  /** The conditional model to ask. @returns {'hand' | 'yours'} */
  get conditional() {
    // A model may have more classes than its preset.
    return this.#yours && this.#store.model?.labels ? 'yours' : 'hand';
  }

  /** Whether the page shows the model in training and it has begun to train. */
  get #yours() {
    const { shown, trained } = this.#store;
    return shown === 'yours' && trained && this.#session.checkpoint !== null;
  }

  /**
   * The answer of the engine's method of that name. Before it is asked, the engine is started, and gets the model that
   * `query.model` names (by default `model`) and the data set, if this question needs them. Rejects with an
   * EngineError; the next question tries again. Nothing is asked or fetched once `left` is aborted: it rejects with
   * the code 'cancelled'.
   * @template {Question} Q
   * @param {Q} name @param {Requests[Q]['send']} query @param {{left?: AbortSignal}} [options]
   * @returns {Promise<Requests[Q]['back']>}
   */
  async ask(name, query, { left } = {}) {
    const stay = () => {
      if (left?.aborted) throw problem('cancelled', 'errors.cancelled');
    };
    const needs = neededBy(name);
    const { model: named } = /** @type {{model?: ModelName}} */ (query);
    const model = needs.includes('model') ? (named ?? this.model) : undefined;
    stay();
    await this.#started();
    stay();
    await Promise.all([needs.includes('data') && this.#withData(), model && this.#withModel(model)]);
    stay();
    if (!this.#client) throw problem('cancelled', 'errors.cancelled');
    return this.#client.request(name, model ? { ...query, model } : query);
  }

  /**
   * `model`: `model`, `conditional` or the weights of 'yours' are others now. `data`: the page's data set is another.
   * `status`: what is on its way. `again`: a person wants what failed to be tried again.
   * @param {Change} change @param {() => void} listener @param {{signal?: AbortSignal}} [options]
   */
  on(change, listener, { signal } = {}) {
    const all = this.#listeners.get(change) ?? new Set();
    this.#listeners.set(change, all.add(listener));
    signal?.addEventListener('abort', () => all.delete(listener));
  }

  /** Whatever failed shall be tried again: what one question met, others met too. */
  tryAgain() {
    this.#tell('again');
  }

  /** What failed, in words; null where no words are needed. @param {unknown} error @returns {Message | null} */
  explain(error) {
    return textOf(error);
  }

  /** What a failure is called in protocol.js. @param {unknown} error */
  codeOf(error) {
    return toFailure(error).code;
  }

  // ---------------------------------------------------------------- what the worker holds

  #started() {
    if (this.#open) return this.#open;
    this.#data = this.#adopted = null;
    this.#models.clear();
    if (this.#client) this.#client.restart();
    else this.#client = new EngineClient(this.#onEvent, () => this.#say({ key: 'uses.silent' }));
    const open = this.#bring(this.#client.request('init', { device: 'cpu', by: 'uses' })).then(() => {});
    this.#open = open;
    open.catch(() => this.#open === open && this.#closed());
    return open;
  }

  /** The worker is of no use any more: the next question starts another. */
  #closed() {
    this.#open = null;
  }

  /** The page's data set, the newest one if it changes meanwhile. @returns {Promise<void>} */
  async #withData() {
    const source = this.#store.source ?? (await this.#firstSource());
    if (!this.#data || !sameImages(source, this.#data.source)) {
      const done = this.#bring(this.#request('load', { source }));
      const data = { source, done };
      this.#data = data;
      done.catch(() => {
        if (this.#data === data) this.#data = null;
      });
    }
    const { done } = this.#data;
    try {
      await done;
    } catch (error) {
      // Another data set took its place while it was loaded.
      if (this.#data && this.#data.done !== done) return this.#withData();
      throw error;
    }
  }

  /** Where the page is only starting, its data set comes yet, or its engine fails. @returns {Promise<DataSource>} */
  #firstSource() {
    const store = this.#store;
    const gone = new AbortController();
    this.#awaited = true;
    return new Promise((resolve, reject) => {
      const look = () => {
        if (store.source) resolve(store.source);
        else if (store.failure) reject(problem('state', 'errors.noDataset'));
        else return;
        if (!store.source) this.#awaited = false;
        gone.abort();
      };
      store.on('dataset', look, gone);
      store.on('fatal', look, gone);
      look();
    });
  }

  /** @param {ModelName} name @returns {Promise<unknown>} */
  #withModel(name) {
    if (name === 'yours') return this.#adopt();
    let there = this.#models.get(name);
    if (!there) {
      there = this.#bring(this.#request('loadPretrained', { name, whole: true }));
      this.#models.set(name, there);
      const now = there;
      there.catch(() => this.#models.get(name) === now && this.#models.delete(name));
    }
    return there;
  }

  /** @returns {Promise<unknown>} */
  #adopt() {
    const checkpoint = this.#wanted ?? this.#session.checkpoint;
    if (!checkpoint) return Promise.reject(problem('state', 'errors.noModel'));
    if (this.#adopted?.checkpoint !== checkpoint) {
      const done = this.#request('adopt', { bytes: checkpoint.bytes });
      const adopted = { checkpoint, done };
      this.#adopted = adopted;
      done.catch(() => {
        if (this.#adopted === adopted) this.#adopted = null;
      });
    }
    return this.#adopted.done;
  }

  /**
   * @template {import('../protocol.js').RequestType} T
   * @param {T} type @param {Requests[T]['send']} send @returns {Promise<Requests[T]['back']>}
   */
  #request(type, send) {
    return this.#client?.request(type, send) ?? Promise.reject(problem('cancelled', 'errors.cancelled'));
  }

  // ---------------------------------------------------------------- what is on its way

  /** @template T @param {Promise<T>} something @returns {Promise<T>} */
  async #bring(something) {
    this.#waiting++;
    try {
      return await something;
    } finally {
      this.#waiting--;
      if (this.#waiting === 0) this.#say(null);
    }
  }

  /** @param {Message | null} status */
  #say(status) {
    if (status === this.status) return;
    this.status = status;
    this.#tell('status');
  }

  /** @param {import('../protocol.js').WorkerEvent} event */
  #onEvent = (event) => {
    if (event.event === 'fatal') return this.#closed();
    if (this.#waiting === 0) return;
    if (event.event === 'status') this.#say(event.text);
    if (event.event === 'loading') {
      const { label, done, total } = event;
      this.#say(total ? { key: 'uses.loading', what: label, part: done / total } : label);
    }
    if (event.event === 'fetching') {
      const { what, done, total } = event;
      // Until the first bytes the sentence that is there says enough.
      if (done === 0) return;
      if (what === 'engine') this.#say({ key: total ? 'uses.fetchingEngineOf' : 'uses.fetchingEngine', done, total });
      else this.#say({ key: total ? 'uses.fetchingOf' : 'uses.fetching', done, total });
    }
  };

  // ---------------------------------------------------------------- what changes on the page

  #named() {
    return `${this.model} ${this.conditional}`;
  }

  /** Another model is in training, or another one is shown. */
  #turn() {
    const before = this.#told;
    const yours = before.includes('yours') || this.#named().includes('yours');
    if (yours || before !== this.#named()) this.#take();
  }

  /** The model in training has new weights. */
  #trained() {
    if (!this.#named().includes('yours') || this.#timer !== undefined) return;
    const wait = Math.max(0, this.#taken + EVERY_MS - performance.now());
    // The first weights of a run make 'yours' a model to ask.
    if (wait === 0 || this.#named() !== this.#told) this.#take();
    else this.#timer = setTimeout(() => this.#take(), wait);
  }

  /** From now on 'yours' stands for the newest weights. */
  #take() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#taken = performance.now();
    this.#wanted = this.#session.checkpoint;
    this.#told = this.#named();
    this.#tell('model');
  }

  /** @param {Change} change */
  #tell(change) {
    for (const listener of [...(this.#listeners.get(change) ?? [])]) listener();
  }
}

/** What has to be there before it is asked. @param {string} name @returns {readonly string[]} */
function neededBy(name) {
  // It asks no model.
  if (name === 'sampleImages') return ['data'];
  const needs = /** @type {Record<string, readonly string[]>} */ (USES)[name];
  return needs ?? (QUERIES_OF_DATA.has(name) ? ['model', 'data'] : ['model']);
}
