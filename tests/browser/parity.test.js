// @ts-check
/**
 * The losses of two workloads equal those of TF.js, jax-js and PyTorch, in the browser, on both devices; C on a GPU
 * natively (crate/inkling/tests/gpu.rs), for a step of C takes SwiftShader ten seconds.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { LOSSES, matches, servePackage, URL_BASE, useBrowser, visit } from './support.js';

useBrowser();

for (const device of ['cpu', 'webgpu']) {
  describe(`parity on ${device}`, () => {
    for (const [workload, expected] of Object.entries(LOSSES)) {
      if (device === 'webgpu' && workload === 'C') continue;
      test(`workload ${workload}`, () =>
        visit(async (page) => {
          await servePackage(page);
          await page.goto(`${URL_BASE}icon.svg`);
          const found = await page.evaluate(
            async ({ base, device, workload }) => {
              const engine = await import(`${base}pkg/${device}/inkling_web.js`);
              await engine.default();
              return Array.from(await engine.parity(workload));
            },
            { base: URL_BASE, device, workload },
          );
          console.log(`    ${device} ${workload}: ${found.map((/** @type {number} */ x) => x.toFixed(4)).join(' ')}`);
          matches(found, expected);
        }));
    }
  });
}

describe('a curve of 500 steps', () => {
  test("with our kernels overlays that with Burn's own operations", () =>
    visit(async (page) => {
      await servePackage(page);
      await page.goto(`${URL_BASE}icon.svg`);
      /** @type {number[][]} */
      const curves = [];
      // On the CPU, every operation is Burn's own.
      for (const device of ['cpu', 'webgpu']) {
        curves.push(
          await page.evaluate(
            async ({ base, device }) => {
              const engine = await import(`${base}pkg/${device}/inkling_web.js`);
              await engine.default();
              const bench = await engine.Bench.open('S', false);
              const losses = [];
              for (let step = 1; step <= 500; step++) {
                bench.queue(Int32Array.from({ length: 128 }, (_, i) => ((step * 128 + i) * 2654435761) % 8192));
                if (step % 100 === 0) losses.push(await bench.loss());
              }
              return losses;
            },
            { base: URL_BASE, device },
          ),
        );
      }
      const [burn = [], ours = []] = curves;
      console.log(
        `    Burn ${burn.map((x) => x.toFixed(2)).join(' ')}; ours ${ours.map((x) => x.toFixed(2)).join(' ')}`,
      );
      assert.ok((burn.at(-1) ?? NaN) < 0.6 * 543, 'it has learnt something');
      for (const [i, loss] of burn.entries()) {
        const deviation = Math.abs((ours[i] ?? NaN) / loss - 1);
        assert.ok(deviation < 0.01, `${ours[i]} instead of ${loss} after ${100 * (i + 1)} steps`);
      }
    }));
});
