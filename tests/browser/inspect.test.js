// @ts-check
/** What the engine shows of a model's inside, at the border to JavaScript: alike on both devices, without a shader. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { servePackage, URL_BASE, useBrowser, visit } from './support.js';

/** @typedef {Record<string, Record<string, unknown>>} Answers */

useBrowser();

describe('a look inside', () => {
  test('shows the same on both devices, and WebGPU compiles nothing for it', () =>
    visit(async (page) => {
      await servePackage(page);
      await page.goto(`${URL_BASE}icon.svg`);
      const found = await page.evaluate(lookInside, URL_BASE);
      const { cpu, webgpu } = found;
      assert.ok(webgpu.shaders[0] > 5, `${webgpu.shaders[0]} shaders for a step, a drawing and the held-out images`);
      assert.equal(webgpu.shaders[1], webgpu.shaders[0], 'no shader more');

      const { inspect, statistics, components, latents, unit, top, readings } = cpu.answers;
      const layers = /** @type {import('../../www/src/protocol.js').Layer[]} */ (inspect.layers);
      assert.deepEqual(
        layers.map(({ name, part, kind, activation, shape, offset, parameters }) =>
          [name, part, kind, activation, shape, offset, parameters].join(' '),
        ),
        [
          `encoder.layers.0 encoder dense relu 400 0 ${785 * 400}`,
          `encoder.posterior encoder dense none 8 400 ${401 * 8}`,
          `decoder.layers.0 decoder dense relu 400 408 ${5 * 400}`,
          `decoder.layers.1 decoder dense none 784 808 ${401 * 784}`,
        ],
      );
      const lengths = (/** @type {Record<string, any>} */ answer) =>
        Object.fromEntries(Object.entries(answer).map(([key, value]) => [key, value?.length ?? value]));
      const { reconstruction, divergence, ...sizes } = lengths(inspect);
      assert.ok(reconstruction > 100 && divergence > 0, `${reconstruction}, ${divergence}`);
      const four = { mu: 4, logvar: 4, eps: 4, z: 4, kl: 4 };
      assert.deepEqual(sizes, { layers: 4, values: 1592, ...four, outputs: 784, mean: 784, nats: 784 });
      assert.deepEqual(lengths(statistics), { images: 20, kl: 4, variance: 4, active: 4 });
      const map = { points: 40, codes: 80, labels: 20, indices: 20, input: 20 * 784, mean: 4, axes: 8, shares: 4 };
      assert.deepEqual(lengths(components), map);
      assert.deepEqual(lengths(latents), map);
      assert.deepEqual(unit.incomingShape, [4]);
      assert.deepEqual(unit.outgoingShape, [784]);
      assert.deepEqual(lengths(top), { indices: 9, labels: 9, values: 9, pixels: 9 * 784 });
      assert.deepEqual(lengths(readings), { pixels: 8 * 784, codes: 32 });

      for (const [query, answer] of Object.entries(cpu.answers)) {
        for (const [key, expected] of Object.entries(answer)) {
          const other = webgpu.answers[query]?.[key];
          if (!Array.isArray(expected) || typeof expected[0] !== 'number') {
            if (typeof expected !== 'number') assert.deepEqual(other, expected, `${query}.${key}`);
            continue;
          }
          // Grey levels may be rounded the other way.
          const tolerance = ['mean', 'pixels'].includes(key) ? 1 : 1e-4 * Math.max(1, ...expected.map(Math.abs));
          const difference = Math.max(...expected.map((value, i) => Math.abs(value - other[i])));
          assert.ok(difference <= tolerance, `${query}.${key}: ${difference}`);
        }
      }

      for (const { refused } of [cpu, webgpu]) {
        assert.deepEqual(refused, {
          noModel: 'noModel',
          pixels: 'shape',
          type: 'badArgument',
          z: 'shape',
          seed: 'range',
          count: 'range',
          kind: 'unknownChoice',
          axis: 'range',
          layer: 'unknownChoice',
          unit: 'range',
          top: 'range',
          model: 'noPretrained',
        });
      }
    }));
});

