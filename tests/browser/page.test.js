// @ts-check
/** What a person does on the page. The main job is in main-job.test.js, for every browser and device. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  beforeWorker,
  distance,
  draw,
  enter,
  ink,
  NOUGHT,
  open,
  path,
  pixels,
  progress,
  reach,
  reachStep,
  train,
  useBrowser,
  visit,
  worker,
} from './support.js';

useBrowser();

describe('shaders', () => {
  test('are compiled before training is asked for, and none for it', () =>
    visit(async (page) => {
      const hook = `const create = GPUDevice.prototype.createComputePipeline;
        self.__pipelines = [];
        GPUDevice.prototype.createComputePipeline = function (one) {
          self.__pipelines.push(one.label);
          return create.call(this, one);
        }`;
      await beforeWorker(page, hook);
      await open(page, 'device=webgpu&preset=linear&latent=8&batch=16&epochs=50');
      const made = () =>
        worker(page).evaluate(() => /** @type {string[]} */ (/** @type {any} */ (self).__pipelines).slice());
      // Training turns to your model: what its pictures compile is not what training compiles.
      await page.locator('#shown-yours').click();
      await page.locator('#samples-grid[data-shows="yours"]').waitFor();
      // The page's first pictures come before them, and take their time on a software adapter.
      const prepared = async () => (await made()).some((name) => name.startsWith('adam'));
      for (let tries = 0; tries < 60 && !(await prepared()); tries++) await page.waitForTimeout(1500);
      for (let before = -1, now = 0; before !== now || now === 0; ) {
        before = now;
        await page.waitForTimeout(1500);
        now = (await made()).length;
      }
      const before = await made();
      assert.ok(
        before.some((name) => name.startsWith('adam')),
        'those that move the weights are among them',
      );
      await page.locator('#step').click();
      await reachStep(page, 1);
      await page.locator('#start').click();
      await reachStep(page, 20);
      assert.deepEqual((await made()).slice(before.length), []);
      assert.equal(new Set(before).size, before.length, 'none is compiled twice');
    }));
});

describe('the drawing', () => {
  test('is undone, cleared, and leaves nothing made up', () =>
    visit(async (page) => {
      await open(page, 'device=cpu');
      await draw(page, NOUGHT);
      await page.locator('#draw[data-empty="false"][aria-busy="false"]').waitFor();
      const one = await ink(page, '#draw-input');
      await draw(page, [
        [
          [0.2, 0.5],
          [0.8, 0.5],
        ],
      ]);
      await page.waitForFunction(
        (sum) =>
          /** @type {any} */ (document.getElementById('draw-input')).pixels.reduce(
            (/** @type {number} */ a, /** @type {number} */ b) => a + b,
            0,
          ) !== sum,
        one.reduce((a, b) => a + b, 0),
      );
      await page.locator('#draw-undo').click();
      await page.waitForFunction(
        (sum) =>
          /** @type {any} */ (document.getElementById('draw-input')).pixels.reduce(
            (/** @type {number} */ a, /** @type {number} */ b) => a + b,
            0,
          ) === sum,
        one.reduce((a, b) => a + b, 0),
      );
      await page.locator('#draw-clear').click();
      await page.locator('#draw[data-empty="true"]').waitFor();
      assert.equal(await pixels(page, '#draw-input'), null);
      assert.equal(await pixels(page, '#draw-output'), null);
      assert.ok(await page.locator('#draw-use-a').isDisabled());
      await page.locator('#draw-undo').click();
      await page.locator('#draw[data-empty="false"][aria-busy="false"]').waitFor();
      assert.deepEqual(await ink(page, '#draw-input'), one, 'what was cleared is back');
      await page.locator('#draw-canvas').press('Escape');
      assert.equal(await page.locator('#draw').getAttribute('data-empty'), 'false', 'Escape wipes nothing');
      await page.locator('#draw-held-out').click();
      await page.locator('#draw-held-out', { hasText: 'Another' }).waitFor();
      await page.locator('#draw-canvas').press('Delete');
      await page.locator('#draw-held-out', { hasText: 'Use a' }).waitFor();
    }));

  test('works with a finger and does not scroll the page', () =>
    visit(
      async (page) => {
        await open(page, 'device=cpu');
        await page.locator('#draw-canvas').scrollIntoViewIfNeeded();
        const before = await page.evaluate(() => scrollY);
        const box = await page.locator('#draw-canvas').boundingBox();
        assert.ok(box);
        const cdp = await page.context().newCDPSession(page);
        const at = (/** @type {number} */ t) => [
          { x: box.x + box.width * 0.5, y: box.y + box.height * (0.2 + 0.6 * t) },
        ];
        await cdp.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(0) });
        for (let i = 1; i <= 10; i++)
          await cdp.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at(i / 10) });
        await cdp.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
        await page.locator('#draw[data-empty="false"][aria-busy="false"]').waitFor();
        assert.equal(await page.evaluate(() => scrollY), before);
        const image = await ink(page, '#draw-input');
        const lit = [...image.keys()].filter((i) => (image[i] ?? 0) > 40);
        const [rows, columns] = [new Set(lit.map((i) => Math.floor(i / 28))), new Set(lit.map((i) => i % 28))];
        assert.ok(
          rows.size > 2 * columns.size,
          `a stroke from top to bottom is a column: ${rows.size} rows, ${columns.size} columns`,
        );
      },
      { context: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } },
    ));
});

