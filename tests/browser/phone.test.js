// @ts-check
/** On a phone: what a tap moves comes into view, and Start is always in sight, upright or on its side. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { draw, open, path, reach, reachStep, SEVEN, useBrowser, visit } from './support.js';

/** @typedef {import('playwright-core').Page} Page */

useBrowser();

const QUERY = 'device=cpu&preset=linear&batch=16&epochs=1000';
const UPRIGHT = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const SIDEWAYS = { viewport: { width: 844, height: 390 }, hasTouch: true, isMobile: true };

/**
 * Waits until the page has scrolled so that the top of this lies below the bar and well within the screen.
 * @param {Page} page @param {string} selector
 */
const comesIntoView = (page, selector) =>
  page.waitForFunction((selector) => {
    const top = document.querySelector(selector)?.getBoundingClientRect().top ?? Infinity;
    const bar = document.getElementById('bar')?.getBoundingClientRect().bottom ?? Infinity;
    return top >= bar - 1 && top < 0.6 * innerHeight;
  }, selector);
/** Whether it can be seen and tapped. @param {Page} page @param {string} selector */
const inReach = (page, selector) =>
  page.locator(selector).evaluate((control) => {
    const { left, right, top, bottom, width, height } = control.getBoundingClientRect();
    const on = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    return top >= 0 && bottom <= innerHeight && width >= 44 && height >= 44 && control.contains(on);
  });

describe('a tap', () => {
  test('on Start brings the curves into view', () =>
    visit(
      async (page) => {
        await open(page, QUERY);
        await page.locator('#start').tap();
        await comesIntoView(page, '#train');
        await reachStep(page, 2);
        assert.ok(await inReach(page, '#pause'), 'Pause is where Start was');
        await page.locator('#pause').tap();
        await reach(page, 'paused');
      },
      { context: UPRIGHT },
    ));

  test('on the second of two samples brings the path between them into view, the first does not', () =>
    visit(
      async (page) => {
        await open(page, QUERY);
        await page.locator('#strip[data-from^="sample"]').waitFor({ state: 'attached' });
        await page.locator('#samples-grid [data-index="3"]').tap();
        await page.locator('#samples-grid [data-index="3"][data-mark*="A"]').waitFor();
        const before = await page.evaluate(() => scrollY);
        await page.locator('#samples-grid [data-index="19"]').tap();
        await comesIntoView(page, '#interpolate');
        assert.notEqual(await page.evaluate(() => scrollY), before);
        await path(page, 'sample 1/3', 'sample 1/19');
      },
      { context: UPRIGHT },
    ));

  test('on Use as A brings the path into view', () =>
    visit(
      async (page) => {
        await open(page, QUERY);
        await page.locator('#draw-canvas').scrollIntoViewIfNeeded();
        await draw(page, SEVEN);
        await page.locator('#draw-use-a:enabled').waitFor();
        await page.locator('#draw-use-a').tap();
        await comesIntoView(page, '#interpolate');
        await page.locator('#strip[data-from="draw.pickName"]').waitFor();
      },
      { context: UPRIGHT },
    ));
});

describe('Start', () => {
  for (const [how, context] of /** @type {const} */ ([
    ['upright', UPRIGHT],
    ['on its side', SIDEWAYS],
  ])) {
    test(`is in reach with the phone ${how}, however far it is scrolled`, () =>
      visit(
        async (page) => {
          await open(page, QUERY);
          for (const part of [0, 0.5, 1]) {
            await page.evaluate(
              (part) => scrollTo({ top: part * document.body.scrollHeight, behavior: 'instant' }),
              part,
            );
            assert.ok(await inReach(page, '#start'), `scrolled to ${100 * part} %`);
          }
          const bar = await page.locator('#bar').boundingBox();
          assert.ok(bar && bar.height < 0.45 * context.viewport.height, `the bar leaves room: ${bar?.height}`);
        },
        { context },
      ));
  }
});
