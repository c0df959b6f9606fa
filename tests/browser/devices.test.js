// @ts-check
/**
 * What the page makes of the devices there are: adapters that offer only what WebGPU demands, that answer late, compute
 * nothing, break, or fall silent. All of them are SwiftShader in disguise.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { suited } from '../../www/src/app/boot-choices.js';
import {
  beforeWorker,
  progress,
  reach,
  reachStep,
  servePackage,
  train,
  URL_BASE,
  useBrowser,
  visit,
  worker,
} from './support.js';

/** @typedef {import('playwright-core').Page} Page */

useBrowser();

/** Has the worker take SwiftShader for a GPU, and wait for it ten times as long as for one. */
const HARDWARE = `{
  Object.defineProperty(GPUAdapter.prototype, 'info', {
    get: () => ({ vendor: 'acme', architecture: 'test', description: '', isFallbackAdapter: false }),
  });
  const later = self.setTimeout.bind(self);
  self.setTimeout = (work, ms, ...rest) => later(work, ms >= 5000 ? ms * 10 : ms, ...rest);
}`;

/**
 * An adapter with the default limits and without features, as Chrome's on a Qualcomm phone. A device that asks for more
 * is refused.
 */
const LEAST = `{
  const LIMITS = {
    maxComputeInvocationsPerWorkgroup: 256, maxComputeWorkgroupSizeX: 256, maxComputeWorkgroupSizeY: 256,
    maxComputeWorkgroupSizeZ: 64, maxComputeWorkgroupStorageSize: 16384, maxComputeWorkgroupsPerDimension: 65535,
    maxStorageBuffersPerShaderStage: 8, maxStorageBufferBindingSize: 134217728, maxBufferSize: 268435456,
    maxUniformBufferBindingSize: 65536, maxBindGroups: 4, maxBindingsPerBindGroup: 1000,
    maxDynamicStorageBuffersPerPipelineLayout: 4, maxUniformBuffersPerShaderStage: 12,
  };
  const limits = Object.getOwnPropertyDescriptor(GPUAdapter.prototype, 'limits').get;
  Object.defineProperty(GPUAdapter.prototype, 'limits', {
    get() {
      const offered = limits.call(this);
      return new Proxy(offered, { get: (_, name) => LIMITS[name] ?? offered[name] });
    },
  });
  Object.defineProperty(GPUAdapter.prototype, 'features', { get: () => new Set() });
  const request = GPUAdapter.prototype.requestDevice;
  GPUAdapter.prototype.requestDevice = async function (wanted = {}) {
    const features = [...(wanted.requiredFeatures ?? [])];
    const above = Object.entries(wanted.requiredLimits ?? {}).filter(([name, value]) => value > LIMITS[name]);
    if (features.length > 0) throw new TypeError('no such features: ' + features);
    if (above.length > 0) throw new DOMException('limits exceeded: ' + above, 'OperationError');
    return (self.__device = await request.call(this, wanted));
  };
}`;

/**
 * Read-backs are answered 100 ms late. Keeps of each whether anything was submitted between its request and its
 * answer.
 */
const LATE = `{
  let submissions = 0;
  self.__overlapped = [];
  const submit = GPUQueue.prototype.submit;
  GPUQueue.prototype.submit = function (...args) {
    submissions++;
    return submit.apply(this, args);
  };
  const map = GPUBuffer.prototype.mapAsync;
  GPUBuffer.prototype.mapAsync = async function (...args) {
    const before = submissions;
    await map.apply(this, args);
    await new Promise((done) => setTimeout(done, 100));
    self.__overlapped.push(submissions > before);
  };
}`;

/**
 * Puts `code` at the start of a method of the engine's WebGPU build; `wasm` in it are the instance's exports.
 * @param {Page} page @param {string} method @param {string} code
 */
