// @ts-check
/** How the page looks, and how it works without a mouse. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  allUses,
  chapter,
  map,
  open,
  path,
  progress,
  screenshotPath,
  train,
  URL_BASE,
  useBrowser,
  visit,
} from './support.js';

/** @typedef {import('playwright-core').Page} Page */

useBrowser();

/** Controls, without those that only a screen reader meets. */
const CONTROLS = 'main button, main input, main select, #bar button, #masthead button, #masthead a';

/** @param {Page} page @param {number} least the smallest side of a control, in px */
const faults = (page, least) =>
  page.evaluate(
    ({ controls, least }) => {
      const { scrollWidth, clientWidth } = document.documentElement;
      const faults = scrollWidth > clientWidth ? [`${scrollWidth} px wide, in a window of ${clientWidth}`] : [];
      for (const control of document.querySelectorAll(controls)) {
        const { left, right, width, height } = control.getBoundingClientRect();
        if (width === 0) continue;
        const name = control.id || control.outerHTML.slice(0, 60);
        if (height < least || width < least) faults.push(`${name} is ${width}×${height}`);
        if (left < 0 || right > clientWidth) faults.push(`${name} sticks out: ${left} to ${right}`);
      }
      for (const panel of document.querySelectorAll('.panel')) {
        const edge = panel.getBoundingClientRect();
        // Marked terms can be hit a little beside their letters.
        for (const inner of panel.querySelectorAll('p, button:not(.term), input, select, canvas')) {
          const { left, right, width } = inner.getBoundingClientRect();
          if (width < 2 || (left > edge.left - 1 && right < edge.right + 1)) continue;
          // What scrolls may be wider.
          let around = inner.parentElement;
          while (around && around !== panel && getComputedStyle(around).overflowX === 'visible')
            around = around.parentElement;
          if (around !== panel) continue;
          const name = inner.id || inner.outerHTML.slice(0, 60);
          faults.push(`${name} leaves #${panel.id}: ${left} to ${right}, not ${edge.left} to ${edge.right}`);
        }
      }
      return faults;
    },
    { controls: CONTROLS, least },
  );

/** In the page: keeps each layout shift with the elements that moved, from where to where. */
function watchShifts() {
  /** @type {{value: number, moved: string[]}[]} */
  const shifts = [];
  Object.assign(window, { shifts });
  /** @param {Node | null} node @returns {string} */
  const name = (node) =>
    node instanceof Element && !node.id ? `${node.localName} in ${name(node.parentNode)}` : `#${Object(node).id}`;
  const place = (/** @type {DOMRect} */ { x, y, width, height }) =>
    `${[x, y].map(Math.round)} ${[width, height].map(Math.round).join('×')}`;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { value, sources } = /** @type {any} */ (entry);
      const moved = sources.map((/** @type {any} */ { node, previousRect, currentRect }) => {
        const element = node instanceof Text ? node.parentNode : node;
        return `${name(element)} from ${place(previousRect)} to ${place(currentRect)}`;
      });
      shifts.push({ value, moved });
    }
  }).observe({ type: 'layout-shift', buffered: true });
}

describe('layout', () => {
  for (const [width, height] of /** @type {[number, number][]} */ ([
    [1440, 900],
    [1024, 768],
    [820, 1180],
    [390, 844],
  ])) {
    test(`${width} wide: light and dark, English and Chinese, all chapters`, () =>
      visit(
        async (page) => {
          const least = width === 390 ? 44 : 24;
          /** @param {string} name */
          const look = async (name) => {
            await page.evaluate(() => document.fonts.ready);
            await page.screenshot({ path: await screenshotPath(`${width}-${name}`), fullPage: width < 1440 });
            assert.deepEqual(await faults(page, least), [], name);
          };
          await open(page, 'device=cpu&epochs=5');
          await train(page, 60);
          // Pictures follow the model only while they are in sight.
          await page.locator('#samples-grid').scrollIntoViewIfNeeded();
          await page.locator(`#samples-grid[data-step="${await progress(page, 'step')}"]`).waitFor();
          await page.evaluate(() => scrollTo({ top: 0, behavior: 'instant' }));
          for (const language of /** @type {const} */ (['en', 'zh'])) {
            await page.locator(`#language [lang="${language}"]`).click();
            await page.locator(`html[lang^="${language}"]`).waitFor();
            for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
              await page.emulateMedia({ colorScheme });
              await look(`${language}-${colorScheme}`);
            }
            if (width === 1440) {
              const below = await page.evaluate(() =>
                [...document.querySelectorAll('#chapter-studio > .panel')]
                  .filter((panel) => panel.getBoundingClientRect().bottom > innerHeight)
                  .map(({ id }) => id),
              );
              assert.deepEqual(below, [], `the Studio fits ${width}×${height} in ${language}`);
            }
            await map(page);
            await page.evaluate(() => scrollTo({ top: 0, behavior: 'instant' }));
            await look(`${language}-inside`);
            await allUses(page);
            await look(`${language}-uses`);
            await chapter(page, 'studio');
          }
        },
        { context: { viewport: { width, height }, hasTouch: width === 390, isMobile: width === 390 } },
      ));
  }

  test('stays where it is when the status and the numbers are long', () =>
    visit(async (page) => {
      await open(page, 'device=cpu&preset=linear');
      for (const width of [1440, 1024, 820, 390]) {
        await page.setViewportSize({ width, height: 800 });
        const places = await page.evaluate(() => {
          const ids = ['progress-epoch', 'progress-step', 'progress-rate', 'progress-left', 'status'];
          const all = ids.map((id) => /** @type {HTMLElement} */ (document.getElementById(id)));
          return [
            ['1 / 5', '7', '–', '–', 'Ready.'],
            ['999 / 1,000', '468,750', '12,345', '59 min 59 s', 'A sentence of some length. '.repeat(12)],
          ].map((texts) => {
            for (const [i, element] of all.entries()) element.textContent = texts[i] ?? '';
            const lefts = all.map((element) => element.getBoundingClientRect().left);
            return [document.getElementById('chapters')?.getBoundingClientRect().top, ...lefts];
          });
        });
        assert.deepEqual(places[1], places[0], `${width} wide: chapters, epoch, step, rate, time left, status`);
      }
    }));

  test('does not jump while it loads and trains', async () => {
    for (const [width, height] of /** @type {[number, number][]} */ ([
      [1440, 900],
      [390, 844],
    ])) {
      const body = async (/** @type {Page} */ page) => {
        await page.addInitScript(watchShifts);
        await open(page, 'device=cpu&epochs=5');
        await train(page, 20);
        /** @type {{value: number, moved: string[]}[]} */
        const shifts = await page.evaluate(() => /** @type {any} */ (window).shifts);
        const moved = shifts.map(({ value, moved }) => `${value.toFixed(4)}: ${moved.join(', ')}`).join('\n');
        const total = shifts.reduce((sum, { value }) => sum + value, 0);
        assert.ok(total < 0.02, `${width} wide, layout shift ${total.toFixed(4)}\n${moved}`);
      };
      await visit(body, { context: { viewport: { width, height } } });
    }
  });
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
      await path(page, 'sample 1/0', 'sample 1/9');
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
    assert.match(await answer.text(), /<title[^>]*>Inkling/);
  });
});
