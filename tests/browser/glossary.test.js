// @ts-check
/** The glossary: every term of the field opens its explanation, right where it stands. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import axe from 'axe-core';
import en from '../../www/src/glossary/en.js';
import { FORMULAS } from '../../www/src/glossary/formulas.js';
import { PICTURES } from '../../www/src/glossary/pictures.js';
import zh from '../../www/src/glossary/zh.js';
import { chapter, comesTrue, open, reachStep, useBrowser, visit } from './support.js';

/** @typedef {import('playwright-core').Page} Page */

useBrowser();

const QUERY = 'device=cpu&preset=linear&batch=16&epochs=1000';
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

/** The popover, open and complete at this entry. @param {Page} page @param {string} id */
const opened = (page, id) =>
  page.locator(`#glossary:popover-open[data-term="${id}"]:not([aria-busy]) #glossary-body > *`).first().waitFor();
/** @param {Page} page */
const closed = (page) =>
  page.waitForFunction(() => !document.querySelector('#glossary')?.matches(':popover-open'), undefined);
/** The term that has the focus, null if there is none. @param {Page} page */
const focusedTerm = (page) =>
  page.evaluate(() => /** @type {HTMLElement} */ (document.activeElement)?.dataset.term ?? null);
/** @param {Page} page */
const focusWithin = (page) => page.evaluate(() => !!document.activeElement?.closest('#glossary'));
/** @param {Page} page */
const title = (page) => page.locator('#glossary-title').textContent();

/**
 * What is wrong with where the open popover lies: within the window, and beside its term.
 * @param {Page} page
 */
const misplaced = (page) =>
  page.evaluate(() => {
    const box = /** @type {HTMLElement} */ (document.querySelector('#glossary')).getBoundingClientRect();
    const word = document.querySelector('.term[aria-expanded="true"] > span')?.getBoundingClientRect();
    const { clientWidth } = document.documentElement;
    const wrong = [];
    if (box.left < 0 || box.right > clientWidth || box.top < 0 || box.bottom > innerHeight)
      wrong.push(`${box.left} to ${box.right}, ${box.top} to ${box.bottom}`);
    if (!word) wrong.push('no term says that it is open');
    else {
      const away = Math.min(Math.abs(box.top - word.bottom), Math.abs(word.top - box.bottom));
      if (away > 16) wrong.push(`${away} px from its term`);
      if (box.top < word.bottom && word.top < box.bottom) wrong.push('it covers its term');
      if (word.left < box.left - 1 || word.left > box.right) wrong.push('it is not beside its term');
    }
    return wrong;
  });

/** What axe finds wrong with the open popover. @param {Page} page @param {string} state */
const violations = (page, state) =>
  page.evaluate(async (state) => {
    const runOnly = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const { violations } = await /** @type {any} */ (window).axe.run('#glossary', { runOnly });
    return violations.flatMap((/** @type {any} */ { id, nodes }) =>
      nodes.map((/** @type {any} */ { target, failureSummary }) => `${state}: ${id} ${target}: ${failureSummary}`),
    );
  }, state);