describe('picks', () => {
  test('of images go with the model as it trains', () =>
    visit(async (page) => {
      await open(page, 'device=cpu');
      await page.locator('html[data-shown="best"]').waitFor();
      await page.locator('#shown-yours').click();
      await page.locator('#samples-grid[data-shows="yours"]').waitFor();
      await page.locator('#held-out [data-index="0"]').click();
      await page.locator('#samples-grid [data-index="3"]').click();
      await path(page, 'train.heldOut.pickName', 'sample 1/3');
      const before = await ink(page, '#strip [data-frame="0"] canvas');
      await train(page, 40);
      await page.locator(`#held-out[data-step="${await progress(page, 'step')}"]`).waitFor();
      const rebuilt = await ink(page, '#held-out [data-index="0"] .output');
      assert.ok(distance(before, rebuilt) > 784, 'the model sees the digit otherwise now');
      await page.waitForFunction((rebuilt) => {
        const { pixels } = /** @type {any} */ (document.querySelector('#strip [data-frame="0"] canvas'));
        return (
          rebuilt.reduce(
            (/** @type {number} */ sum, /** @type {number} */ x, /** @type {number} */ i) => sum + (x - pixels[i]) ** 2,
            0,
          ) < 784
        );
      }, rebuilt);
    }));

  test('of samples go by a valid seed', () =>
    visit(async (page) => {
      await open(page, 'device=cpu&batch=16');
      await page.locator('#samples-grid[data-step="0"]').waitFor();
      await page.locator('#samples-seed').fill('');
      await page.locator('#samples-seed[aria-invalid="true"]').waitFor();
      assert.match((await page.locator('#samples-error').textContent()) ?? '', /whole number.*seed 1/);
      await page.locator('#step').click();
      await page.locator('#samples-grid[data-step="1"][data-seed="1"]').waitFor();
      await page.locator('#samples-seed').fill('7');
      await page.locator('#samples-grid[data-seed="7"]').waitFor();
      assert.equal(await page.locator('#samples-error').textContent(), '');
    }));
});

describe('the address', () => {
  test('keeps its good values beside bad ones, and the bad ones are named', () =>
    visit(async (page) => {
      await open(page, 'device=cpu&preset=nope&latent=7&lr=9&batch=1.5');
      assert.equal(await page.locator('#latent').inputValue(), '7');
      assert.equal(await page.locator('#figure-latent').textContent(), '7');
      assert.match((await page.locator('#status').textContent()) ?? '', /preset=nope, lr=9, batch=1\.5/);
    }));

  test('is not left unasked with a trained model that could not be kept', () =>
    visit(async (page) => {
      /** @type {string[]} */
      const asked = [];
      page.on('dialog', (dialog) => asked.push(dialog.type()));
      await page.addInitScript(() => Object.defineProperty(window, 'indexedDB', { value: undefined }));
      await open(page, 'device=cpu&batch=16');
      await open(page, 'device=cpu&batch=16');
      assert.deepEqual(asked, [], 'an untrained one is no loss');
      await page.locator('#step').click();
      await reachStep(page, 1);
      await page.goto('about:blank');
      assert.deepEqual(asked, ['beforeunload']);
    }));
});

