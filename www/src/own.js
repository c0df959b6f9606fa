// @ts-check
/** A person's own set of drawn digits, kept in IndexedDB. What the browser does not keep stays for as long as the page is open. */
import { openDB } from 'idb';
import { PIXELS } from './pixels.js';

/**
 * @typedef {{id: number, pixels: Uint8Array, label: number, at: number}} OwnDigit   `id`: below zero if it is not kept; `at`: when it was added, ms since 1970
 */

const FORMAT = 1;
const NAME = 'inkling-own';
const STORE = 'digits';
/** Many more than a person draws, few enough for one request. */
const MOST = 5000;

/** @template T @param {(database: import('idb').IDBPDatabase) => Promise<T>} work @returns {Promise<T>} */
async function opened(work) {
  // Opened for each use, as in keep.js.
  const database = await openDB(NAME, FORMAT, { upgrade: (fresh) => void fresh.createObjectStore(STORE, { keyPath: 'id', autoIncrement: true }) });
  try {
    return await work(database);
  } finally {
    database.close();
  }
}

export class OwnSet {
  /** The oldest first. @type {OwnDigit[]} */ digits = [];
  /** What was taken out, the latest last. @type {OwnDigit[][]} */ #past = [];
  /** @type {(() => void)[]} */ #listeners = [];
  #unkept = 0;

  constructor() {
    this.#read();
    // Another tab may have added to it.
    document.addEventListener('visibilitychange', () => document.hidden || this.#read());
  }

  /** @param {() => void} listener */
  onChange(listener) {
    this.#listeners.push(listener);
  }

  get undoable() {
    return this.#past.length > 0;
  }

  /** Rejects if there are too many. @param {Uint8Array} pixels @param {number} label @returns {Promise<string>} why it could not be kept, or '' */
  async add(pixels, label) {
    if (this.digits.length >= MOST) throw new Error(`Your set is full: it holds ${MOST} digits.`);
    const digit = { pixels: pixels.slice(), label, at: Date.now() };
    try {
      const id = await opened((database) => database.add(STORE, digit));
      this.#put([...this.digits, { ...digit, id: Number(id) }]);
      return '';
    } catch (error) {
      this.#put([...this.digits, { ...digit, id: --this.#unkept }]);
      const full = error instanceof DOMException && error.name === 'QuotaExceededError';
      return `This browser ${full ? 'has no room to keep' : 'does not keep'} your set: it is there until the page is closed.`;
    }
  }

  /** They can be brought back for as long as the page is open. @param {OwnDigit[]} digits */
  async remove(digits) {
    await opened(async (database) => {
      const { store, done } = database.transaction(STORE, 'readwrite');
      await Promise.all([...digits.filter(({ id }) => id > 0).map(({ id }) => store.delete(id)), done]);
    });
    this.#past.push(digits);
    this.#put(this.digits.filter((digit) => !digits.includes(digit)));
  }

  /** Brings back what was taken out last. */
  async undo() {
    const digits = this.#past.at(-1);
    if (!digits) return;
    await opened(async (database) => {
      const { store, done } = database.transaction(STORE, 'readwrite');
      await Promise.all([...digits.filter(({ id }) => id > 0).map((digit) => store.put(digit)), done]);
    });
    this.#past.pop();
    this.#put([...this.digits, ...digits]);
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
    const good = found.filter(({ pixels, label }) => pixels instanceof Uint8Array && pixels.length === PIXELS && label >= 0 && label <= 9);
    const same = good.length === this.digits.filter(({ id }) => id > 0).length && good.every(({ id }) => this.digits.some((digit) => digit.id === id));
    if (!same) this.#put([...good, ...this.digits.filter(({ id }) => id < 0)]);
  }

  /** @param {OwnDigit[]} digits */
  #put(digits) {
    this.digits = digits.sort((a, b) => a.at - b.at);
    for (const listener of this.#listeners) listener();
  }
}
