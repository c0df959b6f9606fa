// @ts-check
/**
 * Stores each run of this tab in the browser while it trains, so that a closed tab or a crash costs at most two seconds
 * of training; where that cannot be had, the page asks before it is left. A few runs are stored, each in a record of
 * its own (run-store.js), and no tab writes what another tab has open (run-claims.js).
 */
import { isFull } from './indexed-db.js';
import { RunClaims } from './run-claims.js';
import { leastWorth, remove, write } from './run-store.js';
import { WriteBudget } from './write-budget.js';

/** How many runs are stored. */
const MOST = 5;
/** The most training that may be lost without a question, in ms. */
const LOST_MS = 2000;
/** How long to wait for what follows a checkpoint of a paused run, in ms: its held-out loss, a slider's next value. */
const SETTLE_MS = 300;

/**
 * @typedef {import('../app/store.js').Store} Store
 * @typedef {import('../app/runs.js').RunSnapshot} RunSnapshot
 * @typedef {import('../i18n/index.js').Content} Content
 *
 * What is known of a run of this tab. `newest`: its newest checkpoint, which came `at` that moment. `stored`: what the
 * record holds; `stamp` changes with everything in it but the weights. `held`: the newest step in the record or in a
 * file, and since when training goes on from there.
 * @typedef {object} Held
 * @property {{run: RunSnapshot, at: number} | null} newest
 * @property {{at: number, stamp: string} | null} stored
 * @property {{step: number, at: number} | null} held
 */

export class Autosave {
  /** Why the run is not being stored; null while it is. @type {Content | null} */ note = null;
  claims = new RunClaims();

  /** @type {Store} */ #store;
  /** The run in training and the one that can be brought back, by id. @type {Map<string, Held>} */ #runs = new Map();
  /** @type {Set<() => void>} */ #listeners = new Set();
  #budget = new WriteBudget();
  #busy = false;
  /** A run was deleted to make room, and still there was none. */ #inVain = false;
  #wasRunning = false;
  /** @type {number | undefined} */ #timer;

