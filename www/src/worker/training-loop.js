// @ts-check
/**
 * Everything that the engine does, one call at a time but for queries, and the one place that knows whether a run is
 * training: the engine itself only counts steps. While a run trains, a slice of training follows each round of
 * requests, so that the page stays live and training is never starved.
 *
 * @typedef {import('../protocol.js').Progress} Progress
 * @typedef {import('../protocol.js').Failure} Failure
 * @typedef {import('../protocol.js').Requests} Requests
 * @typedef {import('./backend.js').Engine} Engine
 *
 * What waits for its turn. `alone`: nothing else is begun before it is done.
 * @typedef {object} Waiting
 * @property {(engine: Engine) => unknown} work
 * @property {boolean} alone
 * @property {(back: any) => void} resolve
 * @property {(error: unknown) => void} reject
 */
import { EngineError, problem } from '../protocol.js';
import { describe } from './engine-errors.js';

/**
 * How long one slice of training may take, in ms: short while a person draws or scrubs, longer (fewer read-backs)
 * otherwise, but never so long that the page gets fewer than ten reports a second.
 */
const SLICE_MS = { live: 16, otherwise: 80 };
/** How long a live request keeps the slices short. */
const LIVE_MS = 1500;
/** After these only a new worker helps. @type {Set<import('../protocol.js').ErrorCode>} */
const FATAL = new Set(['panic', 'device', 'internal']);
/** How long the page must have been quiet before the shaders of training are compiled. */
const PREPARE_AFTER_MS = 300;
/** The page stores them: a closed tab costs no more training than this, and the time of writing. */
const CHECKPOINT_MS = 1500;
const FIRST_CHECKPOINT_MS = 1000;

export class TrainingLoop {
  /** @type {(event: import('../protocol.js').WorkerEvent) => void} */ #post;
  /** @type {Engine | null} */ #engine = null;
  /** Why the engine is of no use any more. @type {Failure | null} */ #failure = null;
  #running = false;
  /** Whether the model holds anything that a person would miss. */
  #trained = false;
  /** @type {Waiting[]} */ #queue = [];
  #looping = false;
  #lastLive = -Infinity;
  #lastCheckpoint = 0;
  #checkpointEvery = CHECKPOINT_MS;
  /** The timer that compiles the shaders of training. @type {number | undefined} */ #preparing;

  /** @param {(event: import('../protocol.js').WorkerEvent) => void} post */
  constructor(post) {
    this.#post = post;
  }

  /** @param {Engine} engine */
  open(engine) {
    this.#engine = engine;
  }

  /** What the engine died of; null while it lives. */
  get failure() {
    return this.#failure;
  }

