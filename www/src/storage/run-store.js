// @ts-check
/**
 * Runs, stored in IndexedDB by their id. A run lies in two object stores, so that the page can describe it without
 * reading its weights. A tab writes only its own runs (run-claims.js).
 */

import { LossHistory } from '../app/loss-history.js';
import { newRunId } from '../app/runs.js';
import { isConfig } from '../app/settings.js';
import { PUBLISHED, problem } from '../protocol.js';
import { Database } from './indexed-db.js';

/**
 * @typedef {import('../app/runs.js').RunSnapshot} RunSnapshot
 *
 * A run without its weights. `written`: when it was stored, ms since 1970.
 * @typedef {Omit<RunSnapshot, 'bytes'> & {written: number}} StoredRun
 */

const FORMAT = 2;
const NAME = 'inkling';
const [ABOUT, WEIGHTS] = ['about', 'weights'];
const SOURCES = ['generated', 'files', ...PUBLISHED];

const database = new Database(NAME, FORMAT, (connection, from, upgrade) => {
  connection.createObjectStore(ABOUT, { keyPath: 'id' });
  connection.createObjectStore(WEIGHTS, { keyPath: 'id' });
  // What cannot be moved stays where it is.
  if (from === 1) moveOnly(connection, upgrade).catch(() => {});
});

/**
 * Stores a run in place of what was stored of it; a person's own files are left out. Once the database is open, the
 * browser has everything it needs before this function returns. Rejects with the browser's error.
 * @param {RunSnapshot} run
 * @param {number} version of the weights @param {boolean} same whether these weights are stored already
 */
export async function write({ bytes, history, source, ...rest }, version, same) {
  const about = {
    ...rest,
    format: FORMAT,
    written: Date.now(),
    version,
    columns: history.columns(),
    source: source.kind === 'files' ? { kind: 'files', files: [] } : source,
  };
  await database.use(async (connection) => {
    const transaction = connection.transaction([ABOUT, WEIGHTS], 'readwrite');
    /** @type {Promise<unknown>[]} */
    const asked = [transaction.done];
    try {
      if (!same) asked.push(transaction.objectStore(WEIGHTS).put({ id: rest.id, version, bytes }));
      asked.push(transaction.objectStore(ABOUT).put(about));
      // Without this, the page would have to live until the browser has answered.
      transaction.commit();
    } catch (error) {
      for (const one of asked) one.catch(() => {});
      transaction.abort();
      throw error;
    }
    await Promise.all(asked);
  });
}

/**
 * Describes the stored runs, newest first, and counts the records that cannot be used. Rejects with the browser's own
 * error if there is no storage. Waits for as long as the browser needs.
 * @returns {Promise<{runs: StoredRun[], unreadable: number}>}
 */
export async function storedRuns() {
  const records = await database.use((connection) => connection.getAll(ABOUT), { patient: true });
  const runs = records.map(understood).filter((run) => run !== null);
  runs.sort((a, b) => b.written - a.written);
  return { runs, unreadable: records.length - runs.length };
}

/**
 * Reads a stored run as it is now. Null if it is not there any more; rejects with code 'data' if it cannot be read.
 * @param {string} id @returns {Promise<RunSnapshot | null>}
 */
export async function take(id) {
  const [about, weights] = await database
    .use((connection) => {
      const transaction = connection.transaction([ABOUT, WEIGHTS]);
      return Promise.all([transaction.objectStore(ABOUT).get(id), transaction.objectStore(WEIGHTS).get(id)]);
    })
    .catch(() => {
      throw unreadable();
    });
  if (about === undefined) return null;
  const run = understood(about);
  if (!run || weights?.version !== about.version || !(weights.bytes instanceof Uint8Array)) throw unreadable();
  const { written, ...rest } = run;
  return { ...rest, bytes: weights.bytes };
}

/** Deletes a stored run, if it is there. Rejects with the browser's error. @param {string} id */
export async function remove(id) {
  await database.use(async (connection) => {
    const transaction = connection.transaction([ABOUT, WEIGHTS], 'readwrite');
    await Promise.all([
      transaction.objectStore(ABOUT).delete(id),
      transaction.objectStore(WEIGHTS).delete(id),
      transaction.done,
    ]);
  });
}

/**
 * Which runs make room for others, the first first: records that cannot be used, then runs that have not finished an
 * epoch, then the oldest.
 * @returns {Promise<string[]>} ids; rejects with the browser's error
 */
export async function leastWorth() {
  const records = await database.use((connection) => connection.getAll(ABOUT));
  const worth = records.map((record) => {
    const run = understood(record);
    return { id: String(record.id), rank: rank(run), written: run?.written ?? 0 };
  });
  return worth.sort((a, b) => a.rank - b.rank || a.written - b.written).map(({ id }) => id);
}

/** @param {StoredRun | null} run */
function rank(run) {
  if (!run) return 0;
  const { step, epochs, totalSteps } = run.progress;
  return step * epochs < totalSteps ? 1 : 2;
}

/**
 * Format 1 held one run, under two keys of one store. `id` was the time of writing; the first records had no run id.
 * @param {import('./indexed-db.js').Connection} connection @param {import('./indexed-db.js').Upgrade} upgrade
 */
async function moveOnly(connection, upgrade) {
  const session = upgrade.objectStore('session');
  const [about, weights] = await Promise.all([session.get('about'), session.get('weights')]);
  if (about) {
    const { id: written, runId, ...rest } = about;
    const id = typeof runId === 'string' && runId ? runId : newRunId();
    await upgrade.objectStore(ABOUT).put({ ...rest, format: FORMAT, id, written, version: written });
    if (weights) await upgrade.objectStore(WEIGHTS).put({ id, version: weights.id, bytes: weights.bytes });
  }
  connection.deleteObjectStore('session');
}

/**
 * Checks a record: another version of the page may have written it, and disks fail.
 * @param {any} about @returns {StoredRun | null} null if it cannot be used
 */
function understood(about) {
  const history = LossHistory.from(about?.columns);
  const { id, written, config, progress, source, dataset } = about ?? {};
  // Older records know nothing of a person's own digits.
  if (dataset) dataset.own ??= dataset.times ??= 0;
  const good =
    about?.format === FORMAT &&
    typeof id === 'string' &&
    history &&
    isConfig(config) &&
    [written, progress?.step, progress?.epoch, dataset?.train, dataset?.heldOut].every(Number.isFinite) &&
    [dataset?.name, dataset?.kind].every((word) => typeof word === 'string') &&
    SOURCES.includes(source?.kind);
  return good ? { id, written, config, progress, source, dataset, history } : null;
}

const unreadable = () => problem('data', 'shell.resume.unreadable');
