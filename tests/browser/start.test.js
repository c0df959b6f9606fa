// @ts-check
/** How the page starts where something is in its way: a file, the browser, one panel, a host that sends no headers. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { chapter, file, open, reachStep, URL_BASE, useBrowser, visit } from './support.js';

useBrowser();

const QUERY = 'device=cpu&preset=linear&batch=16';

describe('a page that cannot start', () => {
  test('says so in the language of the visitor, and starts when it is loaded again', () =>
    visit(
      async (page) => {
        const scripts = /\/assets\/index-[^/]*\.js$/;
        await page.route(scripts, (route) => route.fulfill({ status: 404 }));
        await page.goto(`${URL_BASE}?${QUERY}&lang=zh`);
        const notice = page.locator('#not-started');
        await notice.filter({ hasText: '页面未能启动' }).waitFor();
        assert.equal(await notice.getAttribute('lang'), 'zh-CN');
        await page.unroute(scripts);
        await page.route(/\/assets\/i18n\//, (route) => route.abort());
        await page.goto(`${URL_BASE}?${QUERY}&lang=en`);
        await notice.filter({ hasText: 'The page did not start' }).waitFor();
        await page.unroute(/\/assets\/i18n\//);
        await notice.locator('a').click();
        await page.locator('html[data-ready="true"]').waitFor();
        assert.equal(await notice.count(), 0);
      },
      { expected: /Failed to load resource|page error: / },
    ));

  test('says so where the browser itself fails it', () =>
    visit(
      async (page) => {
        await page.addInitScript(() => {
          Object.defineProperty(window, 'URLSearchParams', {
            value: class {
              constructor() {
                throw new Error('a test');
              }
            },
          });
        });
        await page.goto(`${URL_BASE}?${QUERY}`);
        await page.locator('#not-started', { hasText: 'a test' }).waitFor();
        assert.doesNotMatch((await page.locator('body').innerText()) ?? '', /Loading the engine|Looking for/);
      },
      { expected: /a test/ },
    ));

  test('says that it is still loading where a file never comes', () =>
    visit(async (page) => {
      await page.clock.install();
      await page.route(/\/assets\/index-[^/]*\.js$/, () => {});
      await page.goto(`${URL_BASE}?${QUERY}`, { waitUntil: 'commit' });
      await page.locator('#masthead').waitFor();
      assert.equal(await page.locator('#not-started').count(), 0);
      await page.clock.fastForward(60_000);
      await page.locator('#not-started[data-what="slow"]').waitFor();
    }));
});

test('a panel that does not start says so in its place, and the others go on', () =>
  visit(
    async (page) => {
      await page.addInitScript(() => {
        const match = window.matchMedia;
        window.matchMedia = (query) => {
          // Only the settings fold at this width.
          if (query === '(max-width: 699px)') throw new Error('a test');
          return match.call(window, query);
        };
      });
      await open(page, QUERY);
      assert.match((await page.locator('#model').textContent()) ?? '', /^ModelThis part of the page did not start/);
      assert.equal(await page.locator('#not-started').count(), 0);
      await page.locator('#step').click();
      await reachStep(page, 1);
      await page.locator('#samples-grid[data-shows="yours"]').waitFor();
    },
    { expected: /a test/ },
  ));

describe('a chapter that is downloaded when it is opened', () => {
  test('opens without the network, too, once the page is ready', () =>
    visit(
      async (page) => {
        await open(page, QUERY);
        // A script and a style sheet for each of its four panels, at least.
        await page.waitForFunction(() => {
          const files = performance.getEntriesByType('resource').map(({ name }) => name);
          return files.filter((name) => /assets\/inside\/.*\.(js|css)$/.test(name)).length >= 8;
        });
        await page.waitForLoadState('networkidle');
        await page.context().setOffline(true);
        await chapter(page, 'inside');
        for (const panel of ['athand', 'latents', 'map', 'anatomy'])
          await page.locator(`#${panel} > :nth-child(2)`).first().waitFor();
      },
      // The pretrained plane is a download of its own.
      { expected: /ERR_INTERNET_DISCONNECTED/ },
    ));

  test('says where a panel is missing, and the others go on', () =>
    visit(
      async (page) => {
        await page.route(/assets\/inside\/latents-[^/]*\.js$/, (route) => route.abort());
        await open(page, `${QUERY}#inside`);
        await page.locator('#map canvas').first().waitFor();
        assert.match(
          (await page.locator('#latents').textContent()) ?? '',
          /This part of the page could not be downloaded/,
        );
      },
      { expected: /latents-|dynamically imported module|ERR_FAILED/ },
    ));
});

test('a host that sends no headers gets the same policy from the page, and long names do not widen it', () =>
  visit(async (page) => {
    const sent = (await fetch(URL_BASE)).headers.get('content-security-policy') ?? '';
    await page.route(/.*/, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, headers: { 'content-type': response.headers()['content-type'] ?? '' } });
    });
    for (const path of ['bench.html', `?${QUERY}`]) {
      await page.goto(`${URL_BASE}${path}`);
      const policy = await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute('content');
      // Of itself, a page cannot say who may frame it.
      assert.equal(policy, sent.replace(/; frame-ancestors[^;]*$/, ''), path);
    }
    await page.locator('html[data-ready="true"]').waitFor();
    const forgotten = ':is(button, input, select)[id]:not([autocomplete])';
    const names = await page.locator(forgotten).evaluateAll((all) => all.map((one) => one.outerHTML.slice(0, 80)));
    // Firefox would restore them over a reload, disabled or not.
    assert.deepEqual(names, []);

    await page.locator('#model-input').setInputFiles(file(`${'x'.repeat(300)}.safetensors`, Buffer.alloc(100, 1)));
    await page.locator('#file-error', { hasText: 'xxx' }).waitFor();
    const said = (await page.locator('#file-error').textContent()) ?? '';
    assert.ok(said.length < 240, said);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), 'nothing is wider');
  }));
