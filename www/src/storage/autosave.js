// @ts-check
/**
 * Keeps the run in the browser while it trains, so that a closed tab or a crash costs seconds. One run is kept, the newest, with one
 * exception: a run of an earlier visit that nobody has resumed or discarded gives way only to one that has trained for a minute.
 */
import { element } from '../ui/dom.js';
import { write } from './session-store.js';

/** How long to wait for what comes with a checkpoint, in ms: a pause's held-out loss, or a slider's next value. */
const SETTLE_MS = 300;
/** Disks wear out: while it trains, at most a megabyte a second is written. */
const BYTES_PER_MS = 1000;
const GIVES_WAY_MS = 60_000;

/**
 * @typedef {import('../app/session.js').Session} Session
 * @typedef {import('../app/store.js').Kept} Kept
 */

export class Autosave {
  /** @type {Session} */ #session;
  /** What shall be kept. @type {Kept | null} */ #newest = null;
  /** Runs, known by their histories, that are safe in the browser or in a file, and how far each was then. @type {WeakMap<import('../app/loss-history.js').History, {step: number, stamp: string}>} */ #safe =
    new WeakMap();
  /** What to call when the run of an earlier visit gives way; at first, until it is known whether there is one, nothing. @type {(() => void) | null} */ #protected =
    () => {};
  /** @type {(() => void)[]} */ #listeners = [];
  #busy = false;
  #failing = false;
  #written = -Infinity;
  #trainedMs = 0;
  /** @type {number | null} */ #since = null;
  /** @type {number | undefined} */ #timer;

  /** @param {Session} session */
  constructor(session) {
    this.#session = session;
    session.on('checkpoint', (newest) => {
      this.#newest = newest;
      this.#soon();
    });
    session.on('progress', () => {
      this.#clock();
      if (!session.running) this.#soon();
      this.#tell();
    });
    session.on('config', () => {
      if (!session.running) this.#soon();
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

  /** Whether the page can be left without asking. */
  get safe() {
    const { history, progress, trained, running, undoable } = this.#session;
    const kept = this.#safe.get(history);
    if (trained) return !!kept && (running ? !this.#failing : kept.step === progress.step);
    // An untrained model has taken the place of one that was trained.
    return !undoable || !this.#newest || this.#isSafe(this.#newest);
  }

  /** Called when `safe` may have changed. @param {() => void} listener */
  follow(listener) {
    this.#listeners.push(listener);
  }

  /** The run that is there lies in a file, too. @param {number} [step] */
  saved(step = this.#session.progress.step) {
    const { history } = this.#session;
    this.#safe.set(history, { stamp: '', ...this.#safe.get(history), step });
    this.#tell();
  }

  /** There is a run of an earlier visit, which must not be lost unasked; `gone` is called when it was replaced all the same. @param {() => void} gone */
  protect(gone) {
    this.#protected = gone;
  }

  /** It is the run that is there now. */
  resumed() {
    this.#protected = this.#newest = null;
    this.saved();
  }

  /** There is none, or none that anybody wants. */
  free() {
    this.#protected = null;
    this.#soon();
  }

  #soon() {
    window.clearTimeout(this.#timer);
    const rest = (this.#newest?.bytes.length ?? 0) / BYTES_PER_MS - (performance.now() - this.#written);
    this.#timer = window.setTimeout(() => this.#write(), this.#session.running ? Math.max(SETTLE_MS, rest) : SETTLE_MS);
  }

  async #write() {
    const newest = this.#newest;
    if (!newest || this.#busy || !this.#givesWay() || this.#isSafe(newest)) return;
    const stamp = this.#stamp(newest);
    this.#busy = true;
    const config =
      newest.history === this.#session.history && this.#session.config ? this.#session.config : newest.config;
    try {
      await write({ ...newest, config });
      this.#safe.set(newest.history, { step: newest.progress.step, stamp });
      this.#failed(null);
      this.#protected?.();
      this.#protected = null;
    } catch (error) {
      this.#failed(error);
    }
    this.#busy = false;
    this.#written = performance.now();
    this.#tell();
    if (!this.#failing && this.#newest && !this.#isSafe(this.#newest)) this.#soon();
  }

  #givesWay() {
    this.#clock();
    return !this.#protected || this.#trainedMs >= GIVES_WAY_MS;
  }

  /** For how long training has run since there is something to protect. */
  #clock() {
    const now = performance.now();
    if (this.#since !== null) this.#trainedMs += now - this.#since;
    this.#since = this.#session.running ? now : null;
  }

  /** @param {Kept} kept */
  #isSafe(kept) {
    return this.#safe.get(kept.history)?.stamp === this.#stamp(kept);
  }

  /** Changes with everything that is kept. @param {Kept} kept */
  #stamp({ progress, history, config }) {
    const now = history === this.#session.history ? this.#session.config : config;
    return JSON.stringify([progress.step, history.step.length, history.heldOut.at(-1), now]);
  }

  /** Stands beside Save for as long as it is so; the page then asks before it is left. @param {unknown} error null: it works */
  #failed(error) {
    this.#failing = error !== null;
    const full = error instanceof DOMException && error.name === 'QuotaExceededError';
    const note = error === null ? '' : `This browser ${full ? 'has no room to keep' : 'does not keep'} the session.`;
    // It is read out when it changes, not every few seconds.
    if (element('kept-note').textContent !== note) element('kept-note').textContent = note;
  }

  #tell() {
    for (const listener of this.#listeners) listener();
  }
}
