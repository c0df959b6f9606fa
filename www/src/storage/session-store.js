// @ts-check
/**
 * The last session, stored in IndexedDB. There is at most one. It lies under two keys, so that the page can describe it
 * without reading its weights; both are written in one transaction.
 */

import { LossHistory } from '../app/loss-history.js';
import { newRunId } from '../app/runs.js';
import { isConfig } from '../app/settings.js';
import { PUBLISHED, problem } from '../protocol.js';
import { database } from './indexed-db.js';

/**
 * @typedef {import('../app/runs.js').RunSnapshot} RunSnapshot
 *
 * A run without its weights. `written`: when it was stored, ms since 1970.
 * @typedef {Omit<RunSnapshot, 'bytes'> & {written: number}} StoredRun
 */

const FORMAT = 1;
const NAME = 'inkling';
const STORE = 'session';
const SOURCES = ['generated', 'files', ...PUBLISHED];

const opened = database(NAME, FORMAT, (fresh) => fresh.createObjectStore(STORE));

/**
 * Replaces the stored session; a person's own files are left out. Rejects with the browser's error.
 * @param {RunSnapshot} run
 */
export async function write({ id: runId, bytes, history, source, ...rest }) {
  // In the record, `id` is the time of writing; it also ties the two keys together. Records had no run id at first.
  const id = Date.now();
  const about = {
    ...rest,
    format: FORMAT,
    id,
    runId,
    columns: history.columns(),
    source: source.kind === 'files' ? { kind: 'files', files: [] } : source,
  };
  await opened(async (database) => {
    const { store, done } = database.transaction(STORE, 'readwrite');
    await Promise.all([store.put(about, 'about'), store.put({ id, bytes }, 'weights'), done]);
  });
}

/**
 * Describes the stored session; null if there is none. Rejects with code 'data' if the record cannot be used, and with
 * the browser's own error if there is no storage.
 * @returns {Promise<StoredRun | null>}
 */
export async function look() {
  const about = await opened((database) => database.get(STORE, 'about'));
  return about === undefined ? null : understood(about);
}

/**
 * Reads the stored session as it is now: another tab may have written since `look`. Null if there is none; rejects with
 * code 'data' if it cannot be read.
 * @returns {Promise<RunSnapshot | null>}
 */
export async function take() {
  const [about, weights] = await opened((database) => {
    const { store } = database.transaction(STORE);
    return Promise.all([store.get('about'), store.get('weights')]);
  }).catch(() => {
    throw unreadable();
  });
  if (about === undefined) return null;
  const { written, ...run } = understood(about);
  if (weights?.id !== written || !(weights.bytes instanceof Uint8Array)) throw unreadable();
  return { ...run, bytes: weights.bytes };
}

/**
 * Deletes the stored session, unless another tab has stored a newer one. Rejects if the browser refuses.
 * @param {number} written that of the session the person saw
 */
export async function discard(written) {
  await opened(async (database) => {
    const { store, done } = database.transaction(STORE, 'readwrite');
    const about = await store.get('about');
    if (!(about?.id > written)) await store.clear();
    await done;
  }).catch((error) => {
    throw problem('internal', 'shell.resume.notDiscarded', { said: String(error?.message ?? error) });
  });
}

/**
 * Checks a record: another version of the page may have written it, and disks fail.
 * @param {any} about @returns {StoredRun}
 */
function understood(about) {
  const history = LossHistory.from(about?.columns);
  const { id: written, runId, config, progress, source, dataset } = about ?? {};
  // Older records know nothing of a person's own digits.
  if (dataset) dataset.own ??= dataset.times ??= 0;
  const good =
    about?.format === FORMAT &&
    history &&
    isConfig(config) &&
    [written, progress?.step, progress?.epoch, dataset?.train, dataset?.heldOut].every(Number.isFinite) &&
    [dataset?.name, dataset?.kind].every((word) => typeof word === 'string') &&
    SOURCES.includes(source?.kind);
  if (!good) throw unreadable();
  const id = typeof runId === 'string' && runId ? runId : newRunId();
  return { id, written, config, progress, source, dataset, history };
}

const unreadable = () => problem('data', 'shell.resume.unreadable');
