// @ts-check
/** A person's own set of drawn digits, in IndexedDB. What the browser does not store lasts until the page is closed. */

import { problem, textOf } from '../protocol.js';
import { PIXELS } from '../ui/digit-canvas.js';
import { Database, isFull } from './indexed-db.js';

/**
 * @typedef {import('../protocol.js').Message} Message
 * @typedef {import('idb').IDBPObjectStore<any, ['digits'], 'digits', 'readwrite'>} Writable
 *
 * `id`: negative if it is not stored. `at`: when it was added, ms since 1970.
 * @typedef {{id: number, pixels: Uint8Array, label: number, at: number}} OwnDigit
 */

const FORMAT = 1;
const NAME = 'inkling-own';
const STORE = 'digits';
/** Far more than a person draws, few enough for one request to the worker. */
const MOST = 5000;

const database = new Database(NAME, FORMAT, (fresh) => {
  fresh.createObjectStore(STORE, { keyPath: 'id', autoIncrement: true });
});

export class DigitStore {
  /** Oldest first. @type {OwnDigit[]} */ digits = [];
  /** Digits that were removed, grouped by removal, the latest last. @type {OwnDigit[][]} */ #removed = [];
  /** @type {Set<() => void>} */ #listeners = new Set();
  /** @type {Promise<unknown>} */ #last = Promise.resolve();
  #unstored = 0;

  constructor() {
    const read = () => this.#only(() => this.#read());
    read();
    // Another tab may have changed the set.
    document.addEventListener('visibilitychange', () => document.hidden || read());
  }

  /** @param {() => void} listener @param {{signal?: AbortSignal}} [options] */
  onChange(listener, { signal } = {}) {
    this.#listeners.add(listener);
    signal?.addEventListener('abort', () => this.#listeners.delete(listener));
  }

  get undoable() {
    return this.#removed.length > 0;
  }

  /**
   * Adds a digit. Rejects with code 'data' if the set is full.
   * @param {Uint8Array} pixels 784 grey levels @param {number} label
   * @returns {Promise<Message | null>} why it could not be stored, if it could not
   */
  add(pixels, label) {
    const digit = { pixels: pixels.slice(), label, at: Date.now() };
    return this.#only(async () => {
      if (this.digits.length >= MOST) throw problem('data', 'shell.digits.full', { n: MOST });
      try {
        const id = await database.use((connection) => connection.add(STORE, digit));
        this.#put([...this.digits, { ...digit, id: Number(id) }]);
        return null;
      } catch (error) {
        this.#put([...this.digits, { ...digit, id: --this.#unstored }]);
        return { key: isFull(error) ? 'shell.digits.noRoom' : 'shell.digits.notStored' };
      }
    });
  }

  /**
   * Removes digits; `undo` brings them back until the page is closed. Digits that are not in the set are ignored.
   * Rejects, and changes nothing, if the browser cannot update its copy.
   * @param {OwnDigit[]} digits @returns {Promise<void>}
   */
  remove(digits) {
    return this.#only(async () => {
      const found = this.digits.filter(among(digits));
      if (found.length === 0) return;
      await change(found, (store, { id }) => store.delete(id));
      this.#removed.push(found);
      this.#put(this.digits.filter((digit) => !found.includes(digit)));
    });
  }

  /**
   * Undoes the latest removal, if any. Rejects, and changes nothing, if the browser cannot update its copy.
   * @returns {Promise<void>}
   */
  undo() {
    return this.#only(async () => {
      const digits = this.#removed.at(-1);
      if (!digits) return;
      await change(digits, (store, digit) => store.put(digit));
      this.#removed.pop();
      const present = among(this.digits);
      this.#put([...this.digits, ...digits.filter((digit) => !present(digit))]);
    });
  }

  /** All images one after the other, 784 bytes each. */
  get pixels() {
    const all = new Uint8Array(this.digits.length * PIXELS);
    for (const [i, { pixels }] of this.digits.entries()) all.set(pixels, i * PIXELS);
    return all;
  }

  get labels() {
    return Uint8Array.from(this.digits, ({ label }) => label);
  }

  async #read() {
    // If there is no IndexedDB, the person is told when there is something to store.
    const records = await database.use((connection) => connection.getAll(STORE)).catch(() => null);
    if (!records) return;
    const good = records.filter(isDigit);
    const same =
      good.length === this.digits.filter(({ id }) => id > 0).length &&
      good.every(({ id }) => this.digits.some((digit) => digit.id === id));
    if (!same) this.#put([...good, ...this.digits.filter(({ id }) => id < 0)]);
  }

  /** @param {OwnDigit[]} digits */
  #put(digits) {
    this.digits = digits.sort((a, b) => a.at - b.at);
    for (const listener of [...this.#listeners]) listener();
  }

  /**
   * Runs changes one after another, so that each starts from the result of the one before.
   * @template T @param {() => Promise<T>} work @returns {Promise<T>}
   */
  #only(work) {
    const now = this.#last.then(work);
    this.#last = now.catch(() => {});
    return now;
  }
}

/**
 * Whether a record is usable: another version of the page may have written it.
 * @param {any} record @returns {record is OwnDigit}
 */
const isDigit = (record) =>
  record?.pixels instanceof Uint8Array &&
  record.pixels.length === PIXELS &&
  Number.isInteger(record.label) &&
  record.label >= 0 &&
  record.label <= 9 &&
  Number.isFinite(record.at);

/**
 * Tests by id: a digit that was read again is another object.
 * @param {OwnDigit[]} digits @returns {(digit: OwnDigit) => boolean}
 */
function among(digits) {
  const ids = new Set(digits.map(({ id }) => id));
  return ({ id }) => ids.has(id);
}

/**
 * Changes the stored ones of these digits in one transaction. If there are none, there may be no database either.
 * @param {OwnDigit[]} digits
 * @param {(store: Writable, digit: OwnDigit) => Promise<unknown>} work
 */
async function change(digits, work) {
  const stored = digits.filter(({ id }) => id > 0);
  if (stored.length === 0) return;
  await database
    .use(async (connection) => {
      const { store, done } = connection.transaction(STORE, 'readwrite');
      await Promise.all([...stored.map((digit) => work(store, digit)), done]);
    })
    .catch((error) => {
      throw problem('internal', 'shell.digits.unchanged', { said: textOf(error) });
    });
}
