// @ts-check
/** Denoise: noise of three kinds and any strength on a digit, what comes back, and the curve over held-out digits. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { comesTrue, distance, draw, ink, NOUGHT, open, pixels, useBrowser, uses, visit } from './support.js';

/** @typedef {import('playwright-core').Page} Page */

useBrowser();

const [NOISY, BACK] = ['#denoise-noisy', '#denoise-back'];
/** Squared error and nats below a picture. @param {Page} page @param {'before' | 'after'} which */
async function errors(page, which) {
  const text = (await page.locator(`#denoise-${which}`).textContent()) ?? '';
  const [, squared, nats] = /error ([\d.]+), ([\d.]+) nats/.exec(text) ?? [];
  return { squared: Number(squared), nats: Number(nats) };
}
/** Waits until the pictures are of this strength. @param {Page} page @param {string} strength */
const at = (page, strength) =>
  page.locator(`#denoise[data-strength="${strength}"] #denoise-desk:not([aria-busy])`).waitFor();
/** What the sentence below the curve says. @param {Page} page */
async function figure(page) {
  const text = (await page.locator('#denoise-figure').textContent()) ?? '';
  const [, n, strength, before, after] =
    /^([\d,]+) held-out digits?\. At a strength of (\d+)%, .* is ([\d.]+) with the noise and ([\d.]+) after/.exec(
      text,
    ) ?? [];
  return { n: Number(n), strength: Number(strength), before: Number(before), after: Number(after) };
}

describe('denoise', () => {
  test('three kinds of noise come off a digit, and the curve over held-out digits says how much of it', () =>
    visit(async (page) => {
      await open(page, 'device=cpu');
      await uses(page, 'denoise');
      await at(page, '0.4');

      // It greets with a noisy digit, and less noise comes back.
      const salt = await ink(page, NOISY);
      assert.ok(salt.filter((level) => level === 255).length > 80, 'grains of ink');
      const [before, after] = [await errors(page, 'before'), await errors(page, 'after')];
      assert.ok(after.squared < 0.7 * before.squared && after.nats < before.nats, JSON.stringify({ before, after }));

      // The curve grows to 500 digits, and says the same from early on.
      await comesTrue(page, async () => (await figure(page)).n >= 10);
      const mean = await figure(page);
      assert.equal(mean.strength, 40);
      assert.ok(mean.after > 0 && mean.after < 0.7 * mean.before, JSON.stringify(mean));
      await page.locator('#denoise[data-done="true"]').waitFor();
      assert.equal((await figure(page)).n, 500);

      // No noise, no error; more noise, more error. The slider is moved by the keyboard.
      const slider = page.locator('#denoise-strength');
      await slider.focus();
      await page.keyboard.press('Home');
      await at(page, '0');
      assert.equal((await errors(page, 'before')).squared, 0);
      const clean = await ink(page, NOISY);
      await page.keyboard.press('End');
      await at(page, '1');
      assert.ok((await errors(page, 'before')).squared > before.squared);
      assert.equal((await figure(page)).strength, 100);

      // A place on the curve is a strength.
      const chart = await page.locator('#denoise-chart canvas').boundingBox();
      assert.ok(chart);
      await page.mouse.click(chart.x + 0.5 * chart.width, chart.y + 0.5 * chart.height);
      await comesTrue(page, async () => {
        const strength = Number(await page.locator('#denoise').getAttribute('data-strength'));
        return strength > 0.4 && strength < 0.6;
      });

      // The other kinds, and other noise of the same kind.
      /** @type {number[][]} */
      const seen = [];
      for (const kind of ['gaussian', 'patches', 'salt']) {
        await page.locator(`#denoise-${kind}`).click();
        await comesTrue(page, async () => {
          const [noisy, desk] = [await pixels(page, NOISY), page.locator('#denoise-desk')];
          const fresh = noisy && seen.every((other) => distance(noisy, other) > 0);
          return !!fresh && (await desk.getAttribute('aria-busy')) === null;
        });
        seen.push(await ink(page, NOISY));
        const { squared } = await errors(page, 'before');
        assert.ok(Math.abs(squared - distance(await ink(page, NOISY), clean) / 784 / 255 ** 2) < 6e-4, kind);
        // What a patch hides of one digit may be anybody's guess.
        if (kind !== 'patches') assert.ok((await errors(page, 'after')).squared < squared, kind);
      }
      await page.locator('#denoise-again').click();
      await comesTrue(page, async () => distance((await pixels(page, NOISY)) ?? [], seen[2]) > 0);

      // A digit of one's own, and a blank sheet.
      await draw(page, NOUGHT, '#denoise-source canvas');
      await comesTrue(page, async () =>
        /your drawing/.test((await page.locator(BACK).getAttribute('aria-label')) ?? ''),
      );
      await page.locator('#denoise-source [data-part="clear"]').click();
      await comesTrue(page, async () => (await pixels(page, BACK)) === null);
    }));
});
