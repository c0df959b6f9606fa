// @ts-check
/** English and Chinese: how the language is chosen, and that all of the page follows. words.test.js has the tables. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import app from '../../www/src/app/zh.js';
import data from '../../www/src/panels/data/zh.js';
import en from '../../www/src/shell/en.js';
import zh from '../../www/src/shell/zh.js';
import {
  draw,
  enter,
  file,
  images,
  ink,
  map,
  open,
  path,
  progress,
  reach,
  reachStep,
  SEVEN,
  train,
  URL_BASE,
  useBrowser,
  visit,
} from './support.js';

/** @typedef {import('playwright-core').Page} Page */

useBrowser();

const QUERY = 'device=cpu&preset=linear&batch=16';
const text = async (/** @type {Page} */ page, /** @type {string} */ selector) =>
  (await page.locator(selector).textContent()) ?? '';

/**
 * A sentence of a table, with these values.
 * @param {unknown} template @param {Record<string, string | number>} values
 */
const fill = (template, values) =>
  String(template)
    // Terms are words among the others.
    .replace(/\[\[(?:[\w-]+\|)?([^\]]+)\]\]/g, '$1')
    .replace(/\{(\w+)(:\w+)?\}/g, (_, name) => String(values[name] ?? `{${name}}`));

/** Fails unless the page is in this language. @param {Page} page @param {'en' | 'zh-CN'} language */
async function speaks(page, language) {
  assert.equal(await page.locator('html').getAttribute('lang'), language);
  const table = language === 'en' ? en : zh;
  assert.equal(await text(page, '#step'), table.step);
  assert.equal(await page.title(), table.title);
  const pressed = await page.locator('#language [aria-pressed="true"]').allTextContents();
  assert.deepEqual(pressed, [language === 'en' ? 'English' : '中文']);
}

/**
 * Texts and names of the page that are in the wrong language, or have a placeholder left in them.
 * @param {Page} page @param {'en' | 'zh-CN'} language
 */
const strangers = (page, language) =>
  page.evaluate((language) => {
    const wrong = language === 'en' ? /[\u4e00-\u9fff]/ : /[A-Za-z]{3,} [A-Za-z]{2,} [a-z]{2,}/;
    /** @type {string[]} */
    const found = [];
    for (const element of document.body.querySelectorAll('*')) {
      if (element.closest('noscript, #language, script, style')) continue;
      const texts = [...element.childNodes].filter(({ nodeType }) => nodeType === Node.TEXT_NODE);
      const said = texts.map(({ textContent }) => textContent ?? '');
      for (const name of ['title', 'aria-label', 'aria-valuetext', 'placeholder'])
        said.push(element.getAttribute(name) ?? '');
      found.push(...said.filter((one) => wrong.test(one) || /\{\w+(:\w+)?\}|undefined|NaN/.test(one)));
    }
    return found;
  }, language);

describe('Chinese', () => {
  test('by the address: every sentence of the page, in both chapters', () =>
    visit(async (page) => {
      await open(page, `${QUERY}&lang=zh`);
      await speaks(page, 'zh-CN');
      assert.deepEqual(await strangers(page, 'zh-CN'), []);
      await train(page, 10);
      const [step, loss] = [await progress(page, 'step'), (await progress(page, 'total')).toFixed(1)];
      assert.equal(await text(page, '#status'), fill(app.pausedLoss, { step, loss }));
      await enter(page, '#beta', -1);
      await page.locator('#beta-error', { hasText: fill(app.fromTo, { field: 'β', low: 0, high: 100 }) }).waitFor();
      await draw(page, SEVEN);
      await page.locator('#draw[data-empty="false"][aria-busy="false"]').waitFor();
      await page.locator('#data-input').setInputFiles([file('words.txt', Buffer.from('no images'))]);
      await page.locator('#data-error', { hasText: /[\u4e00-\u9fff]/ }).waitFor();
      assert.deepEqual(await strangers(page, 'zh-CN'), []);
      await map(page);
      assert.deepEqual(await strangers(page, 'zh-CN'), []);
    }));

  for (const [locale, language] of /** @type {const} */ ([
    ['zh-CN', 'zh-CN'],
    ['zh-TW', 'zh-CN'],
    ['en-GB', 'en'],
    ['fr-FR', 'en'],
  ])) {
    test(`where the browser speaks ${locale}: ${language}`, () =>
      visit(
        async (page) => {
          // The language is there before the engine.
          await page.goto(`${URL_BASE}?device=cpu`);
          await page.locator('#tab-studio').waitFor();
          await speaks(page, language);
          // An address says more than a browser.
          const other = language === 'en' ? 'zh' : 'en';
          await page.goto(`${URL_BASE}?device=cpu&lang=${other}`);
          await page.locator('#tab-studio').waitFor();
          await speaks(page, other === 'zh' ? 'zh-CN' : 'en');
        },
        { context: { locale } },
      ));
  }
});

