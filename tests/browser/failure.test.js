// @ts-check
/** When the engine breaks: a message, and a way back to the last good weights. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  beforeWorker,
  breakDown,
  crash,
  crashable,
  diverge,
  divergible,
  listen,
  open,
  progress,
  reach,
  reachStep,
  train,
  URL_BASE,
  useBrowser,
  visit,
  worker,
} from './support.js';

useBrowser();

/**
 * Clicks Restart, checks that the weights of `step` steps are back, and trains one more step.
 * @param {import('playwright-core').Page} page @param {number} step
 */
async function comesBack(page, step) {
  await page.locator('#restart').click();
  await page.locator('#fatal').waitFor({ state: 'hidden' });
  await reach(page, 'paused');
  assert.equal(await progress(page, 'step'), step, 'the weights of the pause are back');
  await page.locator('#step').click();
  await reachStep(page, step + 1);
}

describe('a panic', () => {
  test('is told, and the weights come back', () =>
    visit(async (page) => {
      await crashable(page);
      await open(page, 'device=cpu');
      const { first, last } = await train(page, 40);
      assert.ok(last < first);
      const step = await progress(page, 'step');
      await crash(page);
      await page.locator('#fatal').waitFor();
      assert.equal(await page.locator('#fatal').getAttribute('data-code'), 'panic');
      assert.match((await page.locator('#fatal-message').textContent()) ?? '', /internal error crashed it/);
      assert.match((await page.locator('#fatal-detail').textContent()) ?? '', /: it was asked to crash/);
      await comesBack(page, step);
    }));
});

describe('weights', () => {
  test('that the engine does not take back do not keep it from starting', () =>
    visit(async (page) => {
      await beforeWorker(
        page,
        `const post = self.postMessage.bind(self);
         self.postMessage = (message, options) =>
           post(message.event === 'checkpoint' ? { ...message, bytes: new Uint8Array(64) } : message, options);`,
      );
      await open(page, 'device=cpu&batch=16');
      await page.locator('#step').click();
      await reachStep(page, 1);
      await breakDown(page);
      await page.locator('#fatal').waitFor();
      await page.locator('#restart').click();
      await page.locator('#fatal').waitFor({ state: 'hidden' });
      await reach(page, 'idle');
      assert.match((await page.locator('#status').textContent()) ?? '', /weights could not be restored.*new model/);
      await page.locator('#step').click();
      await reachStep(page, 1);
    }));

  test('that diverged end the run, not the engine, and the good ones come back', () =>
    visit(async (page) => {
      await divergible(page);
      await open(page, 'device=cpu&batch=16');
      await train(page, 8);
      const good = await progress(page, 'step');
      await diverge(page);
      await page.locator('#start').click();
      await page.locator('#train-error').filter({ hasText: 'Training diverged: the loss is no longer' }).waitFor();
      await reach(page, 'paused');
      assert.ok(await page.locator('#fatal').isHidden());
      await page.locator('#undo-reset').click();
      await page.waitForFunction(() => document.getElementById('status')?.textContent?.startsWith('The model is back'));
      assert.equal(await progress(page, 'step'), good);
      await worker(page).evaluate(() => /** @type {any} */ ((self.__diverge = false)));
      await page.locator('#start').click();
      await reachStep(page, good + 1);
    }));
});

describe('a lost device', () => {
  test('is told, and the weights come back on a new one', () =>
    visit(
      async (page) => {
        await beforeWorker(
          page,
          `const request = GPUAdapter.prototype.requestDevice;
           GPUAdapter.prototype.requestDevice = async function (...args) {
             return (self.__device = await request.apply(this, args));
           };`,
        );
        await open(page, 'device=webgpu&preset=linear&latent=4&batch=16');
        await train(page, 3);
        const step = await progress(page, 'step');
        await worker(page).evaluate(() => /** @type {any} */ (self).__device.destroy());
        await page.locator('#fatal').waitFor();
        assert.equal(await page.locator('#fatal').getAttribute('data-code'), 'device');
        await comesBack(page, step);
      },
      { expected: /device|Device|lost|destroyed/ },
    ));
});

