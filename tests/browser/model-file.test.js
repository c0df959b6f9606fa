// @ts-check
/** Models in files: saved, opened, refused. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { QUERY, samples, save } from './storage-support.js';
import { file, images, open, progress, reach, reachStep, train, useBrowser, visit } from './support.js';

/** @typedef {import('playwright-core').Page} Page */

useBrowser();

/** @param {Buffer} bytes */
function header(bytes) {
  const length = Number(bytes.readBigUInt64LE(0));
  return { json: JSON.parse(bytes.subarray(8, 8 + length).toString()), tensors: bytes.subarray(8 + length) };
}

/** A file with this header, valid or not. @param {object} json @param {Buffer} tensors */
function safetensors(json, tensors) {
  const text = Buffer.from(JSON.stringify(json));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, tensors]);
}

/** @param {Page} page @param {Buffer} bytes @param {string} [name] */
const openModel = (page, bytes, name = 'model.safetensors') =>
  page.locator('#model-input').setInputFiles([file(name, bytes)]);

describe('a model in a file', () => {
  test('is saved, and opened by another visitor, whose own can be brought back', async () => {
    /** @type {number[][]} */
    let drawn = [];
    let saved = { name: '', bytes: Buffer.alloc(0) };
    let step = 0;
    await visit(async (page) => {
      await open(page, QUERY);
      await train(page, 20);
      step = await progress(page, 'step');
      drawn = await samples(page);
      saved = await save(page);
    });
    assert.equal(saved.name, `inkling-linear-4-step-${step}.safetensors`);
    const { json, tensors } = header(saved.bytes);
    const { model, train: settings, step: at } = JSON.parse(json.__metadata__.inkling);
    assert.deepEqual([model.latent, settings.batch, at], [4, 16, step]);
    assert.deepEqual(json['encoder.posterior.weight'].shape, [784, 8]);
    assert.deepEqual(json['adam.decoder.layers.0.bias.second'].shape, [784]);
    assert.equal(Math.max(...Object.values(json).map((tensor) => tensor.data_offsets?.[1] ?? 0)), tensors.length);

    await visit(async (page) => {
      await open(page, 'device=cpu&batch=64');
      await page.locator('#step').click();
      await reachStep(page, 1);
      await openModel(page, saved.bytes);
      await reachStep(page, step);
      await reach(page, 'paused');
      assert.deepEqual(await samples(page), drawn, 'the same model draws the same samples');
      assert.equal(await page.locator('#preset').inputValue(), 'linear');
      assert.equal(await page.locator('#batch').inputValue(), '16');
      await page.locator('#step').click();
      await reachStep(page, step + 1);
      await page.locator('#undo-reset').click();
      await page.waitForFunction(() => document.getElementById('progress')?.dataset.step === '1');
      assert.equal(await page.locator('#preset').inputValue(), 'classic');
      await page.evaluate(
        (bytes) => {
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File([Uint8Array.from(bytes)], 'no name that tells'));
          document.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
        },
        [...saved.bytes],
      );
      await reachStep(page, step);
      assert.deepEqual(await samples(page), drawn, 'a dropped one is known by what is inside');
    });
  });

  test('shows its held-out loss as it is opened, and asks for no Start that was there', () =>
    visit(async (page) => {
      await open(page, QUERY);
      await train(page, 5);
      const step = await progress(page, 'step');
      const { bytes } = await save(page);
      await open(page, QUERY);
      await page.locator('#chart-empty', { hasText: 'Press Start' }).waitFor();
      await openModel(page, bytes);
      await reachStep(page, step);
      await page.locator('#progress[data-held-out]').waitFor();
      await page.locator('#chart-empty', { hasText: `is at step ${step.toLocaleString('en')}.` }).waitFor();
      const heldOut = Number(await page.locator('#loss-held-out').getAttribute('data-value'));
      assert.ok(heldOut > 0, 'its loss is measured');
      assert.equal(heldOut, await progress(page, 'held-out'));
      assert.equal(await page.locator('#loss-held-out').textContent(), heldOut.toFixed(1));
      await page.locator('#step').click();
      await page.locator('#chart-empty').waitFor({ state: 'hidden' });
    }));

  test('that is none, or lies, is refused in clear words, and the model stays', () =>
    visit(async (page) => {
      await open(page, QUERY);
      await page.locator('#step').click();
      await reachStep(page, 1);
      const { bytes } = await save(page);
      const { json, tensors } = header(bytes);
      const bias = 'encoder.posterior.bias';
      const nan = Buffer.from(tensors);
      nan.writeFloatLE(NaN, json[bias].data_offsets[0]);
      const lie = Buffer.from(bytes);
      lie.writeBigUInt64LE(2n ** 62n);
      const overlapping = { ...json, [bias]: { ...json[bias], data_offsets: [0, 32] } };
      const described = (/** @type {(model: any) => void} */ change) => {
        const all = JSON.parse(json.__metadata__.inkling);
        change(all.model);
        return { ...json, __metadata__: { inkling: JSON.stringify(all) } };
      };
      const hostile = /** @type {[Buffer, RegExp][]} */ ([
        [Buffer.alloc(0), /empty or cut short/],
        [Buffer.from('a letter to a friend'), /not a safetensors file/],
        [bytes.subarray(0, bytes.length / 2), /cut short/],
        [lie, /not a safetensors file, or it is cut short/],
        [safetensors(overlapping, tensors), /overlaps|shape/],
        [safetensors(json, nan), /not finite/],
        [safetensors({ ...json, [bias]: { ...json[bias], dtype: 'I32' } }, tensors), /32-bit floats/],
        [safetensors({ ...json, __metadata__: {} }, tensors), /another program/],
        [
          safetensors(
            described((model) => (model.latent = 5)),
            tensors,
          ),
          /shape/,
        ],
        [
          safetensors(
            described((model) => (model.decoder = { mlp: { hidden: [4096, 4096, 4096, 4096] } })),
            tensors,
          ),
          /fewer weights/,
        ],
      ]);
      for (const [content, words] of hostile) {
        await openModel(page, content, 'strange.safetensors');
        await page.locator('#file-error').filter({ hasText: words }).waitFor();
        assert.match((await page.locator('#file-error').textContent()) ?? '', /^strange\.safetensors: /);
        assert.equal(await progress(page, 'step'), 1);
      }
      assert.ok(await page.locator('#undo-reset').isHidden(), 'nothing took its place');
      await page.locator('#start').click();
      await reachStep(page, 3);
      await openModel(page, Buffer.from('not this one'));
      await page
        .locator('#file-error')
        .filter({ hasText: /not a safetensors/ })
        .waitFor();
      const at = await progress(page, 'step');
      await reachStep(page, at + 3);
      await page.locator('#pause').click();
      await reach(page, 'paused');
    }));

  test('without an encoder belongs to its images', () =>
    visit(async (page) => {
      await open(page, 'device=cpu&preset=generator&batch=16');
      await page.locator('#step').click();
      await reachStep(page, 1);
      const { bytes } = await save(page);
      await page.locator('#data-input').setInputFiles([file('images-idx3-ubyte', images(60))]);
      await page.locator('#data[data-kind="files"]').waitFor();
      await reach(page, 'idle');
      await openModel(page, bytes);
      await page
        .locator('#file-error')
        .filter({ hasText: /codes for 10,000 training images, not 54\. First load the data set/ })
        .waitFor();
      await page.locator('#step').click();
      await reachStep(page, 1);
    }));
});
