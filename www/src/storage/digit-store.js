// @ts-check
/** A person's own set of drawn digits, kept in IndexedDB. What the browser does not keep stays for as long as the page is open. */

import { PIXELS } from '../ui/digit-canvas.js';
import { database } from './indexed-db.js';

/**
 * @typedef {{id: number, pixels: Uint8Array, label: number, at: number}} OwnDigit   `id`: below zero if it is not kept; `at`: when it was added, ms since 1970
 */

const FORMAT = 1;
const NAME = 'inkling-own';
const STORE = 'digits';
/** Many more than a person draws, few enough for one request. */
const MOST = 5000;

const opened = database(NAME, FORMAT, (fresh) =>
  fresh.createObjectStore(STORE, { keyPath: 'id', autoIncrement: true }),
);

export class OwnSet {
  /** The oldest first. @type {OwnDigit[]} */ digits = [];
  /** What was taken out, the latest last. @type {OwnDigit[][]} */ #past = [];
  /** @type {(() => void)[]} */ #listeners = [];
  /** @type {Promise<unknown>} */ #last = Promise.resolve();
  #unkept = 0;

  constructor() {
    const read = () => this.#only(() => this.#read());
    read();
    // Another tab may have added to it.
    document.addEventListener('visibilitychange', () => document.hidden || read());
  }

  /** @param {() => void} listener */
  onChange(listener) {
    this.#listeners.push(listener);
  }

  get undoable() {
    return this.#past.length > 0;
  }

  /** Rejects if there are too many. @param {Uint8Array} pixels @param {number} label @returns {Promise<string>} why it could not be kept, or '' */
  add(pixels, label) {
    const digit = { pixels: pixels.slice(), label, at: Date.now() };
    return this.#only(async () => {
      if (this.digits.length >= MOST) throw new Error(`Your set is full: it holds ${MOST} digits.`);
      try {
        const id = await opened((database) => database.add(STORE, digit));
        this.#put([...this.digits, { ...digit, id: Number(id) }]);
        return '';
      } catch (error) {
        this.#put([...this.digits, { ...digit, id: --this.#unkept }]);
        const full = error instanceof DOMException && error.name === 'QuotaExceededError';
        return `This browser ${full ? 'has no room to keep' : 'does not keep'} your set: it is there until the page is closed.`;
      }
    });
  }

  /** They can be brought back for as long as the page is open. @param {OwnDigit[]} digits @returns {Promise<void>} */
  remove(digits) {
    return this.#only(async () => {
      const there = this.digits.filter(among(digits));
      if (there.length === 0) return;
      await change(there, (store, { id }) => store.delete(id));
      this.#past.push(there);
      this.#put(this.digits.filter((digit) => !there.includes(digit)));
    });
  }

  /** Brings back what was taken out last. @returns {Promise<void>} */
  undo() {
    return this.#only(async () => {
      const digits = this.#past.at(-1);
      if (!digits) return;
      await change(digits, (store, digit) => store.put(digit));
      this.#past.pop();
      const there = among(this.digits);
      this.#put([...this.digits, ...digits.filter((digit) => !there(digit))]);
    });
  }

  get pixels() {
    const all = new Uint8Array(this.digits.length * PIXELS);
    this.digits.forEach(({ pixels }, i) => all.set(pixels, i * PIXELS));
    return all;
  }

  get labels() {
    return Uint8Array.from(this.digits, ({ label }) => label);
  }

  async #read() {
    // Where there is no IndexedDB, that is said when there is something to keep.
    const found = await opened((database) => database.getAll(STORE)).catch(() => null);
    if (!found) return;
    const good = found.filter(
      ({ pixels, label }) => pixels instanceof Uint8Array && pixels.length === PIXELS && label >= 0 && label <= 9,
    );
    const same =
      good.length === this.digits.filter(({ id }) => id > 0).length &&
      good.every(({ id }) => this.digits.some((digit) => digit.id === id));
    if (!same) this.#put([...good, ...this.digits.filter(({ id }) => id < 0)]);
  }

  /** @param {OwnDigit[]} digits */
  #put(digits) {
    this.digits = digits.sort((a, b) => a.at - b.at);
    for (const listener of this.#listeners) listener();
  }

  /** One after the other: each begins with the set as the one before has left it. @template T @param {() => Promise<T>} work @returns {Promise<T>} */
  #only(work) {
    const now = this.#last.then(work);
    this.#last = now.catch(() => {});
    return now;
  }
}

/** Whether a digit is one of them; what was read again is another object. @param {OwnDigit[]} digits @returns {(digit: OwnDigit) => boolean} */
function among(digits) {
  const ids = new Set(digits.map(({ id }) => id));
  return ({ id }) => ids.has(id);
}

/**
 * Changes in one transaction those of the digits that the browser keeps; where it keeps none there may be no database.
 * @param {OwnDigit[]} digits
 * @param {(store: import('idb').IDBPObjectStore<any, ['digits'], 'digits', 'readwrite'>, digit: OwnDigit) => Promise<unknown>} work
 */
async function change(digits, work) {
  const kept = digits.filter(({ id }) => id > 0);
  if (kept.length === 0) return;
  await opened(async (database) => {
    const { store, done } = database.transaction(STORE, 'readwrite');
    await Promise.all([...kept.map((digit) => work(store, digit)), done]);
  });
}
