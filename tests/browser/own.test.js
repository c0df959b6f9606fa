// @ts-check
/** A person's own digits: drawn, stored, removed, saved as IDX files, and mixed into the training set. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import {
  distance,
  draw,
  enter,
  file,
  images,
  ink,
  kept,
  NOUGHT,
  open,
  progress,
  reach,
  reachStep,
  SEVEN,
  useBrowser,
  visit,
} from './support.js';

/** @typedef {import('playwright-core').Page} Page */

useBrowser();

const QUERY = 'device=cpu&batch=16';
const numbers = (/** @type {Page} */ page) =>
  page.locator('#data-numbers').evaluate((element) => {
    const { train, heldOut, own } = /** @type {HTMLElement} */ (element).dataset;
    return { train: Number(train), heldOut: Number(heldOut), own: Number(own) };
  });
const size = (/** @type {Page} */ page, /** @type {number} */ n) =>
  page.locator('#own-count', { hasText: new RegExp(`^${n}$`) }).waitFor();

/**
 * Draws a digit, waits for its reconstruction, and adds it to the set.
 * @param {Page} page @param {number[][][]} strokes @param {number} label
 * @returns {Promise<number[]>} what the network saw
 */
async function add(page, strokes, label) {
  const before = Number(await page.locator('#own-count').textContent());
  await draw(page, strokes);
  await page.locator('#draw[aria-busy="false"][data-empty="false"]').waitFor();
  const seen = await ink(page, '#draw-input');
  await page.locator('#own-label').selectOption(String(label));
  await page.locator('#own-add').click();
  await size(page, before + 1);
  return seen;
}

