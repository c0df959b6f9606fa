// @ts-check
/** axe-core finds nothing, in any state of the page, in either language, by day and by night. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import axe from 'axe-core';
import {
  allUses,
  breakDown,
  draw,
  engines,
  enter,
  kept,
  map,
  open,
  path,
  reach,
  reachStep,
  SEVEN,
  URL_BASE,
  useBrowser,
  visit,
} from './support.js';

/** @typedef {import('playwright-core').Page} Page */

useBrowser();

const QUERY = 'device=cpu&preset=linear&batch=16&epochs=1000';
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/**
 * What axe finds wrong by day and by night, one line each: where, which rule, which element.
 * @param {Page} page @param {string} state
 */
async function violations(page, state) {
  /** @type {string[]} */
  const found = [];
  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    // With reduced motion, colours do not fade into each other.
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const wrong = await page.evaluate(async (tags) => {
      const { violations } = await /** @type {any} */ (window).axe.run({ runOnly: tags });
      return violations.flatMap((/** @type {any} */ { id, nodes }) =>
        nodes.map((/** @type {any} */ { target, failureSummary }) =>
          `${id} ${target}: ${failureSummary}`.replace(/\s+/g, ' '),
        ),
      );
    }, TAGS);
    found.push(...wrong.map((/** @type {string} */ line) => `${state}, ${colorScheme}: ${line}`));
  }
  return found;
}

/** The same in both languages. @param {Page} page @param {string} state */
async function inBothLanguages(page, state) {
  /** @type {string[]} */
  const found = [];
  for (const language of ['en', 'zh']) {
    // Not with the mouse: a dialog may be in front.
    await page.locator(`#language [lang="${language}"]`).dispatchEvent('click');
    await page.locator(`html[lang^="${language}"]`).waitFor();
    found.push(...(await violations(page, `${state}, ${language}`)));
  }
  await page.locator('#language [lang="en"]').dispatchEvent('click');
  await page.locator('html[lang="en"]').waitFor();
  return found;
}

/** @param {Page} page */
async function load(page) {
  await open(page, QUERY);
  await page.evaluate(axe.source);
}

describe('axe', () => {
  test('finds nothing on a desk', () =>
    visit(async (page) => {
      /** @type {string[]} */
      const found = [];
      const look = async (/** @type {string} */ state) => found.push(...(await inBothLanguages(page, state)));
      await load(page);
      await page.locator('#samples-grid[data-step="0"]').waitFor();
      await look('first visit');

      await page.locator('#start').click();
      await reachStep(page, 20);
      await page.locator('#pause').click();
      await reach(page, 'paused');
      await draw(page, SEVEN);
      await page.locator('#draw[data-empty="false"][aria-busy="false"]').waitFor();
      await page.locator('#own-label').selectOption('7');
      await page.locator('#own-add').click();
      await page.locator('#mix-row').waitFor();
      await page.locator('#samples-grid [data-index="3"]').click();
      await page.locator('#samples-grid [data-index="19"]').click();
      await path(page, 'sample 1/3', 'sample 1/19');
      await look('trained, drawn, picked');

      await enter(page, '#learning-rate', '99');
      await enter(page, '#samples-seed', '-1');
      await page.locator('#learning-rate[aria-invalid="true"]').waitFor();
      await page.locator('#device-why').click();
      await page.locator('#how summary').click();
      await page.locator('#how[open]').waitFor();
      await look('invalid fields, explanations open');
      await enter(page, '#learning-rate', '0.001');
      await enter(page, '#latent', '7');
      await page.locator('#model-pending').waitFor();
      await look('another model is pending');

      await page.locator('#own-open').click();
      await page.locator('#own-set[open] #own-digits button').first().waitFor();
      await look('own digits');
      await page.locator('#own-close').click();
      await map(page);
      await page.locator('#latents-list').scrollIntoViewIfNeeded();
      await page.locator('.latent .mean:not([hidden])').first().waitFor({ state: 'attached' });
      await look('Inside');
      await page.locator('#latents-resample').click();
      await page.locator('#latents-table-open').click();
      await page.locator('#latents-table-save:enabled').waitFor();
      await look('Inside, a draw from the posterior, the table of all latents');
      await page.locator('#latents-table-close').click();
      await allUses(page);
      await look('Uses');
      // The first one trains, the other answers for Uses.
      await breakDown(page, engines(page)[0]);
      await page.locator('#fatal').waitFor();
      await look('broken');
      await page.locator('#restart').click();
      await page.locator('#fatal').waitFor({ state: 'hidden' });
      await kept(page);

      await load(page);
      await page.locator('#resume').waitFor();
      await look('an earlier run is offered');
      assert.deepEqual(found, []);
    }));

  test('finds nothing on a phone', () =>
    visit(
      async (page) => {
        await load(page);
        await page.locator('#start').tap();
        await reachStep(page, 5);
        await page.locator('#pause').tap();
        await reach(page, 'paused');
        assert.deepEqual(await inBothLanguages(page, 'trained'), []);
      },
      { context: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } },
    ));

  test('finds nothing on the benchmark page', () =>
    visit(async (page) => {
      await page.goto(`${URL_BASE}bench.html`);
      await page.locator('#start:enabled').waitFor();
      await page.evaluate(axe.source);
      assert.deepEqual(await violations(page, 'not yet run'), []);
    }));
});