const instead = (page, method, code) =>
  page.route(/assets\/inkling_web-[^/]*\.js$/, async (route) => {
    const response = await route.fetch();
    const text = await response.text();
    const start = new RegExp(`\\b${method}\\([^)]*\\)\\s*\\{(?=[^}]*\\bengine_${method}\\()`);
    const exports = /(\w+)\.engine_open\(/.exec(text)?.[1] ?? '';
    assert.match(text, start);
    await route.fulfill({ response, body: text.replace(start, `$&const wasm = ${exports};${code};`) });
  });

const reason = async (/** @type {Page} */ page) => (await page.locator('#device-reason').textContent()) ?? '';
const backend = (/** @type {Page} */ page) => page.locator('#device-badge').getAttribute('data-backend');
const ready = (/** @type {Page} */ page) => page.locator('html[data-ready="true"]').waitFor();

describe('an adapter that offers only what WebGPU demands', () => {
  test('trains every preset', () =>
    visit(async (page) => {
      await servePackage(page);
      await page.addInitScript(LEAST);
      await page.goto(`${URL_BASE}icon.svg`);
      const losses = await page.evaluate(async (base) => {
        const module = await import(`${base}pkg/webgpu/inkling_web.js`);
        await module.default();
        const engine = await module.Engine.open();
        engine.beginGenerated(60, 1);
        while (engine.continueGenerated(1000).done < 60);
        engine.finishGenerated();
        // One step each: the native tests go on with each of them, within the same limits.
        /** @type {Record<string, number>} */
        const found = {};
        for (const { name: preset, latent, beta, learningRate } of module.presets()) {
          engine.configure({ preset, latent, beta, learningRate, batch: 2, epochs: 1, seed: 1 });
          found[preset] = (await engine.step()).losses.total;
        }
        return found;
      }, URL_BASE);
      assert.ok(Object.keys(losses).length >= 8, Object.keys(losses).join());
      for (const [preset, loss] of Object.entries(losses)) assert.ok(loss > 0 && loss < 2000, `${preset}: ${loss}`);
    }));

  test('is used by the page, which begins with what suits it, waits for no read-back, and can turn to the CPU', () =>
    visit(
      async (page) => {
        await beforeWorker(page, HARDWARE + LEAST + LATE);
        await instead(page, 'speed', 'return Promise.resolve(20)');
        page.setDefaultTimeout(180_000);
        await page.goto(`${URL_BASE}?latent=4&batch=4`);
        await ready(page);
        assert.equal(await backend(page), 'webgpu');
        assert.equal(await page.locator('#preset').inputValue(), 'classic');
        assert.match((await page.locator('#status').textContent()) ?? '', /Classic MLP is set.*slow \(20 GFLOP\/s\)/);

        await worker(page).evaluate(() => /** @type {any} */ (self).__overlapped.splice(0));
        await train(page, 20);
        const step = await progress(page, 'step');
        /** @type {boolean[]} */
        const overlapped = await worker(page).evaluate(() => /** @type {any} */ (self).__overlapped);
        // If training waited for its read-backs, nothing would be submitted meanwhile. Those that it does wait for: the
        // first steps', checkpoints', and the pictures' once it has paused.
        assert.ok(overlapped.filter(Boolean).length >= 10, overlapped.map(Number).join(''));

        await worker(page).evaluate(() => /** @type {any} */ (self).__device.destroy());
        await page.locator('#fatal').waitFor();
        await page.locator('#restart-cpu').click();
        await page.locator('#fatal').waitFor({ state: 'hidden' });
        await reach(page, 'paused');
        assert.equal(await backend(page), 'cpu');
        assert.equal(await progress(page, 'step'), step, 'the weights are kept');
        await page.locator('#step').click();
        await reachStep(page, step + 1);
      },
      { expected: /device|Device|lost|destroyed/ },
    ));
});

describe('a GPU that fails as it opens', () => {
  /** @type {Record<string, {disguise?: string, open?: string, says: RegExp}>} */
  const FAILURES = {
    'that computes nothing': {
      disguise: 'GPUQueue.prototype.submit = () => {};',
      says: /computes wrong numbers/,
    },
    'whose engine panics': {
      open: 'return queueMicrotask(() => wasm.crash()), new Promise(() => {})',
      says: /crashed: it was asked to crash/,
    },
    // The 20 s that an engine has to open pass at once; the adapter, which may be slow here, keeps its own time.
    'that never answers': {
      disguise: `GPUAdapter.prototype.requestDevice = () => new Promise(() => {});
        self.setTimeout = ((later) => (work, ms) => later(work, ms === 20000 ? 100 : ms))(self.setTimeout.bind(self));`,
      says: /did not answer/,
    },
  };
  for (const [name, { disguise = '', open, says }] of Object.entries(FAILURES))
    test(`${name} gives way to the CPU`, () =>
      visit(
        async (page) => {
          await beforeWorker(page, HARDWARE + disguise);
          if (open) await instead(page, 'open', open);
          await page.goto(`${URL_BASE}?preset=linear&batch=16`);
          await ready(page);
          assert.equal(await backend(page), 'cpu');
          assert.match(await reason(page), /CPU is used because WebGPU did not start/);
          assert.match(await reason(page), says);
          assert.ok(await page.locator('#fatal').isHidden());
          await page.locator('#step').click();
          await reachStep(page, 1);
        },
        { expected: /crash|unreachable/ },
      ));
});

describe('the first preset', () => {
  const presets = /** @type {any[]} */ (['residual', 'linear', 'classic'].map((name) => ({ name })));
  test('is the one that suits the speed of the GPU', () => {
    const first = (/** @type {number} */ gflops) => suited(presets, gflops).presets.map(({ name }) => name);
    assert.deepEqual(first(20), ['classic', 'residual', 'linear']);
    assert.deepEqual(first(1000), ['residual', 'linear', 'classic']);
    assert.equal(suited(presets, 1000).why, null);
    assert.deepEqual(suited(presets, 20.4).why, { key: 'app.classicFirst', gflops: 20 });
    assert.deepEqual(suited(presets.slice(1), 1).why, null, 'the CPU build begins with another one anyway');
  });
});

describe('an engine whose download hangs', () => {
  test('is told of, first as slow, then as failed', () =>
    visit(
      async (page) => {
        const hurry = `self.setTimeout = ((later) => (work, ms) => later(work, ms / 10))(self.setTimeout.bind(self));`;
        await beforeWorker(page, hurry);
        await page.route(/\/cpu\/[^/]*\.wasm$/, () => {});
        await page.goto(`${URL_BASE}?device=cpu`);
        await page.locator('#status', { hasText: 'The network is slow, or the server does not answer.' }).waitFor();
        await page.locator('#fatal').waitFor();
        assert.match((await page.locator('#fatal-message').textContent()) ?? '', /the server stopped answering/);
        assert.ok(await page.locator('#restart').isEnabled());
        await page.unroute(/\/cpu\/[^/]*\.wasm$/);
        await page.locator('#restart').click();
        await ready(page);
      },
      { expected: /aborted|Failed to load/ },
    ));
});
