// @ts-check
/** What surrounds the panels of Uses: a second engine and its downloads, failures and changes. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  beforeWorker,
  chapter,
  comesTrue,
  crashable,
  engines,
  file,
  images,
  listen,
  open,
  progress,
  reach,
  reachStep,
  URL_BASE,
  useBrowser,
  uses,
  visit,
  worker,
} from './support.js';

/** @typedef {import('playwright-core').Page} Page */

useBrowser();

const SMALL = 'preset=linear&latent=4&batch=16&epochs=1000';
/** A panel that asks for a model and the data set. */
const PANEL = 'denoise';

/** What the page and its workers fetch, from now on. @param {Page} page */
function fetched(page) {
  /** @type {string[]} */
  const all = [];
  page.on('request', (request) => all.push(new URL(request.url()).pathname));
  return (/** @type {RegExp} */ pattern) => all.filter((path) => pattern.test(path));
}

/** How often the panel has shown an answer. @param {Page} page */
const rounds = (page) =>
  page
    .locator(`#${PANEL} [data-rounds]`)
    .first()
    .evaluate((element) => Number(/** @type {HTMLElement} */ (element).dataset.rounds));

/**
 * What the panel says that went wrong, or the first of those in `within`.
 * @param {Page} page @param {string} hasText @param {string} [within]
 */
const note = (page, hasText, within = `#${PANEL}`) => page.locator(`${within} .use-note`, { hasText }).first();

/**
 * Waits until the panel has shown more answers than that. It asks nothing out of sight, where panels above it may push
 * it as they grow.
 * @param {Page} page @param {number} before
 */
const another = (page, before) =>
  page.waitForFunction(
    ({ id, before }) => {
      const shown = /** @type {HTMLElement | null} */ (document.querySelector(`#${id} [data-rounds]`));
      shown?.scrollIntoView({ block: 'center', behavior: 'instant' });
      return Number(shown?.dataset.rounds) > before;
    },
    { id: PANEL, before },
    { polling: 500 },
  );

/**
 * Waits until the panel has asked so.
 * @param {Page} page @param {() => Promise<string[]>} asked @param {RegExp} pattern
 */
const asks = (page, asked, pattern) =>
  comesTrue(page, async () => {
    await page.locator(`#${PANEL} [data-rounds]`).first().scrollIntoViewIfNeeded();
    return (await asked()).some((one) => pattern.test(one));
  });

