// @ts-check
/** A symbol of a person's own: drawn, taught to the pretrained conditional model, written in any hand, and undone. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  comesTrue,
  distance,
  draw,
  ink,
  open,
  pixels,
  progress,
  reach,
  train,
  useBrowser,
  uses,
  visit,
} from './support.js';

/** @typedef {import('playwright-core').Page} Page */

useBrowser();

/**
 * A heart in one stroke, a little different each time. Points are fractions of the sheet.
 * @param {number} n
 */
const heart = (n) => {
  const [wide, high, turn] = [0.9 + 0.05 * (n % 4), 1 - 0.04 * (n % 3), 0.3 * n];
  return [
    Array.from({ length: 25 }, (_, i) => {
      const t = turn + (i / 24) * 2 * Math.PI;
      const [x, y] = [
        16 * Math.sin(t) ** 3,
        13 * Math.cos(t) - 5 * Math.cos(2 * t) - 2 * Math.cos(3 * t) - Math.cos(4 * t),
      ];
      return [0.5 + (wide * x) / 42, 0.5 - (high * y) / 42];
    }),
  ];
};

/** Draws hearts and adds each. @param {Page} page @param {number} from @param {number} to */
async function add(page, from, to) {
  for (let n = from; n < to; n++) {
    await draw(page, heart(n), '#teach-pad');
    await page.locator('#teach-add').click();
    await page.locator('#teach-drawings button').nth(n).waitFor();
    await page.locator('#teach-add:disabled').waitFor();
  }
}

/** The ten digits that it writes in one hand. @param {Page} page */
const digits = (page) =>
  Promise.all(Array.from({ length: 10 }, (_, i) => ink(page, `#teach-all canvas:nth-child(${i + 1})`)));

/** The fraction of pixels that are neither clearly paper nor clearly ink. @param {number[]} image */
const doubtful = (image) => image.filter((grey) => grey > 40 && grey < 215).length / image.length;

describe('a symbol of your own', () => {
  test('is drawn, taught, written in any hand, and undone with its data', () =>
    visit(async (page) => {
      await open(page, 'device=cpu&batch=16');
      await train(page, 3);
      const [step, train0] = [
        await progress(page, 'step'),
        await page.locator('#data-numbers').getAttribute('data-train'),
      ];
      await uses(page, 'teach');
      // Before it is taught, the pretrained model shows what it can write.
      const before = await digits(page);
      for (const [i, digit] of before.entries()) assert.ok(doubtful(digit) < 0.3, `${i} is a digit, no noise`);
      assert.equal(await pixels(page, '#teach-all canvas:last-child'), null);

      await add(page, 0, 5);
      assert.ok(await page.locator('#teach-go').isEnabled());
      await page.locator('#teach-drawings button').nth(1).click();
      await comesTrue(page, async () => (await page.locator('#teach-drawings button').count()) === 4);
      assert.ok(await page.locator('#teach-go').isDisabled(), 'four are too few');
      await add(page, 4, 6);
      await page.locator('#teach-go').click();
      await page.locator('#teach[data-lesson="finished"]').waitFor({ timeout: 300_000 });
      await page.locator(`#teach[data-step="${await progress(page, 'step')}"]`).waitFor();

      // The samples look like the drawings, all alike and none the same.
      const alike = Number(await page.locator('#teach').getAttribute('data-alike'));
      assert.ok(alike > 0.8, `${alike}`);
      assert.match((await page.locator('#teach-figure').textContent()) ?? '', new RegExp(alike.toFixed(2)));
      const [one, two] = await Promise.all([0, 1].map((i) => ink(page, `#teach-samples canvas:nth-child(${i + 1})`)));
      assert.ok(one && two && distance(one, two) > 784);
      // The digits are digits still, each its own.
      const after = await digits(page);
      for (const [i, digit] of after.entries()) assert.ok(doubtful(digit) < 0.3, `${i} is a digit, no noise`);
      const symbol = await ink(page, '#teach-all canvas:last-child');
      for (const digit of after) assert.ok(distance(symbol, digit) > 20 * 784);
      // Another hand writes all of it otherwise.
      await page.locator('#teach-hands button').nth(3).click();
      await comesTrue(page, async () => distance(await ink(page, '#teach-all canvas:last-child'), symbol) > 784);

      // It is the model in training, in every chapter.
      assert.equal(await page.locator('html').getAttribute('data-shown'), 'yours');
      await page.locator('#teach-back').click();
      await page.locator(`#progress[data-step="${step}"]`).waitFor();
      await reach(page, 'paused');
      assert.equal(await page.locator('#data-numbers').getAttribute('data-train'), train0);
      assert.equal(await page.locator('#preset').inputValue(), 'classic');
      await page.locator('#teach[data-alike=""]').waitFor();
      assert.deepEqual(
        (await page.locator('.error').allTextContents()).filter((text) => text.trim() !== ''),
        [],
      );
    }));
});
