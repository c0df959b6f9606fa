// @ts-check
/**
 * Stores the run in the browser while it trains, so that a closed tab or a crash costs seconds of training. One run is
 * stored, the newest, with one exception: an earlier visit's run that the person has neither resumed nor discarded is
 * replaced only after a minute of training.
 */
import { isFull } from './indexed-db.js';
import { write } from './session-store.js';

/** How long to wait for what follows a checkpoint, in ms: a pause's held-out loss, or a slider's next value. */
const SETTLE_MS = 300;
/** Limits wear on the disk: while training, at most 1 MB/s is written. */
const BYTES_PER_MS = 1000;
const REPLACE_AFTER_MS = 60_000;

/**
 * @typedef {import('../app/store.js').Store} Store
 * @typedef {import('../app/runs.js').RunSnapshot} RunSnapshot
 * @typedef {import('../i18n/index.js').Content} Content
 */

export class Autosave {
  /** Why the run is not being stored; null while it is. @type {Content | null} */ note = null;

  /** @type {Store} */ #store;
  /** The newest checkpoint. @type {RunSnapshot | null} */ #newest = null;
  /**
   * What the browser's record holds, as far as this page knows; `stamp` changes with everything in it.
   * @type {{id: string, step: number, stamp: string} | null}
   */
  #stored = null;
  /** Runs that are in a file, and at which step, by run id. @type {Map<string, number>} */ #files = new Map();
  /**
   * Called when an earlier visit's run is replaced; null if there is none to protect. Not null before that is known.
   * @type {(() => void) | null}
   */
  #protected = () => {};
  /** @type {Set<() => void>} */ #listeners = new Set();
  #busy = false;
  #written = -Infinity;
  #trainedMs = 0;
  /** @type {number | null} */ #since = null;
  /** @type {number | undefined} */ #timer;

  /** @param {Store} store @param {{secure(): Promise<void>}} session `secure` emits a checkpoint of this moment */
  constructor(store, session) {
    this.#store = store;
    store.on('checkpoint', (newest) => {
      this.#newest = newest;
      this.#soon();
    });
    store.on('progress', () => {
      this.#clock();
      if (!store.running) this.#soon();
      this.#tell();
    });
    store.on('config', () => {
      if (!store.running) this.#soon();
    });
    const leaving = () => {
      this.#write();
      session.secure().then(
        () => this.#write(),
        () => {},
      );
    };
    document.addEventListener('visibilitychange', () => document.hidden && leaving());
    window.addEventListener('pagehide', leaving);
  }

  /** Whether the person can leave the page without losing a trained model. */
  get safe() {
    const { runId, progress, trained, running, undoable } = this.#store;
    if (trained && running) return !this.note && (this.#stored?.id === runId || this.#files.has(runId));
    if (trained) return this.#holds(runId, progress.step);
    // An untrained model may have replaced a trained one.
    return !undoable || this.#holds(undoable.id, undoable.progress.step);
  }

  /**
   * Calls `listener` when `safe` or `note` may have changed.
   * @param {() => void} listener @param {{signal?: AbortSignal}} [options]
   */
  follow(listener, { signal } = {}) {
    this.#listeners.add(listener);
    signal?.addEventListener('abort', () => this.#listeners.delete(listener));
  }

  /** The current run is in a file: it was saved, or opened. @param {number} [step] the step in the file */
  saved(step = this.#store.progress.step) {
    this.#files.set(this.#store.runId, step);
    this.#tell();
  }

  /**
   * Protects an earlier visit's run from being replaced at once.
   * @param {() => void} replaced called when it is replaced all the same
   */
  protect(replaced) {
    this.#protected = replaced;
  }

  /** The earlier visit's run was resumed: it is the current one. */
  resumed() {
    const { runId, progress } = this.#store;
    this.#protected = this.#newest = null;
    this.#stored = { id: runId, step: progress.step, stamp: '' };
    this.#tell();
  }

  /** There is no earlier run, or the person does not want it: nothing to protect. */
  free() {
    this.#protected = null;
    this.#soon();
  }

  #soon() {
    window.clearTimeout(this.#timer);
    const rest = (this.#newest?.bytes.length ?? 0) / BYTES_PER_MS - (performance.now() - this.#written);
    const wait = this.#store.running ? Math.max(SETTLE_MS, rest) : SETTLE_MS;
    this.#timer = window.setTimeout(() => this.#write(), wait);
  }

  async #write() {
    const newest = this.#newest;
    if (!newest || this.#busy || !this.#mayReplace() || this.#isStored(newest)) return;
    const { id, progress } = newest;
    const stamp = this.#stamp(newest);
    this.#busy = true;
    try {
      await write({ ...newest, config: this.#config(newest) });
      this.#stored = { id, step: progress.step, stamp };
      this.note = null;
      this.#protected?.();
      this.#protected = null;
    } catch (error) {
      this.note = { key: isFull(error) ? 'shell.kept.full' : 'shell.kept.unavailable' };
    }
    this.#busy = false;
    this.#written = performance.now();
    this.#tell();
    if (!this.note && this.#newest && !this.#isStored(this.#newest)) this.#soon();
  }

  #mayReplace() {
    this.#clock();
    return !this.#protected || this.#trainedMs >= REPLACE_AFTER_MS;
  }

  /** Adds up how long this visit has trained. */
  #clock() {
    const now = performance.now();
    if (this.#since !== null) this.#trainedMs += now - this.#since;
    this.#since = this.#store.running ? now : null;
  }

  /** Whether the browser or a file holds the run at this step. @param {string} id @param {number} step */
  #holds(id, step) {
    return (this.#stored?.id === id && this.#stored.step === step) || this.#files.get(id) === step;
  }

  /** @param {RunSnapshot} run */
  #isStored(run) {
    return this.#stored?.id === run.id && this.#stored.stamp === this.#stamp(run);
  }

  /** The current run's settings may have changed since its checkpoint. @param {RunSnapshot} run */
  #config({ id, config }) {
    return (id === this.#store.runId && this.#store.config) || config;
  }

  /** @param {RunSnapshot} run */
  #stamp(run) {
    const { progress, history } = run;
    return JSON.stringify([progress.step, history.step.length, history.heldOut.at(-1), this.#config(run)]);
  }

  #tell() {
    for (const listener of [...this.#listeners]) listener();
  }
}
