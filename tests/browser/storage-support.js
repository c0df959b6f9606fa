// @ts-check
/** What the tests of stored runs and of model files share. */
import { readFile } from 'node:fs/promises';
import { ink, progress, URL_BASE } from './support.js';

/** @typedef {import('playwright-core').Page} Page */

/** A small model: a step takes less than a millisecond on a good machine, and no run ends before it is paused. */
export const QUERY = 'device=cpu&preset=linear&latent=4&batch=16&epochs=1000';

/** @param {Page} page @returns {Promise<{name: string, bytes: Buffer}>} what a click on Save downloads */
export async function save(page) {
  const [download] = await Promise.all([page.waitForEvent('download'), page.locator('#save').click()]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

/** @param {Page} page */
export async function samples(page) {
  await page.locator(`#samples-grid[data-step="${await progress(page, 'step')}"]`).waitFor();
  return Promise.all([0, 9, 63].map((i) => ink(page, `#samples-grid [data-index="${i}"] canvas`)));
}

/** @param {Page} page @returns {string[]} the kinds of dialogs, as they come */
export function dialogs(page) {
  /** @type {string[]} */
  const asked = [];
  page.on('dialog', (dialog) => asked.push(dialog.type()));
  return asked;
}

/** Whether the page would ask before it is left now. @param {Page} page @returns {Promise<boolean>} */
export const wouldAsk = (page) =>
  page.evaluate(() => !window.dispatchEvent(new Event('beforeunload', { cancelable: true })));

/** The bar offers a run at this step. @param {Page} page @param {number} step */
export const offered = (page, step) => page.locator(`#resume:not([hidden])[data-step="${step}"]`).waitFor();

/** The status line is about what was found, and nothing is offered. @param {Page} page @param {RegExp} words */
export async function notOffered(page, words) {
  await page.locator('#status').filter({ hasText: words }).waitFor();
  await page.locator('#resume').waitFor({ state: 'hidden' });
}

/** Another tab of the same visitor. @param {Page} page @returns {Promise<Page>} */
export async function tab(page) {
  const other = await page.context().newPage();
  other.setDefaultTimeout(60_000);
  other.on('dialog', (dialog) => dialog.accept().catch(() => {}));
  return other;
}

/**
 * Takes the page to an empty one of the same origin, where nothing has the database open.
 * @param {Page} page
 */
export async function leave(page) {
  await page.route('**/blank', (route) => route.fulfill({ contentType: 'text/html', body: '<title>blank</title>' }));
  await page.goto(`${URL_BASE}blank`);
}

/** What describes the stored runs. @param {Page} page @returns {Promise<any[]>} */
export const abouts = (page) => change(page, 'about', []);

/**
 * Puts records into a store of the database and returns all that are there then.
 * @param {Page} page @param {'about' | 'weights'} store @param {any[]} put @returns {Promise<any[]>}
 */
export const change = (page, store, put) =>
  page.evaluate(
    async ({ store, put }) => {
      const ask = (/** @type {IDBRequest} */ request) =>
        new Promise((resolve, reject) => {
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error);
        });
      const database = await ask(indexedDB.open('inkling'));
      const records = database.transaction(store, 'readwrite').objectStore(store);
      for (const one of put) records.put(one);
      const all = await ask(records.getAll());
      database.close();
      return store === 'about' ? all : [];
    },
    { store, put },
  );

/**
 * Turns the one run that is stored into a record of format 1: one store, two keys, the time of writing as its id, and
 * none of the settings that came later.
 * @param {Page} page where nothing has the database open
 */
export const toFormat1 = (page) =>
  page.evaluate(async () => {
    const ask = (/** @type {IDBRequest} */ request) =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const now = await ask(indexedDB.open('inkling'));
    const read = (/** @type {string} */ store) => ask(now.transaction(store).objectStore(store).getAll());
    const [[about], [weights]] = [await read('about'), await read('weights')];
    now.close();
    await ask(indexedDB.deleteDatabase('inkling'));
    const opening = indexedDB.open('inkling', 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore('session');
    const old = await ask(opening);
    const { id: runId, written: id, version: _, ...rest } = about;
    for (const later of ['likelihood', 'variance', 'warmupSteps', 'freeBits']) delete rest.config[later];
    const session = old.transaction('session', 'readwrite').objectStore('session');
    session.put({ ...rest, format: 1, id, runId }, 'about');
    await ask(session.put({ id, bytes: weights.bytes }, 'weights'));
    old.close();
  });
