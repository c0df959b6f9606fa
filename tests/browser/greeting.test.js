// @ts-check
/** Draw and Interpolate greet with digits, and give way to a person's own: a drawing, a label, two picks. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  chapter,
  distance,
  draw,
  file,
  images,
  ink,
  NOUGHT,
  open,
  path,
  pixels,
  SEVEN,
  train,
  useBrowser,
  visit,
} from './support.js';

/** @typedef {import('playwright-core').Page} Page */

useBrowser();

const QUERY = 'device=cpu&preset=linear&batch=16';
const text = async (/** @type {Page} */ page, /** @type {string} */ selector) =>
  (await page.locator(selector).textContent()) ?? '';
const label = (/** @type {Page} */ page, /** @type {string} */ selector) =>
  page.locator(selector).getAttribute('aria-label');
/** Waits until what the network sees is this. @param {Page} page @param {'none' | 'example' | 'drawing'} what */
const sees = (page, what) =>
  page
    .locator(
      `#draw-output[aria-label="${
        { none: 'Reconstruction: nothing yet', example: 'Reconstruction of held-out digit 1' }[what] ??
        'Reconstruction of your drawing'
      }"]`,
    )
    .waitFor();
/** How opaque the darkest spot of the sheet is, from 0 to 255. @param {Page} page */
const darkest = (page) =>
  page.locator('#draw-canvas').evaluate((element) => {
    const { width, height } = /** @type {HTMLCanvasElement} */ (element);
    const copy = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    copy?.drawImage(/** @type {HTMLCanvasElement} */ (element), 0, 0);
    const data = copy?.getImageData(0, 0, width, height).data ?? [];
    let most = 0;
    for (let i = 3; i < data.length; i += 4) most = Math.max(most, data[i] ?? 0);
    return most;
  });

describe('Draw', () => {
  test('greets with a held-out digit, which the first stroke replaces and Undo does not bring back', () =>
    visit(async (page) => {
      await open(page, QUERY);
      await sees(page, 'example');
      assert.deepEqual(await ink(page, '#draw-input'), await ink(page, '#held-out [data-index="0"] .input'));
      assert.ok(distance(await ink(page, '#draw-output')) > 1e5, 'it is reconstructed');
      const faint = await darkest(page);
      assert.ok(faint > 40 && faint < 140, `it is shown faintly: ${faint}`);
      assert.equal(await page.locator('#draw').getAttribute('data-empty'), 'true', 'the sheet counts as empty');
      assert.ok(await page.locator('#draw-undo').isDisabled(), 'there is nothing to undo');
      assert.match((await label(page, '#draw-canvas')) ?? '', /held-out digit 1 as an example/);

      await draw(page, SEVEN);
      await page.locator('#draw[data-empty="false"][aria-busy="false"]').waitFor();
      await sees(page, 'drawing');
      assert.ok((await darkest(page)) > 200, 'the stroke is not faint');
      assert.match((await label(page, '#draw-input')) ?? '', /your drawing/);
      await page.locator('#draw-undo').click();
      await sees(page, 'none');
      assert.equal(await pixels(page, '#draw-input'), null);
      assert.equal(await darkest(page), 0, 'the sheet is blank');
      assert.match((await label(page, '#draw-canvas')) ?? '', /empty/);
    }));

  test('names the reconstruction after whose digit it is, and the example after the data that are there', () =>
    visit(async (page) => {
      await open(page, QUERY);
      await sees(page, 'example');
      await page.locator('#data-input').setInputFiles([file('images-idx3-ubyte', images(60))]);
      await page.locator('#data[data-kind="files"]').waitFor();
      const block = 64 * 255;
      await page.waitForFunction((sum) => {
        const { pixels } = /** @type {any} */ (document.getElementById('draw-input'));
        return pixels?.reduce((/** @type {number} */ all, /** @type {number} */ level) => all + level, 0) === sum;
      }, block);
      await page.locator('#draw-held-out').click();
      await page.locator('#draw-output[aria-label="Reconstruction of held-out digit 2"]').waitFor();
      await draw(page, NOUGHT);
      await sees(page, 'drawing');
      await page.locator('#draw-clear').click();
      await sees(page, 'none');
    }));

  test('forgets the label with the drawing, and says why nothing can be added', () =>
    visit(async (page) => {
      await open(page, QUERY);
      await sees(page, 'example');
      const chosen = () => page.locator('#own-label').inputValue();
      assert.equal(await text(page, '#own-why'), 'Held-out digits cannot join your set.');
      await draw(page, SEVEN);
      await page.locator('#own-why', { hasText: 'Choose its label to add it.' }).waitFor();
      await page.locator('#own-label').selectOption('7');
      await page.locator('#own-add:enabled').waitFor();
      assert.equal(await text(page, '#own-why'), '');

      await page.locator('#draw-clear').click();
      await page.locator('#own-why', { hasText: 'Draw a digit to add it.' }).waitFor();
      assert.equal(await chosen(), '', 'the label goes with the drawing');
      await page.locator('#draw-undo').click();
      await page.locator('#own-add:enabled').waitFor();
      assert.equal(await chosen(), '7', 'and comes back with it');

      await page.locator('#draw-held-out').click();
      await page.locator('#own-why', { hasText: 'Held-out digits cannot join your set.' }).waitFor();
      assert.ok(await page.locator('#own-add').isDisabled());
      assert.equal(await chosen(), '');
      assert.match((await page.locator('#own-add').getAttribute('aria-describedby')) ?? '', /own-why/);

      await draw(page, NOUGHT);
      await page.locator('#draw[data-empty="false"][aria-busy="false"]').waitFor();
      assert.equal(await chosen(), '');
      await page.locator('#own-label').selectOption('0');
      await page.locator('#own-add').click();
      await page.locator('#own-count', { hasText: /^1$/ }).waitFor();
      assert.equal(await chosen(), '', 'the next drawing may be another digit');
    }));

  test('leaves the figure of the network its size when a digit is added', () =>
    visit(async (page) => {
      await open(page, QUERY);
      const before = await page.locator('#model-figure').boundingBox();
      await draw(page, SEVEN);
      await page.locator('#own-label').selectOption('7');
      await page.locator('#own-add').click();
      await page.locator('#mix-row').waitFor();
      const after = await page.locator('#model-figure').boundingBox();
      assert.ok(before && after && before.width > 100 && before.height > 40, `${before?.width}×${before?.height}`);
      assert.ok(after.width > 100 && after.height > 40, `then ${after.width}×${after.height}`);
    }));
});