/** Stores digits as an earlier visit would have. @param {Page} page @param {number} count */
const seed = (page, count) =>
  page.evaluate(async (count) => {
    const database = await new Promise((/** @type {(database: IDBDatabase) => void} */ resolve, reject) => {
      const asked = indexedDB.open('inkling-own', 1);
      asked.onupgradeneeded = () => asked.result.createObjectStore('digits', { keyPath: 'id', autoIncrement: true });
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
    const store = database.transaction('digits', 'readwrite').objectStore('digits');
    for (let i = 0; i < count; i++) store.add({ pixels: new Uint8Array(784).fill(i + 1), label: i % 10, at: i });
    await new Promise((resolve) => (store.transaction.oncomplete = resolve));
    database.close();
  }, count);

/** A visit by somebody who has this many digits. @param {Page} page @param {number} count */
async function openWith(page, count) {
  await open(page, QUERY);
  await seed(page, count);
  await open(page, QUERY);
}

describe('the set', () => {
  test('takes drawings in as the network sees them, and keeps them', () =>
    visit(async (page) => {
      await open(page, QUERY);
      assert.equal(await page.locator('#own-add').isDisabled(), true, 'there is nothing to add');
      const seven = await add(page, SEVEN, 7);
      await page.locator('#draw[data-empty="true"]').waitFor();
      const nought = await add(page, NOUGHT, 0);
      await open(page, QUERY);
      await size(page, 2);
      await page.locator('#own-open').click();
      assert.deepEqual(await page.locator('#own-digits button').allTextContents(), ['7', '0']);
      assert.equal(distance(await ink(page, '#own-digits button:nth-child(1) canvas'), seven), 0);
      assert.equal(distance(await ink(page, '#own-digits button:nth-child(2) canvas'), nought), 0);
    }));

  test('wants to know which digit it is, and takes no held-out digit', () =>
    visit(async (page) => {
      await open(page, QUERY);
      await draw(page, SEVEN);
      await page.locator('#draw[aria-busy="false"][data-empty="false"]').waitFor();
      assert.equal(await page.locator('#own-add').isDisabled(), true, 'no label');
      await page.locator('#own-label').selectOption('7');
      assert.equal(await page.locator('#own-add').isDisabled(), false);
      await page.locator('#draw-held-out').click();
      await page.locator('#draw-canvas[aria-label*="held-out digit"]').waitFor();
      await page.locator('#draw[aria-busy="false"][data-empty="false"]').waitFor();
      assert.equal(await page.locator('#own-add').isDisabled(), true, 'a held-out digit');
      await page.locator('#draw-undo').click();
      await page.locator('#own-add:enabled').waitFor();
    }));

  test('gives digits up one by one or all together, and takes them back', () =>
    visit(async (page) => {
      await openWith(page, 3);
      await size(page, 3);
      await page.locator('#own-open').click();
      const labels = () => page.locator('#own-digits button').allTextContents();
      await page.locator('#own-digits button').nth(1).click();
      await size(page, 2);
      assert.deepEqual(await labels(), ['0', '2']);
      await page.locator('#own-clear').click();
      await size(page, 0);
      assert.equal(await page.locator('#own-empty').isVisible(), true);
      await page.locator('#own-undo').click();
      await size(page, 2);
      await page.locator('#own-undo').click();
      await size(page, 3);
      assert.deepEqual(await labels(), ['0', '1', '2']);
      assert.equal(await page.locator('#own-undo').isDisabled(), true);
      await page.locator('#own-digits button').nth(0).click();
      await size(page, 2);
      await open(page, QUERY);
      await size(page, 2);
      await page.locator('#own-open').click();
      assert.deepEqual(await labels(), ['1', '2']);
    }));

  test('is saved as IDX files, which Own files opens again', () =>
    visit(async (page) => {
      await openWith(page, 30);
      await size(page, 30);
      await page.locator('#own-open').click();
      /** @type {{name: string, buffer: Buffer}[]} */
      const saved = [];
      for (const what of ['images', 'labels']) {
        const download = page.waitForEvent('download');
        await page.locator(`#own-${what}`).click();
        const done = await download;
        saved.push({ name: done.suggestedFilename(), buffer: await readFile(await done.path()) });
      }
      const [pixels, labels] = saved;
      assert.deepEqual(
        saved.map(({ name }) => name),
        ['my-digits-images-idx3-ubyte', 'my-digits-labels-idx1-ubyte'],
      );
      assert.equal(pixels?.buffer.subarray(0, 16).toString('hex'), '000008030000001e0000001c0000001c');
      assert.deepEqual(
        [...(pixels?.buffer ?? []).slice(16)],
        Array.from({ length: 30 * 784 }, (_, i) => Math.floor(i / 784) + 1),
      );
      assert.equal(labels?.buffer.toString('hex'), `000008010000001e${'00010203040506070809'.repeat(3)}`);
      await page.locator('#own-close').click();
      await page.locator('#data-input').setInputFiles(saved.map(({ name, buffer }) => file(name, buffer)));
      await page.locator('#data[data-kind="files"]').waitFor();
      assert.deepEqual(await numbers(page), { train: 27, heldOut: 3, own: 0 });
      assert.match((await page.locator('#data-thumbs').getAttribute('aria-label')) ?? '', /labelled \d/);
    }));

  test('is there until the page is closed where the browser keeps nothing', () =>
    visit(async (page) => {
      await page.addInitScript(() => {
        const put = IDBObjectStore.prototype.add;
        IDBObjectStore.prototype.add = function (...args) {
          if (this.transaction.db.name === 'inkling-own') throw new DOMException('no room', 'QuotaExceededError');
          return put.apply(this, args);
        };
      });
      await open(page, QUERY);
      await add(page, SEVEN, 7);
      await page
        .locator('#own-error', { hasText: 'Browser storage is full. This digit lasts until you close the page.' })
        .waitFor();
      await page.locator('#mix').check();
      await page.locator('#data-numbers[data-own="1"]').waitFor();
    }));

  test('can be added to, taken from and taken back where there is no IndexedDB', () =>
    visit(async (page) => {
      await page.addInitScript(() => Object.defineProperty(window, 'indexedDB', { value: undefined }));
      await open(page, QUERY);
      await add(page, SEVEN, 7);
      await page
        .locator('#own-error', {
          hasText: 'Browser storage is unavailable. This digit lasts until you close the page.',
        })
        .waitFor();
      await add(page, NOUGHT, 0);
      await page.locator('#own-open').click();
      const labels = () => page.locator('#own-digits button').allTextContents();
      await page.locator('#own-digits button').first().click();
      await page.locator('#own-note', { hasText: 'Removed a digit labelled 7.' }).waitFor();
      assert.deepEqual(await labels(), ['0']);
      await page.locator('#own-clear').click();
      await size(page, 0);
      await page.locator('#own-undo').click();
      await size(page, 1);
      await page.locator('#own-undo').click();
      await page.locator('#own-note', { hasText: 'Restored.' }).waitFor();
      assert.deepEqual(await labels(), ['7', '0']);
    }));

  test('changes one after the other, however fast it is clicked', () =>
    visit(async (page) => {
      await openWith(page, 20);
      await size(page, 20);
      await page.locator('#own-open').click();
      await page.evaluate(() => {
        const cells = [...document.querySelectorAll('#own-digits button')];
        for (const cell of [...cells.slice(0, 5), ...cells.slice(0, 5)]) {
          /** @type {HTMLElement} */ (cell).click();
          // As another tab would cause.
          document.dispatchEvent(new Event('visibilitychange'));
        }
      });
      await size(page, 15);
      await open(page, QUERY);
      await size(page, 15);
    }));

  test('takes one stop of the Tab key, and the focus stays in reach', () =>
    visit(async (page) => {
      await openWith(page, 3);
      await size(page, 3);
      await page.locator('#own-open').click();
      const stops = () => page.locator('#own-digits button[tabindex="0"]').allTextContents();
      const focused = () => page.evaluate(() => document.activeElement?.id || document.activeElement?.textContent);
      assert.deepEqual(await stops(), ['0']);
      await page.locator('#own-digits button').first().focus();
      await page.keyboard.press('End');
      assert.equal(await focused(), '2');
      assert.deepEqual(await stops(), ['2']);
      await page.keyboard.press('Enter');
      await page.locator('#own-note', { hasText: 'Removed a digit labelled 2.' }).waitFor();
      assert.equal(await focused(), '1');
      assert.deepEqual(await stops(), ['1']);
      await page.keyboard.press('Tab');
      assert.equal(await focused(), 'own-undo');
      await page.keyboard.press('Enter');
      await page.locator('#own-note', { hasText: 'Restored.' }).waitFor();
      assert.equal(await page.locator('#own-undo').isDisabled(), true);
      assert.equal(await focused(), '1');
      assert.deepEqual(await stops(), ['1']);
    }));

  test('of more digits than are shown at once, all can be reached', () =>
    visit(async (page) => {
      await openWith(page, 450);
      await size(page, 450);
      await page.locator('#own-open').click();
      const shown = async () => [
        await page.locator('#own-range').textContent(),
        await page.locator('#own-digits button').count(),
      ];
      assert.deepEqual(await shown(), ['251 to 450 of 450, oldest first', 200]);
      await page.locator('#own-digits button').first().click();
      await page.locator('#own-note', { hasText: 'Removed a digit labelled 0.' }).waitFor();
      assert.deepEqual(await shown(), ['250 to 449 of 449, oldest first', 200]);
      await page.locator('#own-older').click();
      await page.locator('#own-older').click();
      assert.deepEqual(await shown(), ['1 to 49 of 449, oldest first', 49]);
      assert.equal(await page.locator('#own-older').isDisabled(), true);
      assert.equal(await page.evaluate(() => document.activeElement?.id), 'own-newer');
      assert.equal((await ink(page, '#own-digits button canvas'))[0], 1, 'the oldest of all');
      await page.locator('#own-newer').click();
      assert.deepEqual(await shown(), ['50 to 249 of 449, oldest first', 200]);
      await page.locator('#own-clear').click();
      await size(page, 0);
      assert.equal(await page.locator('#own-pages').isVisible(), false);
    }));
});

describe('mixed in', () => {
  test('its digits are trained on, as often as is chosen, and never held out', () =>
    visit(async (page) => {
      await open(page, QUERY);
      assert.equal(await page.locator('#mix-row').isVisible(), false, 'there is nothing to mix in');
      const base = await numbers(page);
      const heldOut = await ink(page, '#held-out canvas');
      await add(page, SEVEN, 7);
      await add(page, NOUGHT, 0);
      await page.locator('#step').click();
      await reachStep(page, 1);
      await page.locator('#mix').check();
      await page.locator('#data-numbers[data-own="2"]').waitFor();
      assert.deepEqual(await numbers(page), { train: base.train + 20, heldOut: base.heldOut, own: 2 });
      await page.locator('#data-loading').waitFor({ state: 'hidden' });
      await reach(page, 'idle');
      assert.equal(
        distance(await ink(page, '#held-out canvas'), heldOut),
        0,
        'the held-out digits are those of before',
      );
      await enter(page, '#mix-times', 500);
      await page.locator(`#data-numbers[data-train="${base.train + 1000}"]`).waitFor();
      await page.locator('#start').click();
      await reachStep(page, 3);
      await page.locator('#pause').click();
      await reach(page, 'paused');
      await page.locator('#mix').uncheck();
      await page.locator(`#data-numbers[data-train="${base.train}"]`).waitFor();
      await page.locator('#undo-reset').click();
      await page.locator(`#data-numbers[data-train="${base.train + 1000}"]`).waitFor();
      await reach(page, 'paused');
      assert.ok((await progress(page, 'step')) >= 3, 'the model comes back with the digits it was trained on');
      assert.equal(await page.locator('#mix').isChecked(), true);
      assert.equal(await page.locator('#mix-times').inputValue(), '500');
    }));

  test('they go with the next data set, too, and a set that has changed can be mixed in anew', () =>
    visit(async (page) => {
      await openWith(page, 4);
      await page.locator('#mix').check();
      await page.locator('#data-numbers[data-own="4"]').waitFor();
      await page.locator('#data-loading').waitFor({ state: 'hidden' });
      await page.locator('#data-input').setInputFiles([file('images-idx3-ubyte', images(60))]);
      await page.locator('#data[data-kind="files"]').waitFor();
      assert.deepEqual(await numbers(page), { train: 54 + 40, heldOut: 6, own: 4 });
      assert.equal(await page.locator('#mix-again').isVisible(), false);
      await page.locator('#own-open').click();
      await page.locator('#own-digits button').first().click();
      await size(page, 3);
      await page.locator('#own-close').click();
      await page.locator('#mix-again').click();
      await page.locator('#data-numbers[data-own="3"]').waitFor();
      assert.deepEqual(await numbers(page), { train: 54 + 30, heldOut: 6, own: 3 });
      await page.locator('#mix-again').waitFor({ state: 'hidden' });
    }));

  test('how often is a number, and the last one that was counts', () =>
    visit(async (page) => {
      await openWith(page, 4);
      const invalid = () => page.locator('#mix-times').getAttribute('aria-invalid');
      await enter(page, '#mix-times', 0);
      assert.equal(await page.locator('#mix-error').textContent(), 'A whole number from 1 to 1000.');
      await page.locator('#mix').click();
      assert.equal(await page.locator('#mix').isChecked(), false);
      await enter(page, '#mix-times', 5);
      assert.equal(await page.locator('#mix-error').textContent(), '');
      await page.locator('#mix').check();
      await page.locator('#data-numbers[data-own="4"]').waitFor();
      await page.locator('#data-loading').waitFor({ state: 'hidden' });
      await enter(page, '#mix-times', 0);
      assert.equal(await invalid(), 'true');
      await page.locator('#data-input').setInputFiles([file('images-idx3-ubyte', images(60))]);
      await page.locator('#data[data-kind="files"]').waitFor();
      assert.deepEqual(await numbers(page), { train: 54 + 20, heldOut: 6, own: 4 });
      assert.equal(await page.locator('#mix-times').inputValue(), '5');
      assert.equal(await invalid(), 'false');
      assert.equal(await page.locator('#mix-error').textContent(), '');
    }));

  test('too many are refused in words, and all stays as it was', () =>
    visit(async (page) => {
      await openWith(page, 300);
      const base = await numbers(page);
      await enter(page, '#mix-times', 1000);
      await page.locator('#mix').check();
      await page
        .locator('#data-error', { hasText: '300,000 of your own images, copies included, are too many' })
        .waitFor();
      assert.deepEqual(await numbers(page), base);
      assert.equal(await page.locator('#mix').isChecked(), false);
      await page.locator('#step').click();
      await reachStep(page, 1);
    }));

  test('a session that is resumed has them again', () =>
    visit(async (page) => {
      await openWith(page, 2);
      await page.locator('#mix').check();
      await page.locator('#data-numbers[data-own="2"]').waitFor();
      await page.locator('#data-loading').waitFor({ state: 'hidden' });
      const mixed = await numbers(page);
      await page.locator('#step').click();
      await reachStep(page, 1);
      await kept(page);
      await open(page, QUERY);
      assert.equal((await numbers(page)).own, 0);
      await page.locator('#resume-accept').click();
      await page.locator('#data-numbers[data-own="2"]').waitFor();
      await reach(page, 'paused');
      assert.deepEqual(await numbers(page), mixed);
    }));
});
