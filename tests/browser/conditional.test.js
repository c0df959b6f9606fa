// @ts-check
/** Conditional models on the page: labels that are missing, codes with labels in every panel, and pretrained ones. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  chapter,
  comesTrue,
  crash,
  crashable,
  distance,
  draw,
  enter,
  file,
  images,
  ink,
  labels,
  listen,
  map,
  open,
  pixels,
  progress,
  reach,
  reachStep,
  SEVEN,
  train,
  useBrowser,
  visit,
} from './support.js';

/** @typedef {import('playwright-core').Page} Page */

useBrowser();

const SMALL = 'preset=conditional&latent=4&batch=16&epochs=50';

/** What all panels say went wrong. @param {Page} page */
const errors = async (page) =>
  (await page.locator('.error').allTextContents()).map((text) => text.trim()).filter((text) => text !== '');

/** Waits until the image at hand is looked into with what was asked for. @param {Page} page */
const read = (page) => page.locator('#athand[aria-busy="false"]').waitFor();

/** @param {Page} page @param {string} selector @param {number[]} before */
const differs = (page, selector, before) =>
  comesTrue(page, async () => {
    const now = await pixels(page, selector);
    return now !== null && distance(now, before) > 784;
  });

describe('images without labels', () => {
  test('are refused to a conditional model in words, and nothing changes', () =>
    visit(async (page) => {
      await open(page, 'device=cpu&batch=16&epochs=1000');
      const bare = [file('images-idx3-ubyte', images(60))];
      await page.locator('#data-input').setInputFiles(bare);
      await page.locator('#data[data-kind="files"]').waitFor();
      await train(page, 3);
      const step = await progress(page, 'step');
      await page.locator('#preset').selectOption('conditional');
      await page.locator('#apply-model').click();
      await page.locator('#model-failure', { hasText: 'has none' }).waitFor();
      assert.equal(await progress(page, 'step'), step, 'the model in training stays');
      assert.doesNotMatch(page.url(), /conditional/);
      await page.locator('#keep-model').click();

      // The other way round: a conditional model trains, and such images come.
      await page
        .locator('#data-input')
        .setInputFiles([file('images-idx3-ubyte', images(60)), file('labels-idx1-ubyte', labels(60))]);
      await page.locator('#data-numbers[data-train="54"]').waitFor();
      await reach(page, 'idle');
      await page.locator('#preset').selectOption('conditional');
      await page.locator('#preset-shape', { hasText: '+ 10' }).waitFor();
      await comesTrue(page, async () => /preset=conditional/.test(page.url()));
      await page.locator('#start').click();
      await reachStep(page, 3);
      await page.locator('#data-input').setInputFiles(bare);
      await page.locator('#data-error', { hasText: 'has none' }).waitFor();
      assert.equal(await page.locator('#progress').getAttribute('data-state'), 'running', 'training goes on');
      await page.locator('#pause').click();
      await reach(page, 'paused');
      assert.ok((await progress(page, 'step')) >= 3);
      assert.match(page.url(), /preset=conditional/);
      // A model that needs no labels takes them.
      await page.locator('#undo-reset').click();
      await reach(page, 'paused');
      await page.locator('#preset').evaluate((select) => /** @type {HTMLSelectElement} */ (select).value === 'classic');
    }));
});

