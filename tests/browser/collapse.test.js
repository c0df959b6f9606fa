// @ts-check
/** The settings under More, and a run that collapses: what the page says of it, and how one click mends it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { samples, save } from './storage-support.js';
import {
  distance,
  draw,
  enter,
  file,
  kept,
  open,
  progress,
  reach,
  reachStep,
  SEVEN,
  screenshotPath,
  useBrowser,
  visit,
} from './support.js';

/** @typedef {import('playwright-core').Page} Page */

useBrowser();

/** @param {Page} page @param {string} name @returns {Promise<string | null>} of the address */
const param = (page, name) => page.evaluate((name) => new URLSearchParams(location.search).get(name), name);

/** @param {Page} page @param {string} name @param {string | null} value */
const says = (page, name, value) =>
  page.waitForFunction(({ name, value }) => new URLSearchParams(location.search).get(name) === value, { name, value });

/** @param {Page} page @param {string} id */
const value = (page, id) => page.locator(`#${id}`).inputValue();

describe('more settings', () => {
  test('lie under More, by keyboard too, say what they are, and stand in the address', () =>
    visit(async (page) => {
      await open(page, 'device=cpu&preset=beta&latent=4&likelihood=cauchy&freebits=0.5');
      await page.locator('#status').filter({ hasText: 'likelihood=cauchy' }).waitFor();
      const summary = page.locator('#model-more summary');
      assert.match((await summary.textContent()) ?? '', /More.*Gaussian, warm-up 0, free bits 0\.5/);
      assert.equal(await page.locator('#warmup-steps').isVisible(), false);
      await summary.focus();
      await page.keyboard.press('Enter');
      await page.locator('#warmup-steps').waitFor();
      assert.deepEqual([await value(page, 'likelihood'), await value(page, 'variance')], ['gaussian', '0.05']);
      // The Studio still fits its window.
      const below = () =>
        page.evaluate(() =>
          [...document.querySelectorAll('#chapter-studio > .panel')]
            .filter((panel) => panel.getBoundingClientRect().bottom > innerHeight)
            .map(({ id }) => id),
        );
      assert.deepEqual(await below(), []);
      await page.screenshot({ path: await screenshotPath('more-open') });

      // A bad value is explained, and the run does not start with it.
      await page.locator('#warmup-steps').fill('1.5');
      const words = 'Warm-up steps: enter a whole number from 0 to 10000000.';
      await page.locator('#warmup-steps-error', { hasText: words }).waitFor();
      await enter(page, '#warmup-steps', 40);
      await says(page, 'warmup', '40');
      await enter(page, '#variance', 0.1);
      await says(page, 'variance', '0.1');
      // What means nothing beside the others is neither shown nor in the address, nor can it be wrong.
      await page.locator('#variance').fill('77');
      await page.locator('#likelihood').selectOption('bernoulli');
      await says(page, 'likelihood', 'bernoulli');
      assert.equal(await page.locator('#variance').isVisible(), false);
      assert.equal(await page.locator('#variance-error').textContent(), '');
      assert.equal(await param(page, 'variance'), null);
      await page.locator('#preset').selectOption('generator');
      await says(page, 'preset', 'generator');
      assert.equal(await page.locator('#free-bits').isVisible(), false, 'free codes have no KL');
      assert.deepEqual(
        await Promise.all(['likelihood', 'warmup', 'freebits'].map((name) => param(page, name))),
        [null, null, null],
        'a preset brings its own',
      );
    }));

  test('a learned variance trains, draws, is saved, stored and resumed; free bits change while it trains', () =>
    visit(async (page) => {
      await open(page, 'device=cpu&latent=4&batch=32&epochs=40&likelihood=gaussianLearned&warmup=30');
      await page.locator('#start').click();
      await reachStep(page, 12);
      await page.locator('#model-more summary').click();
      await enter(page, '#free-bits', 0.25);
      await says(page, 'freebits', '0.25');
      // With free bits at 10 nats each, the floor is in the total at once.
      const floor = async (/** @type {number} */ bits) => {
        await enter(page, '#free-bits', bits);
        await says(page, 'freebits', String(bits));
        await reachStep(page, (await progress(page, 'step')) + 40);
        return (await progress(page, 'total')) - (await progress(page, 'reconstruction'));
      };
      await reachStep(page, 40);
      const least = await floor(10);
      assert.ok(Math.abs(least - 40) < 4, `${least} nats instead of 4 times 10`);
      await page.locator('#pause').click();
      await reach(page, 'paused');
      assert.equal(await page.locator('#model-pending').isVisible(), false, 'it needs no new model');
      const drawn = await samples(page);
      assert.ok(distance(drawn[0] ?? [], drawn[1]) > 0, 'samples differ');
      await draw(page, SEVEN);
      await page.waitForFunction(() => {
        const { pixels } = /** @type {any} */ (document.getElementById('draw-output'));
        return pixels && Math.max(...pixels) > 20;
      });

      await kept(page);
      const step = await progress(page, 'step');
      const { name, bytes } = await save(page);
      const settings = async () =>
        Promise.all(['preset', 'likelihood', 'warmup-steps', 'free-bits', 'variance'].map((id) => value(page, id)));
      const before = await settings();
      assert.deepEqual(before, ['classic', 'gaussianLearned', '30', '10', '0.05']);
      const again = async () => {
        await page.locator(`#progress[data-step="${step}"]`).waitFor();
        assert.deepEqual(await settings(), before);
        assert.equal(await param(page, 'likelihood'), 'gaussianLearned');
        assert.deepEqual(await samples(page), drawn);
      };
      await open(page, 'device=cpu&preset=linear');
      await page.locator('#resume-accept').click();
      await again();
      await open(page, 'device=cpu&preset=linear');
      await page.locator('#model-input').setInputFiles(file(name, bytes));
      await again();
    }));
});
