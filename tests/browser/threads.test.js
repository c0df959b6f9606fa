// @ts-check
/** The CPU device's threads: how many there are, that they change no result, and what happens when one breaks. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { describe, test } from 'node:test';
import { samples } from './storage-support.js';
import {
  crashable,
  open,
  progress,
  reach,
  reachStep,
  threads,
  train,
  URL_BASE,
  useBrowser,
  visit,
  worker,
} from './support.js';

/** @typedef {import('playwright-core').Page} Page */

useBrowser();

const bindings = readFileSync(new URL('../../pkg/cpu/inkling_web.js', import.meta.url), 'utf8');
/** Where the standard library's source could not be had, the modules are built for one core. */
const skip = /shared:\s*true/.test(bindings) ? false : 'the CPU module was built for one core: rust-src is missing';
const CORES = availableParallelism();
/** As www/src/worker/threads.js has it. */
const USED = Math.min(CORES < 3 ? CORES : CORES - 1, 16);

/** The page as a host serves it that sends no headers. @param {Page} page */
const plainHost = (page) =>
  page.route(`${URL_BASE}?*`, async (route) => {
    const response = await route.fetch();
    const headers = { ...response.headers() };
    delete headers['cross-origin-opener-policy'];
    delete headers['cross-origin-embedder-policy'];
    await route.fulfill({ response, headers });
  });

/** Trains for an epoch, and says what came out. @param {Page} page */
async function anEpoch(page) {
  await open(page, 'device=cpu&latent=4&epochs=1&seed=11');
  await page.locator('#start').click();
  await reach(page, 'finished');
  return { device: await page.locator('#device-name').textContent(), samples: await samples(page) };
}

describe('threads of the CPU device', { skip }, () => {
  test('are one for each core but the last, and a run is the same without them', async () => {
    /** @type {Awaited<ReturnType<typeof anEpoch>>[]} */
    const found = [];
    await visit(async (page) => {
      await plainHost(page);
      found.push(await anEpoch(page));
      assert.equal(threads(page).length, 0);
      await page.locator('#device-why').click();
      const reason = (await page.locator('#device-reason').textContent()) ?? '';
      assert.equal(/It uses one core.* COOP and COEP/.test(reason), USED > 1, reason);
    });
    await visit(async (page) => {
      found.push(await anEpoch(page));
      assert.equal(threads(page).length, USED - 1);
    });
    const [alone, together] = found;
    assert.ok(alone && together);
    assert.equal(alone.device, 'CPU · one core, SIMD');
    assert.equal(together.device, USED === 1 ? alone.device : `CPU · ${USED} cores, SIMD`);
    assert.deepEqual(together.samples, alone.samples, 'the same weights draw the same digits');
  });

  test('rest while nobody sees the page, and training goes on', (t) =>
    visit(async (page) => {
      if (USED === 1) return t.skip('this machine has one core');
      await crashable(page);
      await open(page, 'device=cpu&epochs=50');
      const cores = () => worker(page).evaluate(() => /** @type {any} */ (self).__engine.coresInUse());
      assert.equal(await cores(), USED);
      await page.locator('#start').click();
      /** @param {boolean} hidden */
      const show = (hidden) =>
        page.evaluate((hidden) => {
          Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
          document.dispatchEvent(new Event('visibilitychange'));
        }, hidden);
      const become = async (/** @type {number} */ wanted) => {
        while ((await cores()) !== wanted) await reachStep(page, (await progress(page, 'step')) + 1);
      };
      await show(true);
      await become(1);
      await reachStep(page, (await progress(page, 'step')) + 5);
      await show(false);
      await become(USED);
    }));

  test('that break are told as the engine is, which comes back with the run', (t) =>
    visit(async (page) => {
      if (USED === 1) return t.skip('this machine has one core');
      await crashable(page);
      await open(page, 'device=cpu');
      await train(page, 40);
      const step = await progress(page, 'step');
      await worker(page).evaluate(() => {
        try {
          /** @type {any} */ (self).__engine.crashThread();
        } catch {
          // The trap itself.
        }
      });
      await page.locator('#fatal').waitFor();
      assert.equal(await page.locator('#fatal').getAttribute('data-code'), 'panic');
      assert.match((await page.locator('#fatal-detail').textContent()) ?? '', /a thread of the CPU device broke/);
      await page.locator('#restart').click();
      await page.locator('#fatal').waitFor({ state: 'hidden' });
      await reach(page, 'paused');
      assert.ok((await progress(page, 'step')) > 0 && (await progress(page, 'step')) <= step);
      assert.equal(threads(page).length, USED - 1, 'threads of its own');
    }));
});
