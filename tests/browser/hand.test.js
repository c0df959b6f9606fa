// @ts-check
/**
 * Uses, ten digits in your hand: drawn, read, corrected, walked to another hand, written as a number, saved, measured.
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { comesTrue, distance, draw, ink, open, pixels, reachStep, useBrowser, visit } from './support.js';

/** @typedef {import('playwright-core').Page} Page */

useBrowser();

const SHEET = '#hand-source canvas';

/** A seven whose stem leans to the right by so much of the sheet's width. @param {number} lean */
const seven = (lean) => [
  [
    [0.3, 0.2],
    [0.5 + lean, 0.2],
    [0.5 + lean / 3, 0.5],
    [0.5 - lean, 0.85],
  ],
];

/** The ten digits. @param {Page} page */
const ten = (page) => Promise.all(Array.from({ length: 10 }, (_, i) => ink(page, cell(i, 'canvas'))));
/** @param {number} i @param {string} [part] */
const cell = (i, part = '') => `#hand-digits [data-index="${i}"] ${part}`;
/**
 * Waits until the ten are read as this, by this model.
 * @param {Page} page @param {number} label @param {string} [model]
 */
const readAs = (page, label, model = 'hand') =>
  page.locator(`#hand-digits[data-label="${label}"][data-model="${model}"]:not([aria-busy])`).waitFor();
/** Waits until the slider has been followed. @param {Page} page @param {number} percent */
const walkedTo = (page, percent) => page.locator(`#hand-digits[data-between="${percent}"]:not([aria-busy])`).waitFor();

/** How far an image leans to the right, in columns a row. @param {number[]} image */
function slant(image) {
  const sum = (/** @type {(x: number, y: number) => number} */ of) =>
    image.reduce((sum, level, i) => sum + level * of(i % 28, Math.floor(i / 28)), 0);
  const all = sum(() => 1);
  const [x0, y0] = [sum((x) => x) / all, sum((_, y) => y) / all];
  return -sum((x, y) => (x - x0) * (y - y0)) / sum((_, y) => (y - y0) ** 2);
}
const mean = (/** @type {number[]} */ numbers) => numbers.reduce((sum, x) => sum + x, 0) / numbers.length;

/** How many runs of columns with ink there are on the sheet of paper. @param {Page} page */
const words = (page) =>
  page.locator('#hand-paper').evaluate((element) => {
    const canvas = /** @type {HTMLCanvasElement} */ (element);
    const { width, height } = canvas;
    const { data } = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d')).getImageData(
      0,
      0,
      width,
      height,
    );
    let [runs, inside] = [0, false];
    for (let x = 0; x < width; x++) {
      let dark = false;
      for (let y = 0; y < height; y++) dark ||= (data[4 * (y * width + x) + 3] ?? 0) > 128;
      if (dark && !inside) runs += 1;
      inside = dark;
    }
    return runs;
  });

/** Saves the number as a PNG: its size, how opaque its corner is, and its share of ink. @param {Page} page */
async function save(page) {
  const saved = page.waitForEvent('download');
  await page.locator('#hand-save').click();
  const download = await saved;
  const file = await readFile(await download.path());
  assert.equal(file.toString('latin1', 1, 4), 'PNG');
  const seen = await page.evaluate(
    async (bytes) => {
      const bitmap = await createImageBitmap(new Blob([Uint8Array.from(bytes)], { type: 'image/png' }));
      const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
      const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext('2d'));
      context.drawImage(bitmap, 0, 0);
      const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
      let dark = 0;
      // As dark as it were on white.
      for (let i = 0; i < data.length; i += 4) if ((255 - (data[i] ?? 0)) * (data[i + 3] ?? 0) > 155 * 255) dark += 1;
      return { width: bitmap.width, height: bitmap.height, corner: data[3], ink: (4 * dark) / data.length };
    },
    [...file],
  );
  return { ...seen, name: download.suggestedFilename() };
}