describe('Interpolate', () => {
  test('greets with a path between two samples that differ, played once', () =>
    visit(async (page) => {
      await open(page, QUERY);
      await page.locator('#strip[data-from^="sample 1/"][data-to^="sample 1/"]').waitFor();
      const [a, b] = [await ink(page, '#thumb-a'), await ink(page, '#thumb-b')];
      assert.ok(distance(a, b) > 784 * 4, 'A and B differ');
      assert.ok(distance(await ink(page, '#strip [data-frame="0"] canvas'), a) < 784, 'the path begins with A');
      assert.ok(distance(await ink(page, '#strip [data-frame="12"] canvas'), b) < 784, 'and ends with B');
      assert.match(await text(page, '#interpolate-note'), /^From sample \d+ to sample \d+\. Pick any digit/);
      assert.deepEqual(
        await page
          .locator('#samples-grid [data-mark]:not([data-mark=""])')
          .evaluateAll((all) => all.map((one) => /** @type {HTMLElement} */ (one).dataset.mark).sort()),
        ['A', 'B'],
        'both are marked among the samples',
      );
    }));

  test('keeps what a person picked, whatever model is shown next and in whichever chapter', () =>
    visit(async (page) => {
      await open(page, QUERY);
      await page.locator('#strip[data-from^="sample 1/"]').waitFor();
      await page.locator('#held-out [data-index="0"]').click();
      await page.locator('#held-out [data-index="1"]').click();
      const [from, to] = ['train.heldOut.pickName', 'train.heldOut.pickName'];
      await path(page, from, to);
      assert.match(await text(page, '#interpolate-note'), /^From held-out digit 1 to held-out digit 2\./);
      await train(page, 10);
      await page.locator('#samples-grid[data-shows="yours"]').waitFor();
      await chapter(page, 'inside');
      await chapter(page, 'studio');
      await page.locator('#shown-best').click();
      await page.locator('#samples-grid[data-shows="best"]').waitFor();
      await path(page, from, to);
      assert.match((await label(page, '#pick-a')) ?? '', /A: held-out digit 1\./);
      assert.match((await label(page, '#pick-b')) ?? '', /B: held-out digit 2\./);
    }));
});