describe('a term', () => {
  test('opens and closes by mouse and keyboard, stays beside its word, and gives the focus back', () =>
    visit(async (page) => {
      /** @type {string[]} */
      const fetched = [];
      page.on('request', (request) => fetched.push(request.url()));
      await page.emulateMedia({ reducedMotion: 'reduce' });
      await open(page, QUERY);
      await page.evaluate(axe.source);
      const one = (/** @type {RegExp} */ name) => fetched.filter((url) => name.test(url)).length;
      await comesTrue(page, async () => one(/assets\/inside\/glossary-[^/]*\.js/) === 1);

      // By mouse, in a legend that has no room for a sentence.
      const kl = page.locator('#legend .term[data-term="kl"]');
      await kl.click();
      await opened(page, 'kl');
      assert.equal(await title(page), en.kl.title);
      assert.ok(await focusWithin(page), 'the focus is in the popover');
      assert.deepEqual(await misplaced(page), []);
      const formula = await page.locator('#glossary math').first().boundingBox();
      assert.ok(formula && formula.width > 100 && formula.height > 15, 'a formula is laid out');
      assert.equal(await page.locator('#glossary svg').getAttribute('aria-label'), en.kl.picture);
      for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
        await page.emulateMedia({ colorScheme });
        assert.deepEqual(await violations(page, colorScheme), []);
      }
      assert.equal(one(/assets\/inside\/zh-/), 0, 'only the entries of the language are downloaded');
      await page.keyboard.press('Escape');
      await closed(page);
      assert.equal(await focusedTerm(page), 'kl');
      assert.equal(await kl.getAttribute('aria-expanded'), null);
      // A second click closes, a click elsewhere, too; a click on another term turns to it.
      await kl.click();
      await opened(page, 'kl');
      await kl.click();
      await closed(page);
      await kl.click();
      await opened(page, 'kl');
      await page.locator('#train .term[data-term="step"]').click();
      await opened(page, 'step');
      assert.deepEqual(await misplaced(page), []);
      await page.locator('#train-title').click();
      await closed(page);

      // By keyboard: Enter opens; Tab runs through the popover and on from the term.
      await page.locator('#train .term[data-term="parameters"]').focus();
      await page.keyboard.press('Enter');
      await opened(page, 'parameters');
      const stops = await page.locator('#glossary button:visible').count();
      for (let i = 0; i < stops; i++) {
        await page.keyboard.press('Tab');
        assert.ok(await focusWithin(page), `stop ${i} of ${stops}`);
      }
      await page.keyboard.press('Tab');
      await closed(page);
      assert.equal(await focusedTerm(page), 'loss', 'the next term of the sentence');
      await page.keyboard.press('Space');
      await opened(page, 'loss');
      await page.keyboard.press('Shift+Tab');
      await closed(page);
      assert.equal(await focusedTerm(page), 'parameters');

      // From entry to entry, and the list of all.
      await page.keyboard.press('Enter');
      await page.locator('#glossary .also .term[data-term="gradient"]').press('Enter');
      await opened(page, 'gradient');
      assert.equal(await title(page), en.gradient.title);
      assert.ok(await focusWithin(page));
      await page.locator('#glossary-all').click();
      await opened(page, 'index');
      assert.equal(await page.locator('#glossary li').count(), Object.keys(en).length);
      assert.deepEqual(await violations(page, 'all terms'), []);

      // Another language, with the popover open: it stays, in that language, at the same place.
      await page.locator('#glossary li .term[data-term="sigma"]').click();
      await opened(page, 'sigma');
      await page.locator('#language [lang="zh"]').dispatchEvent('click');
      await page.locator('html[lang="zh-CN"]').waitFor();
      await comesTrue(page, async () => (await title(page)) === zh.sigma.title);
      await opened(page, 'sigma');
      assert.ok((await page.locator('#glossary-body p').first().textContent())?.startsWith(zh.sigma.text.slice(0, 9)));
      assert.deepEqual(await misplaced(page), []);
      await page.locator('#glossary-close').click();
      await closed(page);
      assert.equal(await focusedTerm(page), 'parameters', 'the word was written anew and has the focus all the same');
      await page.locator('#language [lang="en"]').click();
      await page.locator('html[lang="en"]').waitFor();

      // One press of Escape closes one thing.
      await page.locator('#how summary').click();
      await page.locator('#how .term[data-term="elbo"]').click();
      await opened(page, 'elbo');
      assert.deepEqual(await misplaced(page), []);
      await page.keyboard.press('Escape');
      await closed(page);
      assert.equal(await page.locator('#how[open]').count(), 1);
      await page.keyboard.press('Escape');
      assert.equal(await page.locator('#how[open]').count(), 0);

      // A sentence that changes while the model trains keeps the focus of its term.
      await page.locator('#legend .term[data-term="reconstruction"]').focus();
      await page.locator('#start').dispatchEvent('click');
      await reachStep(page, 5);
      assert.equal(await focusedTerm(page), 'reconstruction');
      await page.keyboard.press('Enter');
      await opened(page, 'reconstruction');
      await reachStep(page, 15);
      await opened(page, 'reconstruction');
      await page.keyboard.press('Escape');
      await page.locator('#pause').click();

      // In every chapter.
      await chapter(page, 'inside');
      await page.locator('#lede .term[data-term="latent-space"]').click();
      await opened(page, 'latent-space');
      assert.deepEqual(await misplaced(page), []);
    }));

  test('is a word of its sentence: no line becomes higher, and it is plain text in a control', () =>
    visit(async (page) => {
      await open(page, QUERY);
      const changed = await page.evaluate(() => {
        const hosts = '#legend dt, #data-numbers, #model-facts, .caption, #preset-summary, .unit, #lede';
        return [...document.querySelectorAll(hosts)].flatMap((host) => {
          const height = () => host.getBoundingClientRect().height;
          const [nodes, with_] = [[...host.childNodes], height()];
          if (with_ === 0 || !host.querySelector('.term')) return [];
          host.replaceChildren(host.textContent ?? '');
          const without = height();
          host.replaceChildren(...nodes);
          return with_ === without ? [] : [`${host.id || host.className}: ${without} px without, ${with_} with terms`];
        });
      });
      assert.deepEqual(changed, []);
      assert.ok((await page.locator('main .term:visible').count()) > 25, 'there are terms on the page');
      const nested = 'button button, a button, label button, summary button, option button, [aria-hidden=true] button';
      assert.equal(await page.locator(`:is(${nested}).term`).count(), 0);
      const marks = await page.evaluate(() =>
        [...document.querySelectorAll('*')].flatMap((element) =>
          [...element.attributes, ...element.childNodes]
            .map((one) => (one instanceof Attr ? one.value : one.nodeType === Node.TEXT_NODE ? one.nodeValue : ''))
            .filter((text) => text?.includes('[[') || text?.includes(']]')),
        ),
      );
      assert.deepEqual(marks, [], 'no mark is left in a text or an attribute');
      // The name of a setting is a term, and the name of its field all the same.
      const name = await page.locator('#latent').evaluate((input) => {
        const id = input.getAttribute('aria-labelledby') ?? '';
        return document.getElementById(id)?.textContent?.trim();
      });
      assert.equal(name, 'Latent size');
      assert.equal(await page.locator('#latent-slider').getAttribute('aria-label'), 'Latent size, slider');
    }));
});

