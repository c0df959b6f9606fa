// @ts-check
/** The first visit: what comes first over a slow line, what may come later or never, and the bar that says how far. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slowLine } from './slow-line.js';
import { draw, ink, open, SEVEN, URL_BASE, useBrowser, visit, worker } from './support.js';

useBrowser();

const QUERY = 'device=cpu&preset=linear&batch=16';
const DECODER = /\/best-decoder[^/]*\.safetensors$/;
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

test('a decoder that cannot be had is no harm, and the model comes when the network is back', () =>
  visit(
    async (page) => {
      await page.route(DECODER, (route) => route.abort());
      await open(page, QUERY);
      await page.locator('#samples-grid[data-shows="yours"]').waitFor();
      await page.locator('html[data-shown="yours"]').waitFor();
      await page.unroute(DECODER);
      await page.evaluate(() => window.dispatchEvent(new Event('online')));
      await greeted(page);
      await page.locator('html[data-shown="best"]').waitFor();
    },
    { expected: /ERR_FAILED/ },
  ));

/**
 * Notes what the bar shows, at each change, since a test that looks from outside may come too late.
 * @param {import('playwright-core').Page} page
 */
const watchBar = (page) =>
  page.addInitScript(() => {
    /** @type {Shown[]} */
    const shown = [];
    Object.assign(window, { shown });
    new MutationObserver(() => {
      const text = (/** @type {string} */ id) => document.getElementById(id)?.textContent ?? '';
      const bar = document.getElementById('fetching-bar');
      if (!(bar instanceof HTMLProgressElement) || !bar.checkVisibility()) return;
      shown.push({
        label: text('fetching-label'),
        spoken: bar.ariaLabel ?? '',
        bytes: text('fetching-bytes'),
        share: bar.position,
        height: document.getElementById('bar')?.getBoundingClientRect().height ?? 0,
      });
    }).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  });

/** @typedef {{label: string, spoken: string, bytes: string, share: number, height: number}} Shown */

test('a bar says how much of the engine is here, in the place of a sentence', async () => {
  const line = await slowLine(URL_BASE, { bytesPerSecond: 400_000, roundTrip: 20 });
  try {
    await visit(async (page) => {
      await watchBar(page);
      await page.goto(`${line.url}?${QUERY}`);
      await page.locator('html[data-ready="true"]').waitFor();
      await greeted(page);
      const shown = await page.evaluate(() => /** @type {{shown: Shown[]}} */ (/** @type {unknown} */ (window)).shown);
      const engine = shown.filter(({ label }) => label === 'Loading the engine');
      for (const { spoken, height } of engine) {
        assert.equal(spoken, 'Loading the engine');
        assert.equal(height, engine[0]?.height, 'nothing jumps');
      }
      const told = engine.filter(({ bytes }) => bytes);
      for (const { bytes } of told) assert.match(bytes, /^[\d.]+ (kB|MB) of [\d.]+ MB$/);
      const shares = told.map(({ share }) => share);
      assert.deepEqual(
        shares,
        shares.toSorted((a, b) => a - b),
        'it never goes back',
      );
      assert.ok(shares.length > 2 && (shares.at(-1) ?? 0) > (shares[0] ?? 0) + 0.2, `it moves: ${shares}`);
      const after = await page.locator('#bar').boundingBox();
      assert.equal(after?.height, engine[0]?.height, 'nothing jumps');
      const [wasm, decoder] = ['.wasm', 'best-decoder'].map((part) =>
        line.sent.find(({ path }) => path.includes(part)),
      );
      assert.ok(wasm && decoder);
      assert.ok(decoder.asked < wasm.done, 'the next download does not wait for the end of this one');
    });
  } finally {
    await line.close();
  }
});
