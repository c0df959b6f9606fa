// @ts-check
/** Finish my digit: a part is erased by button, brush and keyboard, and the model finishes it in several ways. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { comesTrue, distance, draw, ink, open, pixels, SEVEN, useBrowser, uses, visit } from './support.js';

/** @typedef {import('playwright-core').Page} Page */

useBrowser();

const LARGE = '#finish-digit';
const MASK = '#finish-mask';
/** @param {Page} page */
const ways = (page) => page.locator('#finish-ways button:enabled');
/** @param {Page} page @param {number} i */
const way = (page, i) => ink(page, `#finish-ways button[data-index="${i}"] canvas`);
/** How many pixels are erased, as the canvas says to those who do not see it. @param {Page} page */
const erased = async (page) =>
  Number(/([\d,]+) pixels? erased/.exec((await page.locator(MASK).getAttribute('aria-label')) ?? '')?.[1] ?? NaN);
/** Nats and share of each way. @param {Page} page */
const costs = async (page) => {
  const names = await ways(page).evaluateAll((all) => all.map((button) => button.getAttribute('aria-label') ?? ''));
  return names.map((name) => {
    const [, share, nats] = /density <?(\d+)%, (\d+\.\d+) nats/.exec(name) ?? [];
    return { nats: Number(nats), share: Number(share) };
  });
};
/** Waits until the panel shows what it found for so many erased pixels. @param {Page} page @param {number} n */
const settled = (page, n) =>
  comesTrue(page, async () => {
    const busy = await page.locator('#finish-ways').getAttribute('aria-busy');
    return busy === null && (await erased(page)) === n && (await ways(page).count()) > 0;
  });

describe('finish my digit', () => {
  test('erased by button, brush and keyboard, it is finished in several ways', () =>
    visit(async (page) => {
      await open(page, 'device=cpu');
      await uses(page, 'finish');
      await settled(page, 392);

      // It greets with a digit whose lower half is erased. What is visible stays, and the ways differ in the rest.
      const found = await costs(page);
      assert.ok(found.length >= 2 && found.length <= 8, `${found.length} ways`);
      assert.ok(
        found.every(({ nats, share }) => Number.isFinite(nats) && nats > 0 && share >= 0 && share <= 100),
        JSON.stringify(found),
      );
      for (const [i, { nats }] of found.entries()) assert.ok(i === 0 || nats >= (found[i - 1]?.nats ?? 0), `way ${i}`);
      const [first, second] = [await way(page, 0), await way(page, 1)];
      assert.deepEqual(second.slice(0, 392), first.slice(0, 392), 'the visible half is as it was');
      assert.ok(distance(first, second) > 1e5, 'the hidden half is not');
      assert.ok(distance(first.slice(0, 392)) > 1e5 && distance(first.slice(392)) > 1e5, 'both have ink');
      await comesTrue(page, async () => {
        const figure = (await page.locator('#finish-figure').textContent()) ?? '';
        const [, error, mean, count] =
          /error is (0\.\d+); that of the mean of ([\d,]+) held-out digits is (0\.\d+)/.exec(figure) ?? [];
        return Number(error) > 0 && Number(mean?.replace(',', '')) > 100 && Number(count) > 0;
      });

      // A press makes a way large.
      assert.deepEqual(await ink(page, LARGE), first);
      await ways(page).nth(1).click();
      assert.deepEqual(await ink(page, LARGE), second);

      // With nothing erased there is nothing to finish.
      await page.locator('#finish-nothing').click();
      await settled(page, 0);
      const whole = await ink(page, LARGE);
      assert.equal(await page.locator('#finish-figure').textContent(), '');

      // The brush erases where it goes, live, and brings back.
      await draw(
        page,
        [
          [
            [0.3, 0.5],
            [0.7, 0.5],
          ],
        ],
        MASK,
      );
      await comesTrue(page, async () => (await erased(page)) > 50);
      const stroke = await erased(page);
      assert.ok(stroke < 150, `${stroke} pixels under one stroke of the brush`);
      await settled(page, stroke);
      const mended = await ink(page, LARGE);
      assert.ok(
        mended.some((level, i) => level !== whole[i]),
        'the model wrote what was erased',
      );
      await page.locator('#finish-brush-restore').click();
      await draw(
        page,
        [
          [
            [0.3, 0.5],
            [0.5, 0.5],
            [0.7, 0.5],
          ],
        ],
        MASK,
      );
      await settled(page, 0);
      assert.deepEqual(await ink(page, LARGE), whole, 'all of it is back');

      // So does the keyboard.
      await page.locator('#finish-brush-erase').click();
      await page.locator(MASK).focus();
      for (const key of ['ArrowDown', 'ArrowRight', ' ']) await page.keyboard.press(key);
      await comesTrue(page, async () => (await erased(page)) > 10);
      await settled(page, await erased(page));

      // Pixels by chance: other ones each time.
      await page.locator('#finish-random').click();
      await comesTrue(page, async () => (await erased(page)) > 400);
      const [random, before] = [await erased(page), await ink(page, LARGE)];
      assert.ok(random < 540, `${random} of 784 by a chance of 0.6`);
      await page.locator('#finish-random').click();
      await comesTrue(page, async () => distance(await ink(page, LARGE), before) > 0);

      // A digit of one's own, and a blank sheet.
      await page.locator('#finish-right').click();
      await settled(page, 392);
      await draw(page, SEVEN, '#finish-source canvas');
      await comesTrue(page, async () =>
        /your drawing/.test((await page.locator(MASK).getAttribute('aria-label')) ?? ''),
      );
      await settled(page, 392);
      const drawn = await way(page, 0);
      assert.ok(distance(drawn, first) > 1e5, 'another digit');
      await page.locator('#finish-source [data-part="clear"]').click();
      await comesTrue(page, async () => (await ways(page).count()) === 0);
      assert.equal(await pixels(page, LARGE), null);
      await page.locator('#finish-source [data-part="undo"]').click();
      await settled(page, 392);
      assert.deepEqual(await way(page, 0), drawn, 'the same digit is finished in the same way');
    }));
});
