// @ts-check
/** The first visit: what comes first over a slow line, what may come later or never, and the bar that says how far. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slowLine } from './slow-line.js';
import { draw, ink, open, SEVEN, URL_BASE, useBrowser, visit, worker } from './support.js';

useBrowser();

const QUERY = 'device=cpu&preset=linear&batch=16';
const ENCODER = /\/best-encoder[^/]*\.safetensors$/;
/** The drawing's reconstruction, once it is that of what was drawn. */
const ANSWERED = '#draw[data-empty="false"][aria-busy="false"]';

/** Waits for digits of the pretrained model. @param {import('playwright-core').Page} page */
const greeted = (page) => page.locator('#samples-grid[data-shows="best"]').waitFor();

test('the model writes before its encoder is here, and a drawing waits for that', () =>
  visit(async (page) => {
    /** @type {() => void} */
    let release = () => {};
    const held = new Promise((resolve) => {
      release = () => resolve(undefined);
    });
    await page.route(ENCODER, async (route) => {
      await held;
      await route.continue();
    });
    await open(page, QUERY);
    await greeted(page);
    assert.ok(await ink(page, '#samples-grid [data-index="0"] canvas'), 'a digit');
    await draw(page, SEVEN);
    await page.locator('#draw[aria-busy="true"]').waitFor();
    await page.locator('#fetching-label', { hasText: 'encoder' }).waitFor();
    assert.equal(await page.locator(ANSWERED).count(), 0, 'nothing to show yet');
    // What only decodes goes on.
    await page.locator('#new-samples').click();
    await page.locator('#samples-grid[data-seed="2"]').waitFor();
    release();
    await page.locator(ANSWERED).waitFor();
    assert.ok(
      (await ink(page, '#draw-output')).some((grey) => grey > 200),
      'written',
    );
    await page.locator('#fetching').waitFor({ state: 'hidden' });
  }));

test('an encoder that cannot be had is no harm, and comes when the network is back', () =>
  visit(
    async (page) => {
      await page.route(ENCODER, (route) => route.abort());
      await open(page, QUERY);
      await greeted(page);
      await draw(page, SEVEN);
      await page.locator('#draw-error', { hasText: 'could not be fetched' }).waitFor();
      await page.locator('#new-samples').click();
      await page.locator('#samples-grid[data-seed="2"]').waitFor();
      await page.unroute(ENCODER);
      await worker(page).evaluate(() => self.dispatchEvent(new Event('online')));
      await page.locator(ANSWERED).waitFor();
      assert.equal(await page.locator('#draw-error').textContent(), '');
    },
    { expected: /ERR_FAILED/ },
  ));

test('a bar says how much of the engine is here, in the place of a sentence', async () => {
  const line = await slowLine(URL_BASE, { bytesPerSecond: 400_000, roundTrip: 20 });
  try {
    await visit(async (page) => {
      await page.goto(`${line.url}?${QUERY}`);
      await page.locator('#fetching-label', { hasText: 'Loading the engine' }).waitFor();
      const bar = page.locator('#fetching-bar');
      const before = await page.locator('#bar').boundingBox();
      await page.locator('#fetching-bytes', { hasText: /^[\d.]+ (kB|MB) of [\d.]+ MB$/ }).waitFor();
      const share = () => bar.evaluate((one) => /** @type {HTMLProgressElement} */ (one).position);
      const first = await share();
      assert.ok(first > 0 && first < 1, `${first}`);
      await page.waitForFunction(
        (first) => /** @type {HTMLProgressElement} */ (document.getElementById('fetching-bar')).position > first + 0.1,
        first,
      );
      assert.equal(await bar.getAttribute('aria-label'), 'Loading the engine');
      await page.locator('html[data-ready="true"]').waitFor();
      await greeted(page);
      const after = await page.locator('#bar').boundingBox();
      assert.equal(after?.height, before?.height, 'nothing jumps');
      const engine = line.sent.find(({ path }) => path.endsWith('.wasm'));
      const decoder = line.sent.find(({ path }) => path.includes('best-decoder'));
      assert.ok(engine && decoder);
      assert.ok(decoder.asked < engine.done, 'the next download does not wait for the end of this one');
    });
  } finally {
    await line.close();
  }
});