describe('settings', () => {
  test('change while training, and a bad one changes nothing', () =>
    visit(async (page) => {
      await open(page, 'device=cpu&epochs=50');
      await page.locator('#start').click();
      await reachStep(page, 5);
      await page.locator('#beta').fill('0');
      await page.waitForFunction(() => {
        const { total, reconstruction } = /** @type {HTMLElement} */ (document.getElementById('progress')).dataset;
        return Math.abs(Number(total) - Number(reconstruction)) < 1e-6;
      });
      await page.locator('#beta').fill('-1');
      await page.locator('#model-error').filter({ hasText: 'from 0 to 100' }).waitFor();
      await page.locator('#beta').fill('1');
      await page.locator('#pause').click();
      await reach(page, 'paused');
      await page.locator('#latent').fill('2');
      await page.locator('#model-pending').waitFor();
      assert.ok((await progress(page, 'step')) > 0, 'the trained model is still there');
      await page.locator('#apply-model').click();
      await reach(page, 'idle');
      assert.match(page.url(), /latent=2/);
      assert.equal(await page.locator('#figure-latent').textContent(), '2');
    }));

  test('epochs are lowered and raised: running, paused, finished', () =>
    visit(async (page) => {
      await open(page, 'device=cpu&preset=linear&batch=1024&epochs=1000');
      const label = () => page.locator('#start').textContent();
      await page.locator('#start').click();
      await reachStep(page, 12);
      await enter(page, '#epochs', 1);
      await reach(page, 'finished');
      const at = await progress(page, 'step');
      assert.ok(at >= 12 && at > (await progress(page, 'total-steps')));
      assert.equal(await label(), 'Train on');
      assert.ok(await page.locator('#step').isDisabled());
      await enter(page, '#epochs', 1000);
      await reach(page, 'paused');
      assert.equal(await label(), 'Resume');
      await page.locator('#start').click();
      await reachStep(page, at + 3);
      assert.equal(await progress(page, 'epochs'), 1000, 'no epochs are added while there are some left');
      await page.locator('#pause').click();
      await reach(page, 'paused');
      await enter(page, '#epochs', 2);
      await page.locator('#progress[data-epochs="2"]').waitFor();
      await reach(page, (await progress(page, 'step')) >= 20 ? 'finished' : 'paused');
      await enter(page, '#epochs', 1);
      await reach(page, 'finished');
      const done = await progress(page, 'step');
      await page.locator('#start').click();
      await page.waitForFunction((done) => Number(document.getElementById('progress')?.dataset.step) > done, done);
      await reach(page, 'finished');
      assert.equal(await progress(page, 'step'), 10 * (Math.ceil(done / 10) + 1), 'to the end of one more epoch');
    }));

  test('every preset trains', () =>
    visit(async (page) => {
      await open(page, 'device=cpu&batch=16');
      const names = await page
        .locator('#preset option')
        .evaluateAll((options) => options.map((o) => /** @type {HTMLOptionElement} */ (o).value));
      const known = 'beta classic conditional conditionalResidual conv deep generator linear residual wide';
      assert.deepEqual(names.sort(), known.split(' '));
      for (const name of names) {
        const batch = /conv|residual/i.test(name) ? 4 : 16;
        await open(page, `device=cpu&batch=${batch}&preset=${name}`);
        const { first, last } = await train(page, 25);
        assert.ok(Number.isFinite(last) && last < first, `${name}: ${first} -> ${last}`);
        await page.locator(`#samples-grid[data-step="${await progress(page, 'step')}"]`).waitFor();
      }
    }));

  test('a finished run can be trained on', () =>
    visit(async (page) => {
      await open(page, 'device=cpu&epochs=1&batch=1024');
      await page.locator('#start').click();
      await reach(page, 'finished');
      const total = await progress(page, 'step');
      assert.equal(total, 10);
      await page.locator('#start').click();
      await reachStep(page, total + 1);
      await reach(page, 'finished');
      assert.equal(await progress(page, 'step'), 2 * total);
    }));
});
