// @ts-check
/** Chapters: tabs with addresses of their own, the transport in sight in each, and panels that rest while hidden. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  chapter,
  ink,
  listen,
  map,
  open,
  progress,
  reach,
  reachStep,
  train,
  URL_BASE,
  useBrowser,
  visit,
} from './support.js';

/** @typedef {import('playwright-core').Page} Page */

useBrowser();

const QUERY = 'device=cpu&preset=linear&latent=2&batch=16';

/** The chapter that is shown, by its tab and by its panel. @param {Page} page */
const shown = (page) =>
  page.evaluate(() => ({
    tab: [...document.querySelectorAll('#tabs [aria-selected="true"]')].map(({ id }) => id).join(),
    panel: [...document.querySelectorAll('#chapters > [role="tabpanel"]:not([hidden])')].map(({ id }) => id).join(),
  }));
/** @param {Page} page @param {'studio' | 'inside' | 'uses'} name @param {string} how */
async function isShown(page, name, how) {
  await page.locator(`#chapter-${name}`).waitFor();
  assert.deepEqual(await shown(page), { tab: `tab-${name}`, panel: `chapter-${name}` }, how);
}

describe('a chapter', () => {
  test('is turned to by mouse, keys, address and the back button', () =>
    visit(async (page) => {
      await open(page, QUERY);
      await isShown(page, 'studio', 'at first');
      await page.locator('#tab-inside').click();
      await isShown(page, 'inside', 'by mouse');
      assert.equal(new URL(page.url()).hash, '#inside');
      assert.match(page.url(), /preset=linear/, 'the settings stay in the address');
      await page.goBack();
      await isShown(page, 'studio', 'back');
      await page.goForward();
      await isShown(page, 'inside', 'forward');

      const focused = () => page.evaluate(() => document.activeElement?.id);
      await page.locator('#tab-inside').focus();
      for (const [key, name] of /** @type {const} */ ([
        ['ArrowLeft', 'studio'],
        ['ArrowRight', 'inside'],
        ['ArrowRight', 'uses'],
        ['ArrowRight', 'studio'],
        ['End', 'uses'],
        ['Home', 'studio'],
      ])) {
        await page.keyboard.press(key);
        await isShown(page, name, `by ${key}`);
        assert.equal(await focused(), `tab-${name}`);
      }
      assert.equal(await page.locator('#tabs [tabindex="0"]').count(), 1, 'the tabs take one stop of the Tab key');

      for (const [hash, name] of /** @type {const} */ ([
        ['map', 'inside'],
        ['draw', 'studio'],
        ['inside', 'inside'],
        ['denoise', 'uses'],
        ['nonsense', 'studio'],
      ])) {
        await page.evaluate((hash) => location.assign(hash), `#${hash}`);
        await isShown(page, name, `by #${hash}`);
      }
    }));

  test('that is opened first works alone, and the other comes when it is turned to', () =>
    visit(async (page) => {
      await open(page, `${QUERY}#inside`);
      await isShown(page, 'inside', 'by its address');
      assert.equal(await page.locator('#chapter-studio > *').count(), 0, 'no panel of the Studio is mounted');
      await train(page, 20);
      await map(page, 'yours');
      await chapter(page, 'studio');
      const step = await progress(page, 'step');
      await page.locator(`#samples-grid[data-step="${step}"]`).waitFor();
      await page.locator(`#held-out[data-step="${step}"]`).waitFor();
      await ink(page, '#data-thumbs canvas');
      assert.equal(await page.locator('#data-name').textContent(), 'Generated digits');
      assert.equal(await page.locator('#preset').inputValue(), 'linear');
      assert.equal(await page.locator('#latent').inputValue(), '2');
      assert.match((await page.locator('#chart').getAttribute('aria-label')) ?? '', /from [\d.]+ to [\d.]+ nats/);
      assert.ok(Number(await page.locator('#loss-total').getAttribute('data-value')) > 0);
    }));

  test('has the transport in sight, however far it is scrolled', () =>
    visit(
      async (page) => {
        await open(page, QUERY);
        const controls = ['#start', '#step', '#reset', '#progress', '#status'];
        for (const name of /** @type {const} */ (['studio', 'uses', 'inside'])) {
          await chapter(page, name);
          for (const to of ['top', 'end']) {
            await page.evaluate((to) => scrollTo(0, to === 'end' ? document.body.scrollHeight : 0), to);
            const hidden = await page.evaluate(
              (controls) =>
                controls.filter((control) => {
                  const box = document.querySelector(control)?.getBoundingClientRect();
                  return !box || box.width === 0 || box.top < 0 || box.bottom > innerHeight;
                }),
              controls,
            );
            assert.deepEqual(hidden, [], `${name}, at the ${to}`);
          }
        }
        // Still in Inside.
        await page.locator('#start').click();
        await reachStep(page, 3);
        assert.match((await page.locator('#status').textContent()) ?? '', /Training has started/);
        await page.locator('#pause').click();
        await reach(page, 'paused');
        const step = (await progress(page, 'step')).toLocaleString('en');
        await page.locator('#status', { hasText: `Paused at step ${step}` }).waitFor();
      },
      { context: { viewport: { width: 1024, height: 600 } } },
    ));
});

