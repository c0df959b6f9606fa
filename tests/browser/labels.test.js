// @ts-check
/** Few labels: two curves, another classifier, another number of labels, and digits sorted by hand. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { comesTrue, distance, file, images, ink, open, useBrowser, uses, visit } from './support.js';

/** @typedef {import('playwright-core').Page} Page */

useBrowser();

/** The accuracy that is shown, in percent. @param {Page} page @param {'codes' | 'pixels'} seen */
const accuracy = async (page, seen) => Number((await page.locator(`#labels-${seen}`).textContent())?.replace('%', ''));
/** Waits until an accuracy is the mean of so many draws. @param {Page} page @param {number} draws */
const drawn = (page, draws) => page.locator(`#labels-codes[data-draws="${draws}"]`).waitFor({ timeout: 120_000 });
/** Moves the slider to the number of labels at this place. @param {Page} page @param {number} at */
async function size(page, at) {
  await page.locator('#labels-size').press('Home');
  for (let i = 0; i < at; i++) await page.locator('#labels-size').press('ArrowRight');
}
const sorted = (/** @type {Page} */ page) => page.locator('#labels-sorted').textContent();

describe('few labels', () => {
  test('codes and pixels as curves, and digits sorted by key, by box and by hand', () =>
    visit(async (page) => {
      await open(page, 'device=cpu');
      await uses(page, 'labels');
      await drawn(page, 5);
      assert.match((await page.locator('#labels-progress').textContent()) ?? '', /On 1,000 held-out digits, mean of 5/);

      // More labels are better, for both.
      /** @type {number[][]} */
      const found = [];
      for (const at of [0, 3, 5]) {
        await size(page, at);
        await drawn(page, 5);
        found.push([await accuracy(page, 'codes'), await accuracy(page, 'pixels')]);
      }
      const [one = [], ten = [], fifty = []] = found;
      for (const i of [0, 1]) {
        assert.ok((one[i] ?? 0) > 20 && (one[i] ?? 0) < (ten[i] ?? 0), JSON.stringify(found));
        assert.ok((ten[i] ?? 0) < (fifty[i] ?? 0) && (fifty[i] ?? 0) <= 100, JSON.stringify(found));
      }
      // The picture shows them all, and the sentence says who is ahead, and by how much.
      await page.locator('#labels-taught[data-digits="500"]').waitFor();
      const [codes = 0, pixels = 0] = fifty;
      const verdict = (await page.locator('#labels-verdict').textContent()) ?? '';
      const ahead = Math.abs(codes - pixels) < 0.6 ? /same|ahead/ : codes > pixels ? /codes are ahead/ : /pixels are/;
      assert.match(verdict, ahead);

      // The other classifier, taught the same digits, reads otherwise.
      await page.locator('#labels-logistic').click();
      await drawn(page, 5);
      assert.ok((await accuracy(page, 'pixels')) !== pixels);
      assert.equal(await page.locator('#labels-logistic').getAttribute('aria-pressed'), 'true');

      // Two are sorted by key, one is taken back, one goes by its box, one is dragged.
      await page.locator('#labels-own').focus();
      const first = await ink(page, '#labels-next');
      await page.keyboard.press('3');
      assert.ok(distance(first, await ink(page, '#labels-next')) > 0, 'the next digit');
      await page.keyboard.press('8');
      await page.locator('#labels-own[data-labels="2"]').waitFor();
      await comesTrue(page, async () =>
        /Looks like a [38]/.test((await page.locator('#labels-guess').textContent()) ?? ''),
      );
      await page.keyboard.press('Backspace');
      await page.locator('#labels-own[data-labels="1"]').waitFor();
      await page.locator('[data-box="7"]').click();
      const [from, to] = [
        await page.locator('#labels-next').boundingBox(),
        await page.locator('[data-box="1"]').boundingBox(),
      ];
      assert.ok(from && to);
      await page.mouse.move(from.x + 40, from.y + 40);
      await page.mouse.down();
      await page.mouse.move(to.x + 20, to.y + 20, { steps: 5 });
      await page.mouse.up();
      await page.locator('#labels-own[data-labels="3"]').waitFor();
      await comesTrue(page, async () =>
        /3 digits sorted, \d as in .* reads \d+\.\d% of 1,000/.test((await sorted(page)) ?? ''),
      );
      // The classifier knows three classes, and sorts all held-out digits into them.
      const into = await page
        .locator('[data-box]')
        .evaluateAll((all) => all.map((box) => Number(/** @type {HTMLElement} */ (box).dataset.sorted)));
      assert.equal(
        into.reduce((sum, n) => sum + n, 0),
        1000,
      );
      assert.ok([3, 7, 1].every((label) => (into[label] ?? 0) > 0) && into[0] === 0, JSON.stringify(into));
      await page.locator('#labels-undo').click();
      await page.locator('#labels-own[data-labels="2"]').waitFor();
    }));

  test('without labels there are no curves, and digits can still be sorted', () =>
    visit(async (page) => {
      await open(page, 'device=cpu');
      await page.locator('#data-input').setInputFiles([file('squares', images(60))]);
      await page.locator('#data[data-kind="files"]').waitFor();
      await uses(page, 'labels');
      assert.match((await page.locator('#labels-verdict').textContent()) ?? '', /has no labels/);
      assert.equal(await page.locator('#labels-codes').textContent(), '–');
      await page.locator('[data-box="2"]').click();
      await page.locator('[data-box="5"]').click();
      await comesTrue(page, async () =>
        /2 digits sorted\. .* has sorted \d+ held-out/.test((await sorted(page)) ?? ''),
      );
      assert.ok(Number(await page.locator('[data-box="2"]').getAttribute('data-sorted')) >= 0);
    }));
});
