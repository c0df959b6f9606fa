// @ts-check
/**
 * The last session in the browser's IndexedDB: one, under two keys, so that what it is can be told without reading its weights. Both
 * are written in one transaction. Every failure is thrown; the callers go on without.
 */

import { History } from '../app/loss-history.js';
import { EngineError, PUBLISHED } from '../protocol.js';
import { database } from './indexed-db.js';

/**
 * @typedef {import('../protocol.js').DataSource} DataSource
 * @typedef {import('../app/store.js').Kept} Kept
 * @typedef {Omit<Kept, 'bytes'> & {id: number}} About   `id`: when it was written, ms since 1970
 */

const FORMAT = 1;
const NAME = 'inkling';
const STORE = 'session';

const opened = database(NAME, FORMAT, (fresh) => fresh.createObjectStore(STORE));

/** @param {Kept} session @returns {Promise<void>} */
export async function write({ bytes, history, source, ...rest }) {
  const id = Date.now();
  const about = {
    ...rest,
    format: FORMAT,
    id,
    columns: history.columns(),
    source: source.kind === 'files' ? { kind: 'files', files: [] } : source,
  };
  await opened(async (database) => {
    const { store, done } = database.transaction(STORE, 'readwrite');
    await Promise.all([store.put(about, 'about'), store.put({ id, bytes }, 'weights'), done]);
  });
}

/** What is kept; null if nothing is. @returns {Promise<About | null>} */
export async function look() {
  const about = await opened((database) => database.get(STORE, 'about'));
  return about === undefined ? null : understood(about);
}

/** All that is kept, as it is now: another tab may have written since. @returns {Promise<Kept | null>} */
export async function take() {
  const [about, weights] = await opened((database) => {
    const { store } = database.transaction(STORE);
    return Promise.all([store.get('about'), store.get('weights')]);
  });
  if (about === undefined) return null;
  const { id, ...session } = understood(about);
  if (weights?.id !== id || !(weights.bytes instanceof Uint8Array)) throw spoilt();
  return { ...session, bytes: weights.bytes };
}

/** Throws away what is kept, unless it is newer than what the person saw. @param {number} id */
export async function discard(id) {
  await opened(async (database) => {
    const { store, done } = database.transaction(STORE, 'readwrite');
    const about = await store.get('about');
    if (!(about?.id > id)) await store.clear();
    await done;
  });
}

/** Another version of the page may have written it, and disks fail. @param {any} about @returns {About} */
function understood(about) {
  const history = History.from(about?.columns);
  const { id, config, progress, source, dataset } = about ?? {};
  const numbers = [
    id,
    progress?.step,
    progress?.epoch,
    dataset?.train,
    dataset?.heldOut,
    ...['latent', 'beta', 'learningRate', 'batch', 'epochs', 'seed'].map((name) => config?.[name]),
  ];
  const words = [config?.preset, dataset?.name, dataset?.kind];
  const kinds = ['generated', 'files', ...PUBLISHED];
  // What was kept before there were own images has none.
  if (dataset) dataset.own ??= dataset.times ??= 0;
  const good =
    about?.format === FORMAT &&
    history &&
    numbers.every(Number.isFinite) &&
    words.every((word) => typeof word === 'string') &&
    kinds.includes(source?.kind);
  if (!good) throw spoilt();
  return { id, config, progress, source, dataset, history };
}

const spoilt = () =>
  new EngineError({ code: 'data', message: 'What was kept of your last session cannot be read any more' });