describe('panels', () => {
  test('are mounted when their chapter is first opened', () =>
    visit(async (page) => {
      const { asked } = await listen(page);
      await open(page, QUERY);
      await page.locator('#strip[data-from^="sample"]').waitFor();
      assert.equal(await page.locator('#map').count(), 0);
      assert.ok(!(await asked()).some((one) => /project|plane/.test(one)), 'nothing is fetched for the map');
      await map(page, 'best');
      assert.ok((await asked()).includes('project best'));
      await chapter(page, 'studio');
      await chapter(page, 'inside');
      assert.equal(await page.locator('#map').count(), 1, 'once');
    }));

  test('that are hidden ask for nothing while the model trains, and catch up when they are shown', () =>
    visit(async (page) => {
      const { asked, forget, wait } = await listen(page);
      await open(page, `${QUERY}&epochs=1000`);
      await page.locator('#strip[data-from^="sample"]').waitFor();
      await page.waitForFunction(() => /** @type {any} */ (document.getElementById('draw-output')).pixels);
      await page.locator('#start').click();
      await wait('samples', 2);

      // The map's first look at your model: what was under way in the Studio is over.
      await map(page, 'yours');
      await forget();
      await wait('project', 3);
      const inside = new Set(await asked());
      assert.ok(inside.has('decode'));
      const studios = ['samples', 'heldOut 10', 'interpolate', 'encode', 'draw', 'sampleImages'];
      assert.deepEqual(
        studios.filter((kind) => inside.has(kind)),
        [],
        'in Inside the Studio rests',
      );

      await chapter(page, 'studio');
      await wait('samples', 1);
      await forget();
      // The Studio follows again, each picture at its own pace.
      for (const [kind, times] of /** @type {const} */ ([
        ['samples', 4],
        ['heldOut 10', 1],
        ['interpolate', 1],
      ]))
        await wait(kind, times);
      const studio = new Set(await asked());
      assert.deepEqual(
        ['decode', 'project', 'inspect', 'readings'].filter((kind) => studio.has(kind)),
        [],
        'the panels of Inside rest',
      );

      await page.locator('#pause').click();
      await reach(page, 'paused');
      const step = await progress(page, 'step');
      for (const picture of ['samples-grid', 'held-out', 'strip'])
        await page.locator(`#${picture}[data-step="${step}"]`).waitFor();
    }));
});

test('a link to a panel of another chapter opens it there', () =>
  visit(async (page) => {
    await page.goto(`${URL_BASE}?${QUERY}#map`);
    await page.locator('#map').waitFor();
    await isShown(page, 'inside', 'by the address of a panel');
  }));