  /** A request has arrived. @param {boolean} live whether it follows a person's hand */
  requested(live) {
    if (live) this.#lastLive = performance.now();
    if (this.#preparing !== undefined) this.#prepareSoon();
  }

  /**
   * Queues a call of the engine. Rejects with what it throws; with code 'state' before there is an engine; with the
   * failure once it is dead.
   * @template T @param {(engine: Engine) => T | Promise<T>} work @returns {Promise<T>}
   */
  call(work) {
    return this.#enqueue(work, true);
  }

  /**
   * As `call`, for a query: training goes on while a device that is slow to answer makes up its mind.
   * @template T @param {(engine: Engine) => T | Promise<T>} work @returns {Promise<T>}
   */
  ask(work) {
    return this.#enqueue(work, false);
  }

  /**
   * A fresh, untrained model. Rejects if a setting is out of range; then a run goes on.
   * @param {Requests['configure']['send']['config']} config
   */
  configure(config) {
    return this.call((engine) => {
      const info = engine.configure(config);
      this.#running = this.#trained = false;
      this.#prepareSoon();
      return info;
    });
  }

  /**
   * A run of its own from the weights of a pretrained model. Rejects if anything is refused; then a run goes on.
   * @param {Requests['continuePretrained']['send']} wanted
   */
  continuePretrained(wanted) {
    return this.call(async (engine) => {
      const info = await engine.continuePretrained(wanted);
      this.#running = this.#trained = false;
      this.#prepareSoon();
      return info;
    });
  }

  /** Rejects with code 'state' if no step is left. */
  start() {
    return this.call((engine) => {
      unfinished(engine);
      this.#running = this.#trained = true;
      this.#lastCheckpoint = performance.now() - CHECKPOINT_MS + FIRST_CHECKPOINT_MS;
      this.#post({ event: 'progress', progress: this.#progress(engine.progress()) });
      return null;
    });
  }

  /** Ends the run, if there is one, and measures the held-out loss of its model. */
  pause() {
    return this.call((engine) => (this.#running ? this.#end(engine) : this.#progress(engine.progress())));
  }

  /** Pauses and takes one step. Rejects with code 'state' if none is left or if training diverged. */
  step() {
    return this.call(async (engine) => {
      await this.#halt(engine);
      unfinished(engine);
      try {
        const progress = await engine.step();
        this.#trained = true;
        await this.#sendCheckpoint(engine);
        return this.#progress(progress);
      } catch (error) {
        this.#breakOff(engine, error);
        throw error;
      }
    });
  }

  /**
   * Rejects if a value is out of range; then none is changed.
   * @param {Requests['updateHyperparameters']['send']} change
   */
  updateHyperparameters(change) {
    return this.call((engine) => {
      engine.updateHyperparameters(change);
      const progress = this.#progress(engine.progress());
      return this.#running && progress.state === 'finished' ? this.#end(engine) : progress;
    });
  }

  /** The held-out loss as it is now; a run goes on. */
  measure() {
    return this.call(async (engine) => this.#progress(await engine.measure()));
  }

  checkpoint() {
    return this.call((engine) => this.#checkpoint(engine));
  }

  /** Rejects if the file is refused; then the old model stays, and its run goes on. @param {Uint8Array} bytes */
  restore(bytes) {
    return this.call((engine) => {
      const info = engine.restore(bytes);
      this.#running = false;
      const progress = this.#progress(info.progress ?? engine.progress());
      this.#trained = progress.step > 0;
      return { ...info, progress };
    });
  }

  /**
   * Puts a new data set in place of the old one. Training on the old one ends first, and its weights go to the page;
   * it goes on if the new one is refused. Rejects with the signal's reason if it is aborted before its turn.
   * @template T @param {AbortSignal} signal @param {(engine: Engine) => T} put @returns {Promise<T>}
   */
  replaceData(signal, put) {
    return this.call(async (engine) => {
      signal.throwIfAborted();
      const wasRunning = this.#running;
      try {
        if (this.#trained) await this.#sendCheckpoint(engine);
        this.#running = false;
        const info = put(engine);
        // The model went with its data.
        this.#trained = false;
        return info;
      } catch (error) {
        this.#running = wasRunning;
        throw error;
      }
    });
  }

  /**
   * The engine broke. The page hears it once; requests that wait or come later are refused.
   * @param {Failure} failure
   */
  die(failure) {
    if (this.#failure) return;
    this.#running = false;
    this.#failure = failure;
    this.#post({ event: 'fatal', error: failure });
    for (const { reject } of this.#queue.splice(0)) reject(new EngineError(failure));
  }

  /** @param {Waiting['work']} work @param {boolean} alone @returns {Promise<any>} */
  #enqueue(work, alone) {
    return new Promise((resolve, reject) => {
      this.#queue.push({ work, alone, resolve, reject });
      this.#loop();
    });
  }

  async #loop() {
    if (this.#looping) return;
    this.#looping = true;
    while (this.#queue.length > 0 || (this.#running && !this.#failure)) {
      const asked = [];
      for (const waiting of this.#queue.splice(0)) {
        const done = this.#do(waiting);
        if (waiting.alone) await done;
        else asked.push(done);
      }
      // The CPU engine answers within its task, and its answers shall not wait for a slice of training.
      if (asked.length > 0) await Promise.race([Promise.all(asked), macrotask()]);
      if (this.#running && !this.#failure) await this.#slice(this.#usable());
      await macrotask();
    }
    this.#looping = false;
  }

  /** Never rejects. @param {Waiting} waiting */
  async #do({ work, resolve, reject }) {
    try {
      resolve(await work(this.#usable()));
    } catch (error) {
      reject(error);
      if (error instanceof WebAssembly.RuntimeError) this.die(describe(error));
    }
  }

  #usable() {
    if (this.#failure) throw new EngineError(this.#failure);
    if (!this.#engine) throw problem('state', 'worker.notReady');
    return this.#engine;
  }

  /** @param {Engine} engine */
  async #slice(engine) {
    const live = performance.now() - this.#lastLive < LIVE_MS;
    try {
      const progress = this.#progress(await engine.advance(live ? SLICE_MS.live : SLICE_MS.otherwise));
      if (told(progress) || progress.state === 'finished') this.#post({ event: 'progress', progress });
      if (progress.state === 'finished') await this.#stop(engine);
      else if (performance.now() - this.#lastCheckpoint > this.#checkpointEvery) await this.#sendCheckpoint(engine);
    } catch (error) {
      this.#breakOff(engine, error);
    }
  }

  /**
   * How far training is, as the page hears it: only the loop knows that it is running.
   * @param {Progress} counted by the engine @returns {Progress}
   */
  #progress(counted) {
    return this.#running && counted.state !== 'finished' ? { ...counted, state: 'running' } : counted;
  }

  /** @param {Engine} engine */
  async #end(engine) {
    await this.#halt(engine);
    return this.#progress(await engine.measure());
  }

  /** Ends the run, if there is one, and leaves its weights with the page. @param {Engine} engine */
  async #stop(engine) {
    if (!this.#running) return;
    // What is told of the steps that are still on their way comes before the end.
    await this.#sendCheckpoint(engine);
    this.#running = false;
  }

  /**
   * As `#stop`, if a person asks for it: steps that are still on their way may have diverged.
   * @param {Engine} engine
   */
  async #halt(engine) {
    try {
      await this.#stop(engine);
    } catch (error) {
      this.#breakOff(engine, error);
      throw error;
    }
  }

  /** @param {Engine} engine */
  async #sendCheckpoint(engine) {
    const start = performance.now();
    this.#post({ event: 'checkpoint', ...(await this.#checkpoint(engine)) });
    this.#lastCheckpoint = performance.now();
    // At most a twentieth of the time goes into checkpoints, on slow devices too.
    this.#checkpointEvery = Math.max(CHECKPOINT_MS, 20 * (this.#lastCheckpoint - start));
  }

  /**
   * The weights and where they stand. They do not run: a model that is restored from them is paused. The engine queues
   * steps ahead of their losses; the weights are those after all of them, so the losses are read and told first.
   * @param {Engine} engine
   */
  async #checkpoint(engine) {
    const bytes = await engine.checkpoint();
    const settled = await engine.settle();
    const progress = this.#progress(settled);
    if (told(progress)) this.#post({ event: 'progress', progress });
    return { bytes, progress: { ...settled, losses: null, heldOut: null } };
  }

  /**
   * A training step failed: either the engine is broken, or the weights are.
   * @param {Engine} engine @param {unknown} error
   */
  #breakOff(engine, error) {
    this.#running = false;
    if (this.#dieIfBroken(error)) return;
    this.#trained = false;
    this.#post({ event: 'stopped', error: describe(error), progress: this.#progress(engine.progress()) });
  }

  /** Returns whether the engine itself is broken. @param {unknown} error */
  #dieIfBroken(error) {
    const failure = describe(error);
    const broken = FATAL.has(failure.code);
    if (broken) this.die(failure);
    return broken;
  }

  /**
   * Compiles the shaders of a training step once the page has been quiet for a moment: then a click on Start starts at
   * once.
   */
  #prepareSoon() {
    clearTimeout(this.#preparing);
    this.#preparing = self.setTimeout(() => {
      this.#preparing = undefined;
      if (this.#running || this.#failure) return;
      this.call((engine) => engine.prepare()).catch((error) => this.#dieIfBroken(error));
    }, PREPARE_AFTER_MS);
  }
}

/** Whether there is anything to tell: while steps are queued, none may be done. @param {Progress} progress */
const told = ({ losses, heldOut }) => !!losses || !!heldOut;

/** @param {Engine} engine */
function unfinished(engine) {
  const { state, epochs } = engine.progress();
  if (state === 'finished') throw problem('state', 'errors.finished', { epochs });
}

const { port1, port2 } = new MessageChannel();
/** @type {(() => void)[]} */
const waiting = [];
port1.onmessage = () => waiting.shift()?.();

/**
 * Lets waiting messages in. Promises alone would not: messages are tasks, and the CPU engine may never leave its task.
 * @returns {Promise<void>}
 */
const macrotask = () =>
  new Promise((resolve) => {
    waiting.push(resolve);
    port2.postMessage(null);
  });
