// @ts-check
/** How many bits a digit takes: the model against PNG and gzip, for one's own drawing and for the held-out digits. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { draw, ink, NOUGHT, open, SEVEN, useBrowser, visit } from './support.js';

useBrowser();

/** The bits of each row. @param {import('playwright-core').Page} page @param {string} table */
const bits = (page, table) =>
  page
    .locator(`${table} tr`)
    .evaluateAll((rows) =>
      Object.fromEntries(
        rows.map((row) => [
          /** @type {HTMLElement} */ (row).dataset.row ?? '',
          Number(/** @type {HTMLElement} */ (row).dataset.bits || NaN),
        ]),
      ),
    );

describe('compress', () => {
  test('the model takes fewer bits than PNG and gzip, for held-out digits and for a drawing', () =>
    visit(async (page) => {
      await open(page, 'device=cpu&lang=en#uses');
      await page.locator('#compress').scrollIntoViewIfNeeded();
      await page.locator('#compress-many[data-images="1000"]:not([aria-busy])').waitFor();

      const mean = await bits(page, '#compress-mean');
      assert.equal(mean.raw, 784);
      const { model = NaN } = mean;
      assert.ok(model > 50, `${model} bits`);
      for (const file of ['png-alone', 'gzip-alone', 'png-together', 'gzip-together']) {
        assert.ok((mean[file] ?? NaN) > model, `${file}: ${mean[file]}, the model: ${model}`);
      }
      assert.ok((mean['png-together'] ?? NaN) < (mean['png-alone'] ?? NaN) / 2, 'headers are shared');
      const width = (/** @type {string} */ row) =>
        page
          .locator(`#compress-mean [data-row="${row}"] .compress-bar i`)
          .evaluate((bar) => bar.getBoundingClientRect().width);
      assert.ok(
        Math.abs((await width('model')) / (await width('raw')) - model / 784) < 0.02,
        'bars as long as they say',
      );

      // A drawing: what is counted is black or white.
      const greeting = await bits(page, '#compress-bars');
      assert.ok((greeting.model ?? NaN) > 20, `${greeting.model} bits for the digit that it greets with`);
      for (const strokes of [NOUGHT, SEVEN]) {
        const before = await bits(page, '#compress-bars');
        const clear = page.locator('#compress-source [data-part="clear"]');
        if (await clear.isEnabled()) await clear.click();
        await draw(page, strokes, '#compress-source canvas');
        await page.waitForFunction((before) => {
          const row = /** @type {HTMLElement | null} */ (document.querySelector('#compress-bars [data-row="model"]'));
          const busy = document.querySelector('#compress-one')?.hasAttribute('aria-busy');
          return !busy && row?.dataset.bits && Number(row.dataset.bits) !== before;
        }, before.model);
        const found = await bits(page, '#compress-bars');
        assert.ok(
          (found.model ?? NaN) > 20 && (found.model ?? NaN) < (found['gzip-alone'] ?? NaN),
          JSON.stringify(found),
        );
        const [grey, binary] = [await ink(page, '#compress-input'), await ink(page, '#compress-binary')];
        assert.deepEqual(
          binary,
          grey.map((level) => (level > 127 ? 255 : 0)),
        );
        const words = (await page.locator('#compress-words').textContent()) ?? '';
        assert.equal(words.match(/^\d+/)?.[0], (found.model ?? NaN).toFixed(0));
      }
      await page.locator('#language [lang="zh"]').click();
      await page.locator('#compress-words', { hasText: '比特' }).waitFor();
    }));
});