describe('an engine that cannot be loaded', () => {
  test('is told, nothing claims to be loading, and the CPU is no way out of its own failure', () =>
    visit(
      async (page) => {
        const { asked } = await listen(page);
        await page.route(/\/cpu\/[^/]*\.wasm$/, (route) => route.abort());
        await page.goto(`${URL_BASE}?device=cpu&preset=linear&batch=16`);
        await page.locator('#fatal').waitFor();
        assert.match((await page.locator('#fatal-title').textContent()) ?? '', /did not start/);
        assert.ok(await page.locator('#restart').isVisible());
        assert.ok(await page.locator('#restart-cpu').isHidden(), 'the CPU build is what failed');
        for (const place of ['#status', '#chart-empty', '#data-name', '#data-loading:not([hidden])']) {
          const found = await page.locator(place).allTextContents();
          assert.doesNotMatch(found.join(), /loading the|loading…|generating|preparing|starting/i, place);
        }
        assert.match((await page.locator('#status').textContent()) ?? '', /could not be loaded/);
        for (const control of ['#start', '#step', '#reset', '#save', '#open'])
          assert.ok(await page.locator(control).isDisabled(), control);

        await page.unroute(/\/cpu\/[^/]*\.wasm$/);
        await page.locator('#restart').click();
        await page.locator('html[data-ready="true"]').waitFor();
        await page.locator('#fatal').waitFor({ state: 'hidden' });
        assert.ok((await asked()).filter((one) => one === 'init').length === 2, 'a second engine was started');
        await page.locator('#step').click();
        await reachStep(page, 1);
      },
      { expected: /Failed to load resource/ },
    ));

  test('with WebGPU first: the CPU that stood in and failed is not offered again', () =>
    visit(
      async (page) => {
        await beforeWorker(page, `Object.defineProperty(navigator, 'gpu', { value: undefined })`);
        await page.route(/\/cpu\/[^/]*\.wasm$/, (route) => route.abort());
        await page.goto(URL_BASE);
        await page.locator('#fatal').waitFor();
        assert.ok(await page.locator('#restart-cpu').isHidden());
      },
      { expected: /Failed to load resource/ },
    ));
});

describe('without WebGPU', () => {
  test('the page says so and takes the CPU', () =>
    visit(async (page) => {
      await beforeWorker(page, `Object.defineProperty(navigator, 'gpu', { value: undefined })`);
      await open(page, '');
      assert.equal(await page.locator('#device-badge').getAttribute('data-backend'), 'cpu');
      assert.match((await page.locator('#device-reason').textContent()) ?? '', /WebGPU/);
    }));

  test('a software adapter is not taken for a graphics processor', () =>
    visit(async (page) => {
      await open(page, '');
      const found = await page.evaluate(async () => {
        const adapter = await /** @type {any} */ (navigator).gpu?.requestAdapter({
          powerPreference: 'high-performance',
        });
        return adapter ? { fallback: adapter.info.isFallbackAdapter } : null;
      });
      const backend = await page.locator('#device-badge').getAttribute('data-backend');
      assert.equal(backend, found && !found.fallback ? 'webgpu' : 'cpu');
    }));

  test('an address that asks for it gets an explanation', () =>
    visit(
      async (page) => {
        await beforeWorker(page, `navigator.gpu && (navigator.gpu.requestAdapter = async () => null)`);
        await page.goto(`${URL_BASE}?device=webgpu`);
        await page.locator('#fatal').waitFor();
        assert.match((await page.locator('#fatal-message').textContent()) ?? '', /adapter|WebGPU/i);
        await page.locator('#restart-cpu').click();
        await page.locator('html[data-ready="true"]').waitFor();
        assert.equal(await page.locator('#device-badge').getAttribute('data-backend'), 'cpu');
        assert.match((await page.locator('#device-reason').textContent()) ?? '', /chosen/);
      },
      { expected: /adapter|WebGPU/i },
    ));
});