describe('the switch', () => {
  test('needs no reload: drawing, picks and training go on', () =>
    visit(async (page) => {
      await open(page, `${QUERY}&epochs=1000`);
      await speaks(page, 'en');
      await page.locator('#strip[data-from^="sample"]').waitFor();
      await page.evaluate(() => Object.assign(window, { same: true }));
      await draw(page, SEVEN);
      await page.locator('#draw[data-empty="false"][aria-busy="false"]').waitFor();
      const drawn = await ink(page, '#draw-input');
      await page.locator('#start').click();
      await reachStep(page, 3);
      await page.locator('#samples-grid [data-index="3"]').click();
      await page.locator('#samples-grid [data-index="19"]').click();
      await path(page, 'sample 1/3', 'sample 1/19');

      for (const [code, language] of /** @type {const} */ ([
        ['zh', 'zh-CN'],
        ['en', 'en'],
        ['zh', 'zh-CN'],
      ])) {
        await page.locator(`#language [lang="${code}"]`).click();
        await page.locator(`html[lang="${language}"]`).waitFor();
        await speaks(page, language);
        assert.deepEqual(await strangers(page, language), []);
        assert.equal(await page.evaluate('window.same'), true, 'the page is the same');
        assert.deepEqual(await ink(page, '#draw-input'), drawn, 'the drawing is there');
        await path(page, 'sample 1/3', 'sample 1/19');
        assert.match(await text(page, '#interpolate-note'), /4.*20/, 'the picks are there');
        await reachStep(page, (await progress(page, 'step')) + 5);
        assert.equal(await page.locator('#progress').getAttribute('data-state'), 'running');
      }
      await page.locator('#pause').click();
      await reach(page, 'paused');
      assert.match(await text(page, '#start'), new RegExp(`^${zh['start.paused']}$`));
      assert.ok(!page.url().includes('lang='), 'the address said no language and says none now');
    }));

  test('is remembered, but an address with a language counts more and follows the switch', () =>
    visit(async (page) => {
      const begin = async (/** @type {string} */ query) => {
        await page.goto(`${URL_BASE}?device=cpu${query}`);
        await page.locator('#tab-studio').waitFor();
      };
      await begin('');
      await page.locator('#language [lang="zh"]').click();
      await page.locator('html[lang="zh-CN"]').waitFor();
      await begin('');
      await speaks(page, 'zh-CN');
      await begin('&lang=en');
      await speaks(page, 'en');
      await page.locator('#language [lang="zh"]').click();
      await page.waitForURL(/lang=zh/);
      await speaks(page, 'zh-CN');
    }));

  test('stays as it is where the sentences cannot be fetched', () =>
    visit(
      async (page) => {
        await open(page, QUERY);
        await page.context().setOffline(true);
        await page.locator('#language [lang="zh"]').click();
        await page.locator('#status', { hasText: 'could not be loaded in 中文' }).waitFor();
        await speaks(page, 'en');
      },
      { expected: /ERR_INTERNET_DISCONNECTED|Failed to load resource/ },
    ));
});

describe('numbers', () => {
  test('have separators and plurals', () =>
    visit(async (page) => {
      await open(page, 'device=cpu&preset=classic&batch=128');
      assert.match(await text(page, '#data-numbers'), /^10,000 for training, 2,000 held out$/);
      assert.match(await text(page, '#model-facts'), /^652,824 parameters, 79 steps per epoch$/);
      assert.match(await text(page, '#settings-brief'), /20 latents, β 1, learning rate 0\.\d+$/);
      await page.locator('#data-input').setInputFiles([file('images-idx3-ubyte', images(60))]);
      await page.locator('#model-facts', { hasText: /, 1 step per epoch$/ }).waitFor();
      await enter(page, '#latent', 1);
      await page.locator('#settings-brief', { hasText: /, 1 latent, / }).waitFor({ state: 'attached' });
      await page.locator('#language [lang="zh"]').click();
      await page.locator('#data-numbers', { hasText: fill(data.numbers, { train: 54, heldOut: 6 }) }).waitFor();
    }));
});

describe('a browser without locale data', () => {
  for (const language of /** @type {const} */ (['en', 'zh-CN']))
    test(`opens the page in ${language} and trains`, () =>
      visit(async (page) => {
        await page.addInitScript(() => {
          for (const name of Object.getOwnPropertyNames(Intl)) {
            if (!/^[A-Z]/.test(name)) continue;
            const broken = class {
              constructor() {
                throw new RangeError('no locale data');
              }
            };
            Object.defineProperty(Intl, name, { value: broken });
          }
        });
        await open(page, `${QUERY}&lang=${language.slice(0, 2)}`);
        await speaks(page, language);
        assert.match(await text(page, '#data-numbers'), /10,000.*2,000/);
        await train(page, 3);
        assert.deepEqual(await strangers(page, language), []);
        await page.locator(`#language [lang="${language === 'en' ? 'zh' : 'en'}"]`).click();
        await page.locator(`html[lang="${language === 'en' ? 'zh-CN' : 'en'}"]`).waitFor();
        await speaks(page, language === 'en' ? 'zh-CN' : 'en');
      }));
});
