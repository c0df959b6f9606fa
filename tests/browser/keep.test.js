// @ts-check
/** What survives a visit: models in files, and the last session in the browser. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import {
  breakDown,
  file,
  images,
  ink,
  kept,
  open,
  progress,
  reach,
  reachStep,
  train,
  useBrowser,
  visit,
} from './support.js';

/** @typedef {import('playwright-core').Page} Page */

useBrowser();

const QUERY = 'device=cpu&preset=linear&latent=4&batch=16';

/** @param {Page} page @returns {Promise<{name: string, bytes: Buffer}>} what a click on Save downloads */
async function save(page) {
  const [download] = await Promise.all([page.waitForEvent('download'), page.locator('#save').click()]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

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

/** @param {Page} page */
async function samples(page) {
  await page.locator(`#samples-grid[data-step="${await progress(page, 'step')}"]`).waitFor();
  return Promise.all([0, 9, 63].map((i) => ink(page, `#samples-grid [data-index="${i}"] canvas`)));
}

/** @param {Page} page @returns {string[]} the kinds of dialogs, as they come */
function dialogs(page) {
  /** @type {string[]} */
  const asked = [];
  page.on('dialog', (dialog) => asked.push(dialog.type()));
  return asked;
}

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
      await page.locator('#chart-empty', { hasText: `is at step ${step}.` }).waitFor();
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

describe('the last session', () => {
  test('is offered after a reload, and goes on as if nothing had been', async () => {
    const query = 'device=cpu&preset=linear&batch=1024&epochs=2&seed=5';
    /** @type {{heldOut: number, drawn: number[][]}} */
    let whole = { heldOut: NaN, drawn: [] };
    await visit(async (page) => {
      await open(page, query);
      await page.locator('#start').click();
      await reach(page, 'finished');
      whole = { heldOut: await progress(page, 'held-out'), drawn: await samples(page) };
    });
    await visit(async (page) => {
      const asked = dialogs(page);
      await open(page, query);
      await page.locator('#start').click();
      await reachStep(page, 3);
      await page.locator('#pause').click();
      await reach(page, 'paused');
      await page.locator('#epochs').fill('3');
      await page.locator('#progress[data-epochs="3"]').waitFor();
      await page.locator('#epochs').fill('2');
      await page.locator('#progress[data-epochs="2"]').waitFor();
      await kept(page);
      const step = await progress(page, 'step');
      const before = {
        heldOut: await progress(page, 'held-out'),
        total: await progress(page, 'total'),
        chart: await page.locator('#chart').getAttribute('aria-label'),
      };
      // The address differs, and the session comes back all the same.
      await open(page, 'device=cpu');
      assert.deepEqual(asked, [], 'what is kept is left unasked');
      await page.locator('#resume').waitFor();
      assert.match(
        (await page.locator('#resume').textContent()) ?? '',
        /Linear on Generated digits, epoch 1 of 2, loss [\d.]+, just now/,
      );
      assert.match((await page.locator('#status').textContent()) ?? '', /Resume your last session/);
      await page.locator('#resume-accept').click();
      await page.locator('#resume').waitFor({ state: 'hidden' });
      await reach(page, 'paused');
      assert.equal(await progress(page, 'step'), step);
      assert.deepEqual(
        {
          heldOut: await progress(page, 'held-out'),
          total: await progress(page, 'total'),
          chart: await page.locator('#chart').getAttribute('aria-label'),
        },
        before,
      );
      assert.equal(await page.locator('#seed').inputValue(), '5');
      await page.locator('#start').click();
      await reach(page, 'finished');
      assert.equal(await progress(page, 'held-out'), whole.heldOut);
      assert.deepEqual(await samples(page), whole.drawn);
      await kept(page);
      await open(page, 'device=cpu');
      await page.locator('#resume[data-step="20"]').waitFor();
      assert.deepEqual(asked, []);
    });
  });

  test('waits until a person decides, however a new one is begun; Discard ends it', () =>
    visit(async (page) => {
      const asked = dialogs(page);
      await open(page, QUERY);
      await train(page, 30);
      await kept(page);
      const step = await progress(page, 'step');
      await open(page, QUERY);
      await page.locator('#resume').waitFor();
      await page.locator('#step').click();
      await reachStep(page, 1);
      await page.waitForTimeout(800);
      await open(page, QUERY);
      assert.deepEqual(asked, ['beforeunload'], 'the new one is not kept, so it is not left unasked');
      await page.locator(`#resume[data-step="${step}"]`).waitFor();
      await page.locator('#step').click();
      await reachStep(page, 1);
      await page.locator('#resume-discard').click();
      await page.locator('#resume').waitFor({ state: 'hidden' });
      await kept(page);
      await open(page, QUERY);
      await page.locator('#resume[data-step="1"]').waitFor();
      await page.locator('#resume-discard').click();
      await page.locator('#resume').waitFor({ state: 'hidden' });
      await open(page, QUERY);
      await page.waitForTimeout(300);
      assert.ok(await page.locator('#resume').isHidden());
      assert.equal(asked.length, 1);
    }));

  test('is kept while it trains, for a tab that just goes', () =>
    visit(async (page) => {
      await open(page, QUERY);
      await page.locator('#start').click();
      await kept(page, 1);
      const other = await page.context().newPage();
      // With two tabs, the last writer wins.
      await open(other, QUERY);
      await other.locator('#resume-accept').click();
      await other.locator('#resume').waitFor({ state: 'hidden' });
      await page.close({ runBeforeUnload: false });
      await other.locator('#step').click();
      await other.waitForFunction(() => document.querySelector('#start')?.textContent === 'Resume');
      await kept(other);
      // A crash starts a new engine in the same session, so there is nothing to offer.
      await breakDown(other);
      await other.locator('#restart').click();
      await other.locator('#fatal').waitFor({ state: 'hidden' });
      await reach(other, 'paused');
      await other.waitForTimeout(300);
      assert.ok(await other.locator('#resume').isHidden());
      await other.close();
    }));

  test('on own files needs them, or goes on with what is there', () =>
    visit(async (page) => {
      await open(page, QUERY);
      await page.locator('#data-input').setInputFiles([file('mine-idx3-ubyte', images(60))]);
      await page.locator('#data[data-kind="files"]').waitFor();
      await page.locator('#step').click();
      await reachStep(page, 1);
      await kept(page);
      await open(page, QUERY);
      await page
        .locator('#resume')
        .filter({ hasText: 'on mine-idx3-ubyte' })
        .filter({ hasText: 'Choose them again first' })
        .waitFor();
      await page.locator('#resume-accept').click();
      await page.locator('#status').filter({ hasText: 'it continues on Generated digits' }).waitFor();
      assert.equal(await progress(page, 'step'), 1);
    }));

  test('that cannot be read is said, and nothing else happens', () =>
    visit(async (page) => {
      await open(page, QUERY);
      await page.locator('#step').click();
      await reachStep(page, 1);
      await kept(page);
      const spoil = (/** @type {string} */ key) =>
        page.evaluate(
          (key) =>
            new Promise((resolve) => {
              const opening = indexedDB.open('inkling');
              opening.onsuccess = () => {
                const transaction = opening.result.transaction('session', 'readwrite');
                transaction.objectStore('session').put({ id: 1 }, key);
                transaction.oncomplete = () => resolve(opening.result.close());
              };
            }),
          key,
        );
      await spoil('weights');
      await open(page, QUERY);
      await page.locator('#resume-accept').click();
      await page.locator('#resume-error').filter({ hasText: 'cannot be read' }).waitFor();
      assert.equal(await page.locator('#progress').getAttribute('data-state'), 'idle');
      await spoil('about');
      await open(page, QUERY);
      await page.locator('#status').filter({ hasText: 'cannot be read' }).waitFor();
      assert.ok(await page.locator('#resume').isHidden());
      await page.locator('#step').click();
      await reachStep(page, 1);
      await kept(page);
    }));

  for (const [what, script, words] of /** @type {[string, string, RegExp][]} */ ([
    [
      'no IndexedDB',
      `Object.defineProperty(window, 'indexedDB', { value: undefined })`,
      /storage is unavailable: this run is not being stored/,
    ],
    [
      'an IndexedDB that refuses',
      `IDBFactory.prototype.open = () => { throw new DOMException('no', 'SecurityError'); }`,
      /storage is unavailable: this run is not being stored/,
    ],
    [
      'no room left',
      `IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError'); }`,
      /storage is full: this run is not being stored/,
    ],
  ])) {
    test(`is lost with ${what}: that is said, and the page works on and asks before it is left`, () =>
      visit(async (page) => {
        const asked = dialogs(page);
        await page.addInitScript(script);
        await open(page, QUERY);
        await train(page, 5);
        await page.locator('#kept-note').filter({ hasText: words }).waitFor();
        await page.locator('#step').click();
        const { bytes } = await save(page);
        assert.ok(bytes.length > 1000);
        await page.locator('#step').click();
        await page.waitForTimeout(500);
        await page.goto('about:blank');
        assert.deepEqual(asked, ['beforeunload']);
      }));
  }
});