describe('a conditional model in training', () => {
  test('is shown by every panel, with the label at hand', () =>
    visit(async (page) => {
      const heard = await listen(page);
      await open(page, `device=cpu&${SMALL}`);
      await train(page, 60);
      await page.locator(`#samples-grid[data-step="${await progress(page, 'step')}"]`).waitFor();
      // Two samples of other labels, and the way between them.
      await page.locator('#samples-grid [data-index="0"]').click();
      await page.locator('#samples-grid [data-index="7"]').click();
      await page.locator('#strip[data-from="sample 1/0"][data-to="sample 1/7"]').waitFor();
      const [from, to] = [
        await ink(page, '#strip [data-frame="0"] canvas'),
        await ink(page, '#strip [data-frame="12"] canvas'),
      ];
      assert.ok(distance(from, to) > 784);
      await page.locator('#held-out [data-index="1"]').click();
      await draw(page, SEVEN);
      await page.locator('#draw[data-empty="false"][aria-busy="false"]').waitFor();
      await page.locator('#draw-use-b').click();
      assert.deepEqual(await errors(page), []);

      await chapter(page, 'inside');
      await read(page);
      const label = page.locator('#athand-label');
      assert.equal(await label.locator('option').count(), 10);
      assert.match((await page.locator('#athand-label-note').textContent()) ?? '', /guess/);
      await page.locator('#athand-held-out').click();
      await page.locator('#athand-state', { hasText: 'labelled' }).waitFor();
      await read(page);
      const said = /labelled (\d)/.exec((await page.locator('#athand-state').textContent()) ?? '')?.[1] ?? '';
      assert.equal(await label.inputValue(), said, 'its own label');
      const before = await ink(page, '#athand-output');
      const other = String((Number(said) + 3) % 10);
      await label.selectOption(other);
      await differs(page, '#athand-output', before);

      // A latent moves, and the label stays.
      await page.locator('#latents-list[data-step]').waitFor();
      const latent = await page.locator('#latents-list .latent:not([hidden])').first().getAttribute('data-latent');
      const decoded = await ink(page, '#athand-output');
      await page.locator(`#latents-list [data-latent="${latent}"]`).focus();
      await page.keyboard.press('End');
      await page.locator('#athand-state', { hasText: 'You moved z' }).waitFor();
      await differs(page, '#athand-output', decoded);
      assert.equal(await label.inputValue(), other);
      await page.locator('#latents-prior').click();
      await page.locator('#athand-state', { hasText: 'random draw' }).waitFor();
      await page.locator('#latents-readings [data-index="2"]').click();
      await page.locator(`#latents-strip[data-latent="${latent}"]`).waitFor();
      assert.equal(await label.inputValue(), other);

      // The map writes its places as that label, and another can be chosen there.
      await map(page, 'yours');
      assert.equal(await page.locator('#map-label').inputValue(), other);
      await page.locator('#map-look-here:enabled').waitFor();
      const place = await ink(page, '#map-here');
      await page.locator('#map-label').selectOption(said);
      await differs(page, '#map-here', place);
      assert.equal(await label.inputValue(), said);
      await page.locator('#map-plane').press('Enter');
      await page.locator('#status', { hasText: 'Interpolate' }).waitFor();
      await page.locator('#map-look-here').click();
      await read(page);
      await page.locator('#map-look-nearest').click();
      await read(page);
      await page.locator('#map-kind-latents').click();
      await page.locator('#map-plane[aria-busy="false"]').waitFor();

      await page.locator('#anatomy').scrollIntoViewIfNeeded();
      await page.locator('#anatomy-net[data-step]').waitFor();
      // Units of the layers that read the label: their other weights are pictures as ever.
      for (const [figure, shape] of [
        ['encoder', '784'],
        ['decoder', '4'],
      ]) {
        await page.locator(`#anatomy-net canvas[data-figure^="${figure}"]`).first().focus();
        await page.keyboard.press('Enter');
        await page.locator(`#anatomy-in[data-shape="${shape}"]`).waitFor();
        assert.match((await page.locator('#anatomy-in-note').textContent()) ?? '', /10 labels/);
      }
      assert.deepEqual(await errors(page), []);

      // Without labels there is nothing to choose.
      await page.locator('#shown-best').click();
      await page.locator('#athand-label-row').waitFor({ state: 'hidden' });
      await page.locator('#map-label-field').waitFor({ state: 'hidden' });
      await read(page);
      assert.deepEqual(await errors(page), []);
      assert.ok((await heard.asked()).some((one) => one.startsWith('inspect')));
    }));

  test('trains on WebGPU', () =>
    visit(async (page) => {
      await open(page, `device=webgpu&${SMALL}&lr=0.01`);
      const { first, last } = await train(page, 40);
      assert.ok(last < first, `${first} -> ${last}`);
      await page.locator('#held-out[data-step]').waitFor();
      assert.deepEqual(await errors(page), []);
    }));
});

describe('a pretrained model', () => {
  test('is trained on as a run of its own, which survives a crash and can be undone', () =>
    visit(
      async (page) => {
        await crashable(page);
        await open(page, 'device=cpu&batch=16&epochs=2');
        await train(page, 2);
        const step = await progress(page, 'step');
        const loss = () => progress(page, 'held-out');
        await page.locator('#continue-open').click();
        await page.locator('#continue [data-name="plane"]').click();
        await page.locator('#continue').waitFor({ state: 'hidden' });
        await reach(page, 'idle');
        assert.equal(await page.locator('#preset').inputValue(), 'deep');
        assert.equal(await page.locator('#latent').inputValue(), '2');
        assert.equal(await page.locator('#epochs').inputValue(), '2', 'what no preset says stays');
        assert.match(page.url(), /preset=deep.*latent=2|latent=2.*preset=deep/);
        assert.match((await page.locator('#shown-note').textContent()) ?? '', /step 0/);
        await page.locator('#undo-reset', { hasText: `step ${step}` }).waitFor();
        // It has learned already: one step does not need to.
        await page.locator('#step').click();
        await reachStep(page, 1);
        assert.ok((await progress(page, 'total')) < 250, 'as nobody begins');

        // A new one, not trained yet: an engine that breaks must not lose what it began with.
        await page.locator('#continue-open').click();
        await page.locator('#continue [data-name="plane"]').click();
        await page.locator('#continue').waitFor({ state: 'hidden' });
        await reach(page, 'idle');
        await crash(page);
        await page.locator('#fatal').waitFor();
        await page.locator('#restart').click();
        await page.locator('#fatal').waitFor({ state: 'hidden' });
        await page.locator('#step').click();
        await reachStep(page, 1);
        assert.ok((await progress(page, 'total')) < 250, 'its weights are back');
        assert.ok(Number.isFinite(await loss()));

        await enter(page, '#epochs', 3);
        await page.locator('#undo-reset').click();
        await page.locator('#progress[data-step="1"]').waitFor();
        assert.equal(await page.locator('#preset').inputValue(), 'deep');
      },
      { expected: /unreachable|RuntimeError|panicked/ },
    ));
});