describe('ten digits in your hand', () => {
  test('are written as one draws, in another hand, as a number, and measured', () =>
    visit(async (page) => {
      await open(page, 'device=cpu#uses');
      // It greets with a held-out digit.
      await page.locator('#hand-digits[data-label]:not([data-label=""]):not([aria-busy])').waitFor();
      const greeting = await ten(page);
      assert.equal(new Set(greeting.map((image) => image.join())).size, 10);
      for (const image of greeting) assert.ok(distance(image) > 5e5, 'each digit has ink');

      // Drawn by a person whose hand leans to the right, then to the left.
      await draw(page, seven(0.16), SHEET);
      await readAs(page, 7);
      await comesTrue(page, async () => distance(await ink(page, cell(3, 'canvas')), greeting[3]) > 1e5);
      const right = await ten(page);
      assert.match((await page.locator('#hand-read').textContent()) ?? '', /7/);
      assert.equal(await page.locator(cell(7)).getAttribute('aria-pressed'), 'true');
      await page.locator('#hand-source [data-part="clear"]').click();
      await page.locator('#hand-digits[data-label=""]').waitFor();
      assert.equal(await pixels(page, cell(3, 'canvas')), null, 'an empty sheet has no hand');
      assert.ok(await page.locator('#hand-between').isDisabled());
      await draw(page, seven(-0.08), SHEET);
      await page.locator('#hand-digits:not([data-label=""]):not([aria-busy])').waitFor();
      await comesTrue(page, async () => distance(await ink(page, cell(3, 'canvas')), right[3]) > 1e5);
      const left = await ten(page);
      const lean = [right, left].map((images) => mean(images.map(slant)));
      assert.ok((lean[0] ?? 0) > (lean[1] ?? 0) + 0.15, `all ten lean as the seven does: ${lean}`);

      // Undo brings the first drawing back; the label is corrected by keyboard, and guessed again.
      await page.locator('#hand-source [data-part="undo"]').click();
      await page.locator('#hand-source [data-part="undo"]').click();
      await readAs(page, 7);
      await comesTrue(page, async () => distance(await ink(page, cell(3, 'canvas')), right[3]) === 0);
      await page.locator(cell(7)).focus();
      await page.keyboard.press('Home');
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('Enter');
      await readAs(page, 1);
      assert.equal(await page.locator(cell(1)).getAttribute('aria-pressed'), 'true');
      assert.ok(distance(await ink(page, cell(3, 'canvas')), right[3]) > 1e4, 'the hand of a one, then');
      await page.keyboard.press('Enter');
      await readAs(page, 7);
      assert.deepEqual(await ten(page), right);

      // To another hand, and back.
      await page.locator('#hand-between').focus();
      await page.keyboard.press('End');
      await walkedTo(page, 100);
      const other = await ten(page);
      assert.ok(
        other.every((image, i) => distance(image, right[i]) > 1e4),
        'all ten are other ones',
      );
      await page.keyboard.press('PageDown');
      await comesTrue(page, async () => Number(await page.locator('#hand-digits').getAttribute('data-between')) < 100);
      const near = await ten(page);
      assert.ok(distance(near[3] ?? [], other[3]) < distance(right[3] ?? [], other[3]), 'on the way');
      await page.locator('#hand-another').click();
      await page.locator('#hand-between').focus();
      await page.keyboard.press('End');
      await walkedTo(page, 100);
      await comesTrue(page, async () => distance(await ink(page, cell(3, 'canvas')), other[3]) > 1e4);
      await page.keyboard.press('Home');
      await walkedTo(page, 0);
      assert.deepEqual(await ten(page), right, 'back in one’s own hand');
      await page.locator('#hand-play').click();
      await comesTrue(page, async () => Number(await page.locator('#hand-digits').getAttribute('data-between')) > 5);
      await page.locator('#hand-play').click();
      await page.locator('#hand-between').focus();
      await page.keyboard.press('Home');
      await walkedTo(page, 0);

      // A number.
      const paper = (/** @type {string} */ text) => page.locator(`#hand-paper[data-written="${text}"]`).waitFor();
      await paper('2026');
      assert.equal(await words(page), 4);
      await page.locator('#hand-text').fill('3a1416');
      await paper('31416');
      assert.equal(await page.locator('#hand-text').inputValue(), '31416');
      assert.match((await page.locator('#hand-number-note').textContent()) ?? '', /12/);
      const sheet = () => page.locator('#hand-paper').evaluate((c) => /** @type {HTMLCanvasElement} */ (c).toDataURL());
      const first = await sheet();
      await page.locator('#hand-again').click();
      await comesTrue(page, async () => (await sheet()) !== first);
      await page.locator('#hand-spread').fill('0');
      await page.locator('#hand-text').fill('7777');
      await paper('7777');
      const onPaper = await save(page);
      assert.equal(onPaper.name, 'inkling-7777.png');
      assert.ok(onPaper.height >= 600 && onPaper.width > onPaper.height, `${onPaper.width} x ${onPaper.height}`);
      assert.ok(onPaper.corner === 255 && onPaper.ink > 0.02 && onPaper.ink < 0.4, JSON.stringify(onPaper));
      await page.locator('#hand-on-nothing').click();
      const clear = await save(page);
      assert.equal(clear.corner, 0, 'a transparent background');
      assert.ok(Math.abs(clear.ink - onPaper.ink) < 0.01);
      await page.locator('#hand-text').fill('');
      await page.locator('#hand-save:disabled').waitFor();

      // The figure: 200 held-out digits, each written as all ten.
      await page.locator('#hand-kept').scrollIntoViewIfNeeded();
      await page.locator('#hand-kept[data-images="200"]').waitFor();
      const kept = await page
        .locator('#hand-kept')
        .evaluate((element) => ({ .../** @type {HTMLElement} */ (element).dataset }));
      assert.equal(kept.written, '2000');
      assert.ok(Number(kept.wanted) > 1800, `${kept.wanted} of 2000 are read as wanted`);
      assert.ok(Number(kept.slant) > 0.5 && Number(kept.slant) < 1, kept.slant);
      assert.ok(Number(kept.width) > 0.2 && Number(kept.width) < 1, kept.width);
    }));

  test('come from one’s own conditional model', () =>
    visit(async (page) => {
      await open(page, 'device=cpu&preset=conditional&batch=64&epochs=3#uses');
      await page.locator('#hand-digits[data-model="hand"]:not([aria-busy])').waitFor();
      await page.locator('#start').click();
      await reachStep(page, 40);
      await page.locator('#pause').click();
      await page.locator('#hand-digits[data-model="yours"]:not([aria-busy])').waitFor();
      const mine = await ten(page);
      assert.equal(new Set(mine.map((image) => image.join())).size, 10);
    }));
});