/**
 * Runs in the page: the answers of both modules, as plain arrays, and the reasons of what they refuse.
 * @param {string} base
 */
async function lookInside(base) {
  let shaders = 0;
  const create = GPUDevice.prototype.createShaderModule;
  GPUDevice.prototype.createShaderModule = function (...args) {
    shaders++;
    return create.apply(this, args);
  };

  /** @param {Record<string, any>} answer */
  const plain = (answer) =>
    Object.fromEntries(
      Object.entries(answer).map(([key, value]) => [
        key,
        ArrayBuffer.isView(value) ? [.../** @type {any} */ (value)] : value,
      ]),
    );

  /** @param {'cpu' | 'webgpu'} build */
  const look = async (build) => {
    /** @type {typeof import('../../pkg/webgpu/inkling_web.js')} */
    const module = await import(`${base}pkg/${build}/inkling_web.js`);
    await module.default();
    const engine = await module.Engine.open();
    engine.beginGenerated(120, 1);
    while (engine.continueGenerated(1000).done < 120);
    engine.finishGenerated();
    const [pixels, z] = [
      engine.sampleImages({ split: 'heldOut', count: 1, seed: 1 }).pixels,
      new Float32Array([1, 0, -1, 2]),
    ];
    /** @type {Record<string, string>} */
    const refused = {};
    const refuse = async (/** @type {string} */ name, /** @type {Promise<unknown>} */ promise) => {
      refused[name] = await promise.then(
        () => 'nothing',
        (error) => error.reason,
      );
    };
    await refuse('noModel', engine.inspect({ pixels }));
    engine.configure({
      preset: 'classic',
      latent: 4,
      beta: 1,
      learningRate: 1e-3,
      batch: 20,
      epochs: 9,
      seed: 1,
      likelihood: 'bernoulli',
      variance: 0.1,
      warmupSteps: 0,
      freeBits: 0,
    });
    // What a visitor has seen before: some reconstructions and the start of the training.
    await engine.encode({ pixels });
    await engine.heldOut({ count: 10 });
    const before = shaders;

    const kind = /** @type {const} */ ({ components: 'components', latents: 'latents' });
    const layer = 'decoder.layers.0';
    const answers = {
      inspect: plain(await engine.inspect({ pixels, seed: 3 })),
      given: plain(await engine.inspect({ pixels, z })),
      means: plain(await engine.inspect({ pixels })),
      statistics: plain(await engine.latentStatistics({ count: 1000 })),
      readings: plain(await engine.readings({ pixels, count: 8, seed: 2 })),
      components: plain(await engine.project({ count: 1000, kind: kind.components, x: 0, y: 1, previous: null })),
      latents: plain(await engine.project({ count: 1000, kind: kind.latents, x: 3, y: 0 })),
      unit: plain(await engine.unitWeights({ layer, unit: 7 })),
      top: plain(await engine.topImages({ layer, unit: 7, count: 1000, top: 9 })),
    };
    const after = shaders;

    const any = (/** @type {unknown} */ query) => /** @type {any} */ (query);
    const map = { count: 20, kind: kind.latents, x: 0, y: 1 };
    await refuse('pixels', engine.inspect({ pixels: pixels.subarray(1) }));
    await refuse('type', engine.inspect(any({ pixels: [...pixels] })));
    await refuse('z', engine.inspect({ pixels, z: z.subarray(1) }));
    await refuse('seed', engine.readings(any({ pixels, count: 1 })));
    await refuse('count', engine.latentStatistics({ count: 0 }));
    await refuse('kind', engine.project(any({ ...map, kind: 'umap' })));
    await refuse('axis', engine.project({ ...map, y: 4 }));
    await refuse('layer', engine.unitWeights({ layer: 'encoder', unit: 0 }));
    await refuse('unit', engine.unitWeights({ layer, unit: 400 }));
    await refuse('top', engine.topImages({ layer, unit: 0, count: 20, top: 0 }));
    await refuse('model', engine.inspect({ pixels, model: 'best' }));
    engine.free();
    return { answers, refused, shaders: [before, after] };
  };
  return { cpu: await look('cpu'), webgpu: await look('webgpu') };
}