describe('the chapter Uses', () => {
  test('is downloaded when it is opened, and a panel when it comes near', () =>
    visit(async (page) => {
      const paths = fetched(page);
      await open(page, 'device=cpu');
      await chapter(page, 'inside');
      await page.evaluate(() => new Promise((done) => requestIdleCallback(done)));
      assert.deepEqual(paths(/\/assets\/uses\/|\/models\/hand/), [], 'nothing before it is opened');
      assert.equal(engines(page).length, 1);

      await chapter(page, 'uses');
      await page.locator('#chapter-uses .panel:not([data-waiting]) [data-rounds]').first().waitFor();
      assert.equal(paths(/\/assets\/uses\/[^/]*\.wasm$/).length, 1, 'one engine for all panels');
      assert.equal(engines(page).length, 2);
      assert.equal(paths(/\/assets\/uses\/i18n\//).length, 1, 'the words of one language');
      // One that is near may be on its way just now.
      const waiting = await page
        .locator('#chapter-uses .panel[data-waiting]')
        .evaluateAll((panels) =>
          panels.filter((panel) => panel.getBoundingClientRect().top > innerHeight + 320).map(({ id }) => id),
        );
      assert.ok(waiting.length > 0, 'what is far away waits');
      for (const id of waiting) {
        assert.deepEqual(paths(new RegExp(`/assets/uses/${id}-`)), [], `${id} is not downloaded yet`);
        const box = await page.locator(`#${id}`).boundingBox();
        assert.ok((box?.height ?? 0) > 200, 'and has room');
        assert.ok(await page.locator(`#${id} h2`).textContent(), 'and its title');
      }
      const last = waiting.at(-1) ?? '';
      await page.locator(`#${last}`).scrollIntoViewIfNeeded();
      await page.locator(`#${last}:not([data-waiting])`).waitFor();
      assert.ok(paths(new RegExp(`/assets/uses/${last}-.*js$`)).length > 0);
      assert.equal(paths(/\/assets\/uses\/[^/]*\.wasm$/).length, 1);
    }));

  test('opens at a panel and stays there while those above it grow', () =>
    visit(
      async (page) => {
        await page.goto(`${URL_BASE}?device=cpu#${PANEL}`);
        await uses(page, PANEL);
        const above = page.locator(`#chapter-uses .column:first-child > :not([data-waiting])`);
        await above.nth(1).waitFor();
        await page.waitForFunction((id) => {
          const [bar, panel] = ['bar', id].map((id) => document.getElementById(id)?.getBoundingClientRect());
          return panel && bar && Math.abs(panel.top - bar.bottom) < 20;
        }, PANEL);
      },
      { context: { viewport: { width: 1024, height: 700 } } },
    ));
});

describe('its engine', () => {
  test('is fetched again when the network is back, and when a person says so', () =>
    visit(
      async (page) => {
        await open(page, 'device=cpu');
        await page.context().setOffline(true);
        await page.evaluate((hash) => location.assign(hash), `#${PANEL}`);
        await page.locator(`#${PANEL} .error`).waitFor();
        await page.route(/\/uses\/[^/]*\.wasm$/, (route) => route.abort());
        await page.context().setOffline(false);
        await note(page, 'could not be loaded').waitFor();
        await note(page, 'could not be loaded').getByRole('button').click();
        await note(page, 'could not be loaded').waitFor();
        await page.unroute(/\/uses\/[^/]*\.wasm$/);
        await page.route(/\/models\/[^/]*$/, (route) => route.abort());
        await note(page, 'could not be loaded').getByRole('button').click();
        await note(page, 'model could not be fetched').waitFor();
        await page.unroute(/\/models\/[^/]*$/);
        await page.context().setOffline(true);
        await page.context().setOffline(false);
        await uses(page, PANEL);
      },
      { expected: /Failed to load|ERR_|Failed to fetch|error loading dynamically/i },
    ));

  test('that finds no memory says so, and the page goes on', () =>
    visit(async (page) => {
      await beforeWorker(
        page,
        `const fetched = self.fetch;
         self.fetch = (address, ...rest) => {
           self.__full ||= String(address).includes('/uses/');
           return fetched(address, ...rest);
         };
         for (const name of ['instantiate', 'instantiateStreaming']) {
           const made = WebAssembly[name];
           WebAssembly[name] = async (...args) => {
             if (self.__full) throw new RangeError('Out of memory');
             return made.apply(WebAssembly, args);
           };
         }`,
      );
      await page.goto(`${URL_BASE}?device=cpu#${PANEL}`);
      await note(page, 'too little free memory').waitFor();
      await page.locator('html[data-ready="true"]').waitFor();
      assert.ok(await page.locator('#fatal').isHidden());
    }));

  test('that breaks leaves training alone, says so and comes back', () =>
    visit(async (page) => {
      await crashable(page);
      await open(page, `device=cpu&${SMALL}`);
      const trains = worker(page);
      await uses(page, PANEL);
      // Its curve is whole: no question comes by itself any more.
      await page.locator(`#${PANEL}[data-done="true"]`).waitFor();
      const answers = worker(page);
      assert.notEqual(answers, trains);
      // It breaks at the next question.
      await answers.evaluate(() =>
        addEventListener('message', () => {
          try {
            /** @type {any} */ (self).__engine.crash();
          } catch {
            // The trap itself.
          }
        }),
      );
      await page.locator('#start').click();
      // Whichever panel asked first.
      const crashed = note(page, 'crashed', '#chapter-uses');
      await crashed.waitFor();
      assert.match((await crashed.textContent()) ?? '', /it was asked to crash/);
      const step = await progress(page, 'step');
      await reachStep(page, step + 5);
      assert.ok(await page.locator('#fatal').isHidden());
      await page.locator('#pause').click();
      await reach(page, 'paused');
      await crashed.getByRole('button').click();
      const before = await rounds(page);
      await another(page, before);
      await uses(page, PANEL);
      assert.ok(engines(page).includes(trains), 'the worker that trains is the same');
    }));

  test('follows the model in training, the switch to it and back, and the data set', () =>
    visit(async (page) => {
      const { asked, forget } = await listen(page);
      await open(page, `device=cpu&${SMALL}`);
      await uses(page, PANEL);
      assert.ok(!(await asked()).some((one) => /yours|adopt/.test(one)));
      await page.locator('#start').click();
      // Its weights are taken over again and again while it trains.
      await page.waitForFunction(
        () => /** @type {any} */ (window).asked.filter((/** @type {string} */ one) => one === 'adopt').length >= 3,
      );
      assert.ok((await asked()).some((one) => / yours$/.test(one)));
      await page.locator('#pause').click();
      await reach(page, 'paused');
      await uses(page, PANEL);

      await forget();
      await page.locator('#shown-best').click();
      await asks(page, asked, / hand$/);
      assert.ok(!(await asked()).includes('adopt'), 'what is not shown is not taken over');
      await forget();
      await page.locator('#shown-yours').click();
      await asks(page, asked, / yours$/);

      const before = await rounds(page);
      await chapter(page, 'studio');
      await forget();
      await page.locator('#data-input').setInputFiles([file('images-idx3-ubyte', images(80))]);
      await page.locator('#data[data-kind="files"]').waitFor();
      // Time enough for a figure that were under way to ask on.
      await page.locator('#step').click();
      await reachStep(page, 1);
      await page.locator('#samples-grid[data-step="1"]').waitFor();
      assert.equal((await asked()).filter((one) => one === 'load').length, 1, 'Uses is out of sight');
      await chapter(page, 'uses');
      await another(page, before);
      assert.equal((await asked()).filter((one) => one === 'load').length, 2, 'both engines have the data');
    }));

  test('answers on the CPU while WebGPU trains', () =>
    visit(async (page) => {
      await open(page, `device=webgpu&${SMALL}`);
      await uses(page, PANEL);
      await page.locator('#start').click();
      await reachStep(page, 3);
      const before = await rounds(page);
      await another(page, before);
      await page.locator('#pause').click();
      await reach(page, 'paused');
      assert.equal(await page.locator('#device-badge').getAttribute('data-backend'), 'webgpu');
    }));
});
