// @ts-check
/** The pretrained models: one is shown until you train, and stays next to yours; the map uses the other. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  chapter,
  comesTrue,
  crash,
  crashable,
  DEVICES,
  distance,
  draw,
  enter,
  ink,
  map,
  open,
  path,
  pixels,
  progress,
  reachStep,
  SEVEN,
  train,
  useBrowser,
  visit,
} from './support.js';

/** @typedef {import('playwright-core').Page} Page */

useBrowser();

/** @param {Page} page @param {'best' | 'yours'} whose */
const shows = (page, whose) => page.locator(`html[data-shown="${whose}"]`).waitFor();

/** The first sample, once the samples are of this model. @param {Page} page @param {'best' | 'yours'} whose */
async function sample(page, whose) {
  await page.locator(`#samples-grid[data-shows="${whose}"]`).waitFor();
  return ink(page, '#samples-grid [data-index="0"] canvas');
}

/** The fraction of pixels that are neither clearly paper nor clearly ink. @param {number[]} image */
const doubtful = (image) => image.filter((grey) => grey > 40 && grey < 215).length / image.length;

for (const { device, settings } of DEVICES) {
  describe(`on ${device}`, () => {
    test('the page greets with digits, and with yours when you begin', () =>
      visit(async (page) => {
        await open(page, `device=${device}&${settings}`);
        await shows(page, 'best');
        assert.match((await page.locator('#shown-note').textContent()) ?? '', /MNIST/);
        const greeting = await sample(page, 'best');
        assert.ok(doubtful(greeting) < 0.3, 'a digit, no noise');
        await draw(page, SEVEN);
        await page.locator('#draw[data-empty="false"][aria-busy="false"]').waitFor();
        const [input, output] = [await ink(page, '#draw-input'), await ink(page, '#draw-output')];
        assert.ok(
          distance(input, output) < 0.6 * distance(input),
          'it writes the drawn digit before anything is trained',
        );

        await page.locator('#step').click();
        await shows(page, 'yours');
        await page.locator('#samples-grid[data-step="1"]').waitFor();
        assert.ok(doubtful(await sample(page, 'yours')) > 0.5, 'after one step yours is noise');
        assert.match((await page.locator('#shown-note').textContent()) ?? '', /Your model at step 1/);

        await page.locator('#shown-best').click();
        assert.deepEqual(await sample(page, 'best'), greeting, 'the ready-made model is what it was');
        await page.locator('#start').click();
        await shows(page, 'yours');
        await reachStep(page, 3);
        assert.ok((await progress(page, 'step')) >= 3);
      }));
  });
}

test('a choice is kept by an engine that is started anew', () =>
  visit(async (page) => {
    await crashable(page);
    await open(page, 'device=cpu&preset=linear');
    await shows(page, 'best');
    const greeting = await sample(page, 'best');
    await crash(page);
    await page.locator('#fatal').waitFor();
    await page.locator('#restart').click();
    await page.locator('#fatal').waitFor({ state: 'hidden' });
    await shows(page, 'best');
    await page.locator('#new-samples').click();
    await page.locator('#samples-grid[data-seed="2"]').waitFor();
    await enter(page, '#samples-seed', 1);
    await page.locator('#samples-grid[data-seed="1"]').waitFor();
    assert.deepEqual(await sample(page, 'best'), greeting);
  }));

test('without the file the page shows the model in training', () =>
  visit(
    async (page) => {
      await page.route('**/models/**', (route) => route.abort());
      await open(page, 'device=cpu&preset=linear&epochs=1');
      await page.locator('#samples-grid[data-step="0"]').waitFor();
      assert.equal(await page.locator('html').getAttribute('data-shown'), 'yours');
      await page.locator('#shown-best').click();
      await page.locator('#shown-note:has-text("could not be fetched")').waitFor();
      assert.equal(await page.locator('html').getAttribute('data-shown'), 'yours');
      await train(page, 20);
      await map(page, 'yours');
      await page.locator('#map-model-plane').click();
      await page.locator('#map-error:has-text("could not be fetched")').waitFor();
    },
    { expected: /ERR_FAILED/ },
  ));

describe('the map', () => {
  test('of the ready-made plane: keys move over it, Enter picks', () =>
    visit(async (page) => {
      await open(page, 'device=cpu&preset=linear');
      await map(page, 'best');
      await page.locator('#map-model-plane').click();
      await map(page, 'plane');
      // Digits all over it, and numerals on it.
      await comesTrue(page, async () => (await painted(page, '#map-decoded')) > 0.05);
      await comesTrue(page, async () => (await painted(page, '#map-encoded')) > 0.01);
      await page.waitForFunction(() => /** @type {any} */ (document.getElementById('map-here'))?.pixels);
      const centre = await ink(page, '#map-here');
      await page.locator('#map-plane').focus();
      // As far as it takes: a step depends on how much of the plane is shown.
      for (let i = 0; i < 40 && !(await page.locator('#map-where:has-text("(1.60,")').count()); i++)
        await page.keyboard.press('ArrowRight');
      await page.locator('#map-where:has-text("(1.60, 0.00)")').waitFor();
      await page.waitForFunction(
        (before) =>
          /** @type {any} */ (document.getElementById('map-here')).pixels.some(
            (/** @type {number} */ x, /** @type {number} */ i) => Math.abs(x - (before[i] ?? 0)) > 40,
          ),
        centre,
      );
      await page.keyboard.press('Enter');
      await chapter(page, 'studio');
      await page.locator('#interpolate-note:has-text("the point (1.6, 0.0)")').waitFor();
      // The map's model is not the shown model, so a point on the map is passed on as an image.
      await map(page, 'plane');
      await page.locator('#map-plane').click({ position: { x: 90, y: 40 } });
      await chapter(page, 'studio');
      await path(page, 'map.pick', 'map.pick');
      await page.waitForFunction(
        () => /** @type {any} */ (document.querySelector('#strip [data-frame="12"] canvas'))?.pixels,
      );
    }));

  test('becomes yours when yours has two latents', () =>
    visit(async (page) => {
      await open(page, 'device=cpu&preset=classic&latent=2');
      await map(page, 'best');
      await train(page, 30);
      await map(page, 'yours');
      await page.locator('#map-whose:has-text("Your model")').waitFor();
      await page.locator('#map-plane').click({ position: { x: 90, y: 40 } });
      await chapter(page, 'studio');
      await page.locator('#interpolate-note:has-text("the point")').waitFor();
      assert.ok(await pixels(page, '#thumb-a'), 'the place is A, as it was decoded');
      await page.locator('#shown-best').click();
      await map(page, 'best');
    }));
});

/** The fraction of a canvas that is painted. @param {Page} page @param {string} selector @returns {Promise<number>} */
const painted = (page, selector) =>
  page.locator(selector).evaluate((element) => {
    const sheet = /** @type {HTMLCanvasElement} */ (element);
    const data = sheet.getContext('2d')?.getImageData(0, 0, sheet.width, sheet.height).data ?? [];
    let covered = 0;
    for (let i = 3; i < data.length; i += 4) if ((data[i] ?? 0) > 100) covered += 1;
    return covered / (data.length / 4);
  });
