// @ts-check
/**
 * A and B, between which Interpolate walks: what was picked, whose turn is next. Samples, held-out digits, drawings and
 * places of the map can all be picked.
 *
 * @typedef {'a' | 'b'} Slot
 *
 * @typedef {object} Pick
 * @property {Float32Array} code
 * @property {Uint8Array} pixels          the code, decoded
 * @property {Uint8Array | null} source   the image it was encoded from, if any
 * @property {import('./store.js').Store['standing']} [encoded]   which state of which model encoded `source`, if known
 * @property {import('../protocol.js').Message} name   "sample 12"
 * @property {string} [key]               which one exactly: sample "1/12"
 *
 * What happened last.
 * @typedef {{what: 'picked', slot: Slot} | {what: 'turn', slot: Slot} | {what: 'cleared', slots: Slot[], before:
 *   number, now: number} | {what: 'reencoded'} | {what: 'nothing'}} Last
 */
import { codeSize } from './codes.js';

const SLOTS = /** @type {const} */ (['a', 'b']);

export class Picks {
  /** @type {Pick | null} */ a = null;
  /** @type {Pick | null} */ b = null;
  /** Which the next pick replaces. @type {Slot} */ next = 'a';
  /** @type {Last} */ last = { what: 'nothing' };
  /** Whether a person picked: then the page picks nothing by itself any more. */ chosen = false;

  /** Chooses two of the digits that are there; null while there are none. @type {() => [Pick, Pick] | null} */ #pool =
    () => null;
  /** @type {import('./store.js').Store} */ #store;
  /** @type {Set<() => void>} */ #listeners = new Set();
  /** The model that was shown last. @type {import('./codes.js').Sizes | undefined} */ #model;

  /** The model whose digits were proposed. @type {import('./codes.js').Sizes | undefined} */ #proposedFor;

  /** @param {import('./store.js').Store} store */
  constructor(store) {
    this.#store = store;
    store.on('model', () => this.#another());
    store.on('shown', () => this.#another());
  }

  /** @param {() => void} listener @param {{signal?: AbortSignal}} [options] */
  onChange(listener, { signal } = {}) {
    this.#listeners.add(listener);
    signal?.addEventListener('abort', () => this.#listeners.delete(listener));
  }

  /** A person's pick; the other slot comes next. @param {Pick} pick @param {Slot} [slot] */
  pick(pick, slot = this.next) {
    this.chosen = true;
    this.#put(pick, slot);
  }

  /** Who has digits to choose from (Samples) says how. @param {() => [Pick, Pick] | null} pool */
  chooseFrom(pool) {
    this.#pool = pool;
  }

  /** "Pick two for me". */
  pickTwo() {
    this.chosen = true;
    this.#two();
  }

  /** The page's own proposal, so that Interpolate never greets empty; a person's picks are left alone. */
  propose() {
    const model = this.#store.standing?.model;
    // Not before there is a model to train: a slow engine would be busy with the proposal while Start waits.
    if (!this.#store.model || this.chosen || (this.a && this.b && this.#proposedFor === model)) return;
    this.#proposedFor = model;
    this.#two();
  }

  #two() {
    const two = this.#pool();
    if (two) [this.a] = two;
    if (two) this.#put(two[1], 'b');
  }

  /** The next pick goes there. @param {Slot} slot */
  turnTo(slot) {
    this.next = slot;
    this.#changed({ what: 'turn', slot });
  }

  /** @param {Pick} pick @param {Slot} slot */
  #put(pick, slot) {
    this[slot] = pick;
    this.next = slot === 'a' ? 'b' : 'a';
    this.#changed({ what: 'picked', slot });
  }

  /** Another model is shown. A random code fits it only if it is as long; an image can always be encoded anew. */
  #another() {
    const [before, now] = [this.#model, this.#store.standing?.model];
    this.#model = now;
    if (!now || before === now || (!this.a && !this.b)) return;
    const lost = SLOTS.filter((slot) => this[slot] && !this[slot]?.source);
    if (before && !sameCodes(before, now) && lost.length > 0) {
      for (const slot of lost) this[slot] = null;
      this.next = lost[0] ?? 'a';
      this.#changed({ what: 'cleared', slots: lost, before: codeSize(before), now: codeSize(now) });
    } else this.#changed({ what: this.a?.source || this.b?.source ? 'reencoded' : 'nothing' });
  }

  /** @param {Last} last */
  #changed(last) {
    this.last = last;
    for (const listener of [...this.#listeners]) listener();
  }
}

/** @param {import('./codes.js').Sizes} a @param {import('./codes.js').Sizes} b */
const sameCodes = (a, b) => a.latent === b.latent && (a.labels ?? 0) === (b.labels ?? 0);