describe('on a phone', () => {
  for (const language of /** @type {const} */ (['en', 'zh']))
    test(`every entry fits the screen, and every term can be tapped: ${language}`, () =>
      visit(
        async (page) => {
          const entries = language === 'en' ? en : zh;
          await open(page, `${QUERY}&lang=${language}`);
          await page.locator('#held-out canvas').first().waitFor();
          // Room around a word, for a finger, covers no other word and no control.
          const covered = await page.evaluate(() => {
            const calm = /** @type {ScrollIntoViewOptions} */ ({ block: 'center', behavior: 'instant' });
            const controls = 'main button, main input:not([type=file]), main select, main summary, footer a';
            return [...document.querySelectorAll(controls)].flatMap((control) => {
              const target = control.matches('.term') ? control.firstElementChild : control;
              if (!target?.checkVisibility()) return [];
              target.scrollIntoView(calm);
              const { left, right, top, bottom } = target.getBoundingClientRect();
              const hit = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
              return hit === control || control.contains(hit) || !hit?.closest('.term')
                ? []
                : [`${control.id || control.textContent} lies under ${hit.closest('.term')?.textContent}`];
            });
          });
          assert.deepEqual(covered, []);

          const first = page.locator('#draw .caption .term[data-term="decoder"]');
          await first.scrollIntoViewIfNeeded();
          await first.tap();
          await opened(page, 'decoder');
          assert.deepEqual(await misplaced(page), []);
          await page.touchscreen.tap(380, 5);
          await closed(page);
          await first.tap();
          await opened(page, 'decoder');
          await page.locator('#glossary-all').tap();
          await page.locator('#glossary li .term[data-term="sigma"]').tap();
          await opened(page, 'sigma');
          /** @type {string[]} */
          const wrong = [];
          for (const [id, entry] of Object.entries(entries)) {
            await page.locator('#glossary-all').dispatchEvent('click');
            await opened(page, 'index');
            await page.locator(`#glossary li .term[data-term="${id}"]`).dispatchEvent('click');
            await opened(page, id);
            const shown = await page.evaluate(() => {
              const box = /** @type {HTMLElement} */ (document.querySelector('#glossary'));
              const body = /** @type {HTMLElement} */ (document.querySelector('#glossary-body'));
              const high = (/** @type {string} */ selector) =>
                [...body.querySelectorAll(selector)].map((one) => one.getBoundingClientRect().height).filter(Boolean);
              return {
                text: body.querySelector('p')?.textContent,
                formulas: high('math').length,
                pictures: high('svg[role="img"][aria-label]').length,
                wide: box.scrollWidth - box.clientWidth,
                cut: [...body.querySelectorAll('math')].filter((one) => one.scrollWidth > one.clientWidth + 1).length,
              };
            });
            wrong.push(...(await misplaced(page)).map((what) => `${id}: ${what}`));
            const formulas = FORMULAS[id]?.match(/<math/g)?.length ?? 0;
            assert.deepEqual(
              shown,
              { text: entry.text, formulas, pictures: id in PICTURES ? 1 : 0, wide: 0, cut: 0 },
              id,
            );
          }
          assert.deepEqual(wrong, []);
        },
        { context: PHONE },
      ));
});

describe('without a network', () => {
  test('the popover says that the entry could not be downloaded', () =>
    visit(
      async (page) => {
        await page.route(/assets\/inside\/glossary-/, (route) => route.abort());
        await open(page, QUERY);
        await page.locator('#legend .term[data-term="kl"]').click();
        await page.locator('#glossary:popover-open #glossary-body', { hasText: 'could not be downloaded' }).waitFor();
        assert.equal(await title(page), 'KL');
        await page.keyboard.press('Escape');
        await closed(page);
        assert.equal(await focusedTerm(page), 'kl');
      },
      { expected: /ERR_FAILED|Failed to (load|fetch)/ },
    ));
});
