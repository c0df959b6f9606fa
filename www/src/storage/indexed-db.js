// @ts-check
/** The page's databases in the browser's IndexedDB. */
import { openDB } from 'idb';

/**
 * How a database is used. It is opened for each use: a tab that keeps it open would stand in the way of a newer page that changes it.
 * Rejects where the browser has none.
 * @param {string} name @param {number} format @param {(fresh: import('idb').IDBPDatabase) => void} create makes the stores of a new one
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
