// @ts-check
/** The settings under More, and a run that collapses: what the page says of it, and how one click mends it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import axe from 'axe-core';
import { samples, save } from './storage-support.js';
import {
  distance,
  diverge,
  divergible,
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

/** The losses of one report. @param {Page} page */
const losses = (page) =>
  page.locator('#progress').evaluate((element) => {
    const { total, reconstruction, kl } = /** @type {HTMLElement} */ (element).dataset;
    return { total: Number(total), reconstruction: Number(reconstruction), kl: Number(kl) };
  });

/**
 * Waits until the total is so far above the reconstruction.
 * @param {Page} page @param {number} low @param {number} high
 */
const penalised = (page, low, high) =>
  page.waitForFunction(
    ({ low, high }) => {
      const { total, reconstruction } = /** @type {HTMLElement} */ (document.getElementById('progress')).dataset;
      const penalty = Number(total) - Number(reconstruction);
      return penalty >= low && penalty <= high;
    },
    { low, high },
  );

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
      // So large a weight keeps the KL near 4 nats in all.
      const beta = 40;
      const query = `latent=4&batch=32&epochs=40&likelihood=gaussianLearned&warmup=30&beta=${beta}`;
      await open(page, `device=cpu&${query}`);
      await page.locator('#start').click();
      await reachStep(page, 12);
      await page.locator('#model-more summary').click();
      const free = async (/** @type {number} */ bits) => {
        await enter(page, '#free-bits', bits);
        await says(page, 'freebits', bits ? String(bits) : null);
      };
      await free(0.25);
      await reachStep(page, 40);
      await page.locator('#pause').click();
      await reach(page, 'paused');
      // With free bits at 10 nats each, the floor is in the total at once.
      await free(10);
      const paused = await progress(page, 'step');
      await page.locator('#step').click();
      await reachStep(page, paused + 1);
      const { total, reconstruction, kl } = await losses(page);
      assert.ok(kl < 10, `all latents together have ${kl} nats, so that each is below its floor`);
      const floor = (total - reconstruction) / beta;
      assert.ok(Math.abs(floor - 40) < 1e-3, `${floor} nats instead of 4 times 10`);
      // While it trains, the floor goes and comes back.
      await free(0);
      await page.locator('#start').click();
      await penalised(page, 0, 39 * beta);
      await free(10);
      await penalised(page, 39.99 * beta, Infinity);
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

describe('advice', () => {
  test('a collapsed run is told, and one click mends it: free bits in the run, warm-up in a new one', () =>
    visit(async (page) => {
      await open(page, 'device=cpu&latent=16&beta=40&batch=16&epochs=2');
      const card = page.locator('#advice');
      const places = () =>
        page.evaluate(() =>
          ['chart', 'chart-kl', 'held-out', 'legend', 'draw'].map((id) => {
            const { top, left, width, height } = /** @type {Element} */ (
              document.getElementById(id)
            ).getBoundingClientRect();
            return [id, top, left, width, height];
          }),
        );
      await page.locator('#start').click();
      await reachStep(page, 20);
      assert.equal(await card.isVisible(), false, 'not at once');
      const before = await places();
      await card.waitFor({ timeout: 120_000 });
      assert.ok((await progress(page, 'step')) >= 225, 'not before it is certain');
      assert.deepEqual(await places(), before, 'nothing moves');
      assert.match((await page.locator('#advice-title').textContent()) ?? '', /^Only \d of 16 latents are active$/);
      assert.match((await page.locator('#advice-text').textContent()) ?? '', /β × KL outweighs/);
      assert.equal(await card.evaluate((element) => element.closest('[role="status"]') !== null), true, 'read out');
      await page.screenshot({ path: await screenshotPath('collapsed') });
      const cures = page.locator('#advice-cures button');
      assert.deepEqual(await cures.allTextContents(), ['Restart with warm-up', 'Free bits 1', 'β 1']);

      const more = page.locator('#model-more summary');
      await more.click();
      await page.evaluate(axe.source);
      for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        const wrong = await page.evaluate(async () => {
          const all = await /** @type {any} */ (window).axe.run({ include: [['#train'], ['#model']] });
          return all.violations.map(
            (/** @type {any} */ { id, nodes }) => `${id} ${nodes.map((/** @type {any} */ one) => one.target)}`,
          );
        });
        assert.deepEqual(wrong, [], colorScheme);
      }
      await more.click();

      const run = await progress(page, 'step');
      await cures.nth(1).click();
      await card.waitFor({ state: 'hidden' });
      await says(page, 'freebits', '1');
      await page.locator('#more-brief', { hasText: 'free bits 1' }).waitFor();
      assert.equal(await value(page, 'free-bits'), '1');
      await reachStep(page, run + 5);
      assert.equal(await param(page, 'beta'), '40', 'the others stay');
      // Sixteen nats are free now: latents are in use again, and the digits differ.
      await page.waitForFunction(() => Number(document.getElementById('progress')?.dataset.kl) > 3);

      await page.locator('#reset').click();
      await page.locator('#progress[data-state="idle"]').waitFor();
      await more.click();
      await enter(page, '#free-bits', 0);
      await says(page, 'freebits', null);
      await page.locator('#start').click();
      await card.waitFor({ timeout: 120_000 });
      await cures.first().focus();
      await page.keyboard.press('Enter');
      await says(page, 'warmup', '625');
      await card.waitFor({ state: 'hidden' });
      await page.waitForFunction(() => {
        const { state, step } = /** @type {HTMLElement} */ (document.getElementById('progress')).dataset;
        return state === 'running' && Number(step) > 0 && Number(step) < 225;
      });
      assert.equal(await value(page, 'warmup-steps'), '625');
      assert.equal(await page.locator('#undo-reset').isVisible(), true, 'the old run can be brought back');
      assert.equal(await page.evaluate(() => document.activeElement !== document.body), true, 'the focus is kept');
    }));

  test('a run that diverged is told once, with a lower learning rate to begin again', () =>
    visit(async (page) => {
      await divergible(page);
      await open(page, 'device=cpu&preset=linear&latent=4&batch=16&lr=0.5');
      await page.locator('#start').click();
      await reachStep(page, 5);
      await diverge(page);
      const card = page.locator('#advice[data-kind="broke"]');
      await card.waitFor();
      const cure = page.locator('#advice-cures button');
      assert.deepEqual(await cure.allTextContents(), ['Restart with learning rate 0.05']);
      await page.locator('#advice-dismiss').click();
      await card.waitFor({ state: 'hidden' });
      await page.locator('#language [lang="zh"]').click();
      await page.locator('html[lang^="zh"]').waitFor();
      assert.equal(await card.isVisible(), false, 'once');
    }));
});