  /**
   * @param {Store} store
   * @param {{secure(): Promise<void>, fork(id: string): string}} session `secure` emits a checkpoint of this moment;
   *   `fork` gives a run another id
   */
  constructor(store, session) {
    this.#store = store;
    this.claims.onLost = (id) => this.#rename(id, session.fork(id));
    store.on('model', ({ fresh }) => {
      // Nobody misses an untrained model.
      if (fresh) this.#of(store.runId).held = { step: 0, at: performance.now() };
      this.#forget();
    });
    store.on('undoable', () => this.#forget());
    store.on('stopped', () => this.#tell());
    store.on('checkpoint', (run) => {
      this.#of(run.id).newest = { run, at: performance.now() };
      this.#soon(0);
    });
    store.on('progress', () => this.#follow());
    store.on('config', () => store.running || this.#soon());
    const leaving = () => {
      this.flush();
      session.secure().catch(() => {});
    };
    document.addEventListener('visibilitychange', () => document.hidden && leaving());
    window.addEventListener('pagehide', leaving);
  }

  /** Whether the person can leave the page now and lose no more than two seconds of training. */
  get safe() {
    const { runId, progress, trained, spoilt, running, undoable } = this.#store;
    if (trained && !spoilt) {
      const held = this.#runs.get(runId)?.held;
      if (!held) return false;
      if (!running) return held.step === progress.step;
      return progress.step - held.step <= 1 || performance.now() - held.at <= LOST_MS;
    }
    // An untrained or spoilt model may have replaced a trained one.
    return !undoable || this.#runs.get(undoable.id)?.held?.step === undoable.progress.step;
  }

  /**
   * Calls `listener` when `safe` or `note` may have changed.
   * @param {() => void} listener @param {{signal?: AbortSignal}} [options]
   */
  follow(listener, { signal } = {}) {
    this.#listeners.add(listener);
    signal?.addEventListener('abort', () => this.#listeners.delete(listener));
  }

  /**
   * The current run was put into a file, or taken from one or from its record.
   * @param {number} [step] the step that is there
   */
  saved(step = this.#store.progress.step) {
    this.#hold(this.#store.runId, step, performance.now());
    this.#tell();
  }

  /** Sends what is not stored yet to the browser at once, whatever it is doing: the page may be on its way out. */
  flush() {
    for (const one of this.#runs.values()) if (this.#due(one)) this.#put(one).catch(() => {});
  }

  #follow() {
    const { running, runId, progress } = this.#store;
    const one = this.#of(runId);
    // What a stored run has to lose begins with the first step after it.
    if (running && !this.#wasRunning && one.held?.step === progress.step) one.held.at = performance.now();
    this.#wasRunning = running;
    if (!running) this.#soon();
    this.#tell();
  }

  /** @param {number} [settle] ms */
  #soon(settle = SETTLE_MS) {
    window.clearTimeout(this.#timer);
    // A run that ends is written all the same.
    const wait = this.#store.running ? Math.max(settle, this.#budget.wait(this.#size())) : settle;
    if (wait === 0) this.#write();
    else this.#timer = window.setTimeout(() => this.#write(), wait);
  }

  #size() {
    const { newest, stored } = this.#of(this.#store.runId);
    return newest && newest.at !== stored?.at ? newest.run.bytes.length : 0;
  }

  async #write() {
    if (this.#busy) return;
    const due = [...this.#runs.values()].filter((one) => this.#due(one));
    if (due.length === 0) return;
    this.#busy = true;
    try {
      for (const one of due) await this.#put(one);
      this.note = null;
    } catch (error) {
      this.note = { key: isFull(error) ? 'shell.kept.full' : 'shell.kept.unavailable' };
    }
    this.#busy = false;
    this.#forget();
    // What came meanwhile. After a failure, the next checkpoint is the next attempt.
    if (!this.note && [...this.#runs.values()].some((one) => this.#due(one))) this.#soon(0);
  }

  /** Stores the newest checkpoint of a run; if storage is full, another run makes room. @param {Held} one */
  async #put(one) {
    if (!one.newest) return;
    const { run, at } = one.newest;
    const same = one.stored?.at === at;
    const fresh = one.stored === null;
    const stamp = this.#stamp(run);
    const record = { ...run, config: this.#config(run) };
    this.#budget.spend(same ? 0 : run.bytes.length);
    const attempt = () => write(record, performance.timeOrigin + at, same);
    await attempt().catch(async (error) => {
      if (!isFull(error) || this.#inVain || !(await this.#drop(0, { key: 'shell.kept.madeRoom' }))) throw error;
      this.#inVain = true;
      await attempt();
      this.#inVain = false;
    });
    if ((one.stored?.at ?? 0) <= at) one.stored = { at, stamp };
    this.#hold(run.id, run.progress.step, at);
    if (fresh) await this.#drop(MOST, { key: 'shell.kept.most', n: MOST });
  }

  /**
   * If more than `most` runs are stored, deletes the one of least worth that no tab has open.
   * @param {number} most @param {Content} sentence to say then
   * @returns {Promise<boolean>} whether there was one
   */
  async #drop(most, sentence) {
    try {
      const [ids, open] = await Promise.all([leastWorth(), this.claims.others()]);
      const spare = ids.find((id) => !this.claims.has(id) && !open.has(id));
      if (ids.length <= most || !spare) return false;
      await remove(spare);
      this.#store.say(sentence);
      return true;
    } catch {
      return false;
    }
  }

  /** @param {string} id @param {number} step @param {number} at */
  #hold(id, step, at) {
    const one = this.#of(id);
    // Of two that are on their way, the newer counts.
    if (!one.held || one.held.at <= at) one.held = { step, at };
  }

  /** @param {string} id @returns {Held} */
  #of(id) {
    const one = this.#runs.get(id) ?? { newest: null, stored: null, held: null };
    this.#runs.set(id, one);
    return one;
  }

  /** Gives up the runs that cannot come back in this tab, once they are stored. */
  #forget() {
    const { runId, undoable } = this.#store;
    for (const [id, one] of this.#runs) {
      const gone = id !== runId && id !== undoable?.id;
      if (gone && (this.note || !this.#due(one))) this.#runs.delete(id);
    }
    this.claims.keep([...new Set([...this.#runs.keys(), runId, ...(undoable ? [undoable.id] : [])])].filter(Boolean));
    this.#tell();
  }

  /** @param {string} from @param {string} to */
  #rename(from, to) {
    const one = this.#runs.get(from);
    this.#runs.delete(from);
    if (one?.newest) this.#of(to).newest = { ...one.newest, run: { ...one.newest.run, id: to } };
    this.#forget();
    this.#soon();
  }

  /** Whether there is something to store. @param {Held} one */
  #due({ newest, stored }) {
    return newest !== null && (newest.at !== stored?.at || stored.stamp !== this.#stamp(newest.run));
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
