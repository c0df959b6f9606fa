// @ts-check
/** The settings table of the page against the engine's own ranges, and what the form says about bad values. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  changed,
  defaults,
  isConfig,
  meant,
  NUMBERS,
  needsNewModel,
  parse,
  SETTINGS,
  setting,
} from '../../www/src/app/settings.js';
import { open, progress, reachStep, servePackage, URL_BASE, useBrowser, visit } from './support.js';

useBrowser();

test('the page and the engine have the same range for each setting', () =>
  visit(async (page) => {
    await servePackage(page);
    await page.goto(`${URL_BASE}icon.svg`);
    const { ranges, presets } = await page.evaluate(async (base) => {
      const engine = await import(`${base}pkg/cpu/inkling_web.js`);
      await engine.default();
      return { ranges: engine.settingRanges(), presets: engine.presets() };
    }, URL_BASE);
    assert.ok(NUMBERS.length >= 9);
    for (const { name, min, max, integer } of NUMBERS) assert.deepEqual(ranges[name], { min, max, integer }, name);
    // Each preset says what it is trained with, and what it says can be set.
    for (const preset of presets) assert.ok(isConfig(defaults(preset)) && complete(defaults(preset)), preset.name);
  }));

test('a text is taken for the number that it says, or refused', () => {
  const [seed, beta] = [setting('seed'), setting('beta')];
  for (const text of ['1e-300', '1e-400', '0.4', '-1', '4294967296', '1.00000000000000000001', '0x10', '', 'NaN'])
    assert.equal(parse(seed, text), null, text);
  assert.deepEqual(
    ['0', '1e3', '2.', '2.0', ' 7 ', '4294967295'].map((text) => parse(seed, text)),
    [0, 1000, 2, 2, 7, 4294967295],
  );
  assert.deepEqual(
    ['.5', '1e-3', '1e-300', '101', 'Infinity'].map((text) => parse(beta, text)),
    [0.5, 0.001, 1e-300, null, null],
  );
});

/** @param {any} config */
const complete = (config) => SETTINGS.every(({ name }) => config[name] !== undefined);

test('a choice is one of its options, and what means nothing beside the others does not count', () => {
  const [likelihood] = SETTINGS.filter(({ name }) => name === 'likelihood');
  assert.ok(likelihood);
  assert.deepEqual(
    ['gaussianLearned', 'gaussian', 'cauchy', ''].map((text) => parse(likelihood, text)),
    ['gaussianLearned', 'gaussian', null, null],
  );
  const preset = /** @type {any} */ ({ name: 'a', hasEncoder: true, latent: 2, beta: 1, learningRate: 0.1, batch: 8 });
  const base = defaults({ ...preset, likelihood: 'bernoulli', variance: 0.05, warmupSteps: 0, freeBits: 0 });
  const names = (/** @type {any} */ config) => meant(config, preset).map(({ name }) => name);
  assert.ok(!names(base).includes('variance'));
  assert.ok(names({ ...base, likelihood: 'gaussian' }).includes('variance'));
  assert.equal(needsNewModel({ ...base, variance: 1, freeBits: 2, warmupSteps: 5 }, base, preset), false);
  assert.equal(needsNewModel({ ...base, likelihood: 'gaussian' }, base, preset), true);
  // Runs that earlier visits stored lack what came later.
  const { likelihood: _, variance, warmupSteps, freeBits, ...old } = base;
  assert.ok(isConfig(old) && !isConfig({ ...old, likelihood: 'cauchy' }) && !isConfig({ ...old, freeBits: NaN }));
  assert.deepEqual(changed(base, { beta: undefined, freeBits: 1 }), { ...base, freeBits: 1 });
});

describe('the form', () => {
  test('explains every bad field at once, each in its own words', () =>
    visit(async (page) => {
      await open(page, 'device=cpu&preset=linear&batch=16');
      const bad = /** @type {[string, string, string][]} */ ([
        ['beta', '-1', 'β: enter a number from 0 to 100.'],
        ['learning-rate', '5', 'Learning rate: enter a number from 1e-6 to 1.'],
        ['batch', '1.5', 'Batch: enter a whole number from 1 to 1024.'],
        ['seed', '', 'Seed: enter a whole number from 0 to 4294967295.'],
      ]);
      for (const [id, value] of bad) await page.locator(`#${id}`).fill(value);
      for (const [id, , words] of bad) {
        await page.locator(`#${id}-error`, { hasText: words }).waitFor();
        assert.equal(await page.locator(`#${id}`).getAttribute('aria-invalid'), 'true');
        assert.match((await page.locator(`#${id}`).getAttribute('aria-describedby')) ?? '', new RegExp(`${id}-error`));
      }
      await page.locator('#beta').fill('1');
      await page.locator('#beta-error', { hasText: /^$/ }).waitFor({ state: 'attached' });
      assert.notEqual(await page.locator('#batch-error').textContent(), '', 'the others are still explained');
      // The model that is there is not touched.
      await page.locator('#step').click();
      await reachStep(page, 1);
      assert.equal(await progress(page, 'step'), 1);
    }));
});
