// @ts-check
/** How the page looks, and how it works without a mouse. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { open, screenshotPath, train, URL_BASE, useBrowser, visit } from './support.js';

useBrowser();

describe('layout', () => {
  for (const [width, height] of /** @type {[number, number][]} */ ([
    [1440, 900],
    [1024, 768],
    [390, 844],
  ])) {
    for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
      test(`${width} wide, ${colorScheme}`, () =>
        visit(
          async (page) => {
            await open(page, 'device=cpu&epochs=5');
            await train(page, 60);
            await page.screenshot({ path: await screenshotPath(`${width}-${colorScheme}`), fullPage: width < 1440 });
            const size = await page.evaluate(() => ({
              width: document.documentElement.scrollWidth,
              height: document.documentElement.scrollHeight,
            }));
            assert.ok(size.width <= width, `nothing sticks out to the side: ${size.width}`);
            const map = (await page.locator('#map').boundingBox())?.y ?? Infinity;
            if (width === 1440)
              assert.ok(map <= height, `all but the map is there without scrolling at 1440x900: ${map}`);
            const least = width === 390 ? 44 : 24;
            const small = await page.evaluate(
              (least) =>
                [...document.querySelectorAll('main button, main input, main select')]
                  .map((control) => ({
                    id: control.id || control.outerHTML.slice(0, 60),
                    box: control.getBoundingClientRect(),
                  }))
                  .filter(({ box }) => box.width > 0 && (box.height < least || box.width < least))
                  .map(({ id, box }) => `${id}: ${box.width}x${box.height}`),
              least,
            );
            assert.deepEqual(small, [], 'controls are large enough to hit');
          },
          { context: { viewport: { width, height }, colorScheme, hasTouch: width === 390, isMobile: width === 390 } },
        ));
    }
  }

  test('does not jump while it loads and trains', () =>
    visit(async (page) => {
      await page.addInitScript(() => {
        /** @type {any} */ (window).shift = 0;
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) /** @type {any} */ (window).shift += /** @type {any} */ (entry).value;
        }).observe({ type: 'layout-shift', buffered: true });
      });
      await open(page, 'device=cpu&epochs=5');
      await train(page, 20);
      const shift = await page.evaluate(() => /** @type {any} */ (window).shift);
      assert.ok(shift < 0.02, `layout shift ${shift}`);
    }));
});

describe('without a mouse', () => {
  test('two samples are picked with the keyboard', () =>
    visit(async (page) => {
      await open(page, 'device=cpu');
      await page.locator('#samples-grid[data-step="0"]').waitFor();
      await page.locator('#samples-grid [data-index="0"]').focus();
      await page.keyboard.press('Enter');
      for (const key of ['ArrowRight', 'ArrowDown']) await page.keyboard.press(key);
      assert.equal(await page.evaluate(() => /** @type {HTMLElement} */ (document.activeElement).dataset.index), '9');
      await page.keyboard.press('Enter');
      await page.waitForFunction(
        () => /** @type {any} */ (document.querySelector('#strip [data-frame="12"] canvas'))?.pixels,
      );
    }));

  test('every control has a name', () =>
    visit(async (page) => {
      await open(page, 'device=cpu');
      const nameless = await page.evaluate(() =>
        [...document.querySelectorAll('button, input, select, canvas[role], [role="img"]')]
          .filter((control) => {
            const { labels } = /** @type {HTMLInputElement} */ (control);
            return !(
              control.getAttribute('aria-label') ||
              control.getAttribute('aria-labelledby') ||
              labels?.length ||
              control.textContent?.trim()
            );
          })
          .map((control) => control.outerHTML.slice(0, 100)),
      );
      assert.deepEqual(nameless, []);
    }));
});

describe('the server', () => {
  test('sends a strict policy, isolation and compressed files', async () => {
    const answer = await fetch(URL_BASE, { headers: { 'accept-encoding': 'br' } });
    const policy = answer.headers.get('content-security-policy') ?? '';
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /script-src 'self' 'wasm-unsafe-eval'/);
    assert.doesNotMatch(policy, /unsafe-inline/);
    assert.equal(answer.headers.get('cross-origin-opener-policy'), 'same-origin');
    assert.equal(answer.headers.get('cross-origin-embedder-policy'), 'require-corp');
    assert.equal(answer.headers.get('content-encoding'), 'br');
    assert.match(await answer.text(), /<title>Inkling/);
  });
});
