// @ts-check
/** Access to the page's databases in the browser's IndexedDB. */
import { openDB } from 'idb';

/**
 * Returns a function that runs `work` on a database. The database is opened for each use and closed again: an open
 * connection in one tab blocks a newer version of the page in another tab from upgrading it. The returned function
 * rejects if the browser has no IndexedDB or refuses access.
 * @param {string} name @param {number} format
 * @param {(fresh: import('idb').IDBPDatabase) => void} create creates the object stores
 * @returns {<T>(work: (database: import('idb').IDBPDatabase) => Promise<T>) => Promise<T>}
 */
export const database = (name, format, create) => async (work) => {
  const open = await openDB(name, format, { upgrade: (fresh) => create(fresh) });
  try {
    return await work(open);
  } finally {
    open.close();
  }
};

/** Whether a write failed because the browser's storage is full. @param {unknown} error */
export const isFull = (error) => error instanceof DOMException && error.name === 'QuotaExceededError';
