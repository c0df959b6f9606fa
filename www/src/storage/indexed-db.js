// @ts-check
/** Access to the page's databases in the browser's IndexedDB, which may be missing, refuse, or never answer. */
import { openDB } from 'idb';
import { problem } from '../protocol.js';

/**
 * @typedef {import('idb').IDBPDatabase} Connection
 * @typedef {import('idb').IDBPTransaction<unknown, string[], 'versionchange'>} Upgrade
 */

/**
 * How long to wait for the browser, in ms: to open a database, then for the work on it. Some browsers never answer:
 * https://bugs.webkit.org/show_bug.cgi?id=226547.
 */
const ANSWER_MS = { open: 5000, work: 30_000 };

export class Database {
  #name;
  #format;
  #upgrade;
  /** @type {Connection | null} */ #connection = null;
  /** @type {Promise<Connection> | null} */ #opening = null;
  /** The browser was asked to open the database and has not answered in time. */
  #silent = false;

  /**
   * @param {string} name @param {number} format
   * @param {(database: Connection, from: number, upgrade: Upgrade) => void} upgrade
   *   creates the object stores, or brings those of format `from` to this one; 0: there is no database yet
   */
  constructor(name, format, upgrade) {
    this.#name = name;
    this.#format = format;
    this.#upgrade = upgrade;
  }

  /**
   * Runs `work` on the database. Once the database is open, `work` begins before this function returns: what it asks
   * for is on its way even if the page is being left. Rejects if there is no IndexedDB, if the browser refuses access,
   * or with code 'internal' if it does not answer in time.
   * @template T @param {(database: Connection) => Promise<T>} work
   * @param {{patient?: boolean}} [options] `patient`: wait for the opening for as long as it takes
   * @returns {Promise<T>}
   */
  async use(work, { patient = false } = {}) {
    const connection = this.#connection ?? (await (patient ? this.#open() : this.#openInTime()));
    try {
      return await within(ANSWER_MS.work, work(connection));
    } catch (error) {
      // Safari loses connections and does not say so: https://bugs.webkit.org/show_bug.cgi?id=197050.
      if (!isFull(error)) this.#close(connection);
      throw error;
    }
  }

  /** @param {Connection} connection what is under way on it still ends */
  #close(connection) {
    connection.close();
    if (this.#connection === connection) this.#connection = null;
  }

  async #openInTime() {
    // A second attempt would wait for the first.
    if (this.#silent) throw silent();
    const opening = this.#open();
    try {
      return await within(ANSWER_MS.open, opening);
    } catch (error) {
      this.#silent = this.#opening === opening;
      throw error;
    }
  }

  /** The connection stays open: opening takes time, which a page that is being left does not have. */
  #open() {
    this.#opening ??= openDB(this.#name, this.#format, {
      upgrade: (database, from, _, upgrade) => this.#upgrade(database, from, upgrade),
      // A newer version of the page, in another tab, wants to upgrade.
      blocking: () => this.#connection && this.#close(this.#connection),
      terminated: () => {
        this.#connection = null;
      },
    })
      .then((connection) => {
        this.#connection = connection;
        this.#silent = false;
        return connection;
      })
      .finally(() => {
        this.#opening = null;
      });
    return this.#opening;
  }
}

/** Whether a write failed because the browser's storage is full. @param {unknown} error */
export const isFull = (error) => error instanceof DOMException && error.name === 'QuotaExceededError';

/** @template T @param {number} ms @param {Promise<T>} work @returns {Promise<T>} rejects if it takes longer */
function within(ms, work) {
  /** @type {number | undefined} */
  let timer;
  const late = new Promise((_, reject) => {
    timer = window.setTimeout(() => reject(silent()), ms);
  });
  return /** @type {Promise<T>} */ (Promise.race([work, late])).finally(() => window.clearTimeout(timer));
}

const silent = () => problem('internal', 'shell.kept.silent');
