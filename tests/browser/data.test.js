// @ts-check
/** Data sets: published ones through the real loading code, and good and bad files. download.test.js has failures. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import {
  comesTrue,
  crashable,
  draw,
  enter,
  file,
  images,
  labels,
  MNIST,
  open,
  progress,
  reach,
  reachStep,
  SEVEN,
  URL_BASE,
  useBrowser,
  visit,
  worker,
} from './support.js';

useBrowser();

describe('own files', () => {
  for (const device of ['cpu', 'webgpu'])
    test(`images and labels, gzipped or not, become the data set, on ${device}`, () =>
      visit(async (page) => {
        await open(page, `device=${device}&batch=16&preset=linear&epochs=1000`);
        await page
          .locator('#data-input')
          .setInputFiles([
            file('train-images-idx3-ubyte.gz', gzipSync(images(200))),
            file('train-labels-idx1-ubyte', labels(200)),
          ]);
        await page.locator('#data[data-kind="files"]').waitFor();
        assert.equal(await page.locator('#data-numbers').getAttribute('data-train'), '180');
        assert.equal(await page.locator('#data-numbers').getAttribute('data-held-out'), '20');
        // The page asks for the thumbnails in a second request, after the data set is loaded.
        await page.waitForFunction(
          (expected) => {
            const canvas = /** @type {any} */ (document.querySelector('#data-thumbs canvas'));
            return (
              canvas.pixels?.reduce((/** @type {number} */ sum, /** @type {number} */ level) => sum + level ** 2, 0) ===
              expected
            );
          },
          64 * 255 ** 2,
        );
        await page.locator('#start').click();
        await reachStep(page, 5);
        await enter(page, '#beta', 0);
        await page.waitForFunction(() => {
          const { total, reconstruction } = /** @type {HTMLElement} */ (document.getElementById('progress')).dataset;
          return Math.abs(Number(total) - Number(reconstruction)) < 1e-6;
        });
      }));

  test('the model before them comes back with its own data', () =>
    visit(async (page) => {
      await open(page, 'device=cpu&batch=16');
      await page.locator('#step').click();
      await reachStep(page, 1);
      await page.locator('#data-input').setInputFiles([file('images-idx3-ubyte', images(60))]);
      await page.locator('#data[data-kind="files"]').waitFor();
      await reach(page, 'idle');
      await page.locator('#undo-reset').click();
      await page.locator('#data[data-kind="generated"]').waitFor();
      await reach(page, 'paused');
      assert.equal(await progress(page, 'step'), 1);
      await page.locator('#data-loading').waitFor({ state: 'hidden' });
      await page.locator('#data-name', { hasText: 'Generated digits' }).waitFor();
    }));

  test('dropped before the engine is there, they come next', () =>
    visit(async (page) => {
      await page.goto(`${URL_BASE}?device=cpu&batch=16`);
      await page.evaluate(
        (bytes) => {
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File([Uint8Array.from(bytes)], 'latest-images-idx3-ubyte'));
          document.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
        },
        [...images(40)],
      );
      await page.locator('#data[data-kind="files"]').waitFor();
      assert.equal(await page.locator('#data-numbers').getAttribute('data-train'), '36');
    }));

  test('that are bad are refused in words, by name, and cost no memory; data set and model stay', () =>
    visit(async (page) => {
      const header = (/** @type {number} */ count) => {
        const bytes = images(0);
        bytes.writeUInt32BE(count, 4);
        return bytes;
      };
      // Several members are one gzip file: 1000 images of zeroes in 1 kB.
      const zeroes = gzipSync(Buffer.alloc(784_000));
      /** @param {number} announced @param {number} thousands of images that are there */
      const bomb = (announced, thousands) =>
        Buffer.concat([gzipSync(header(announced)), ...Array(thousands).fill(zeroes)]);
      const png = Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), Buffer.alloc(64)]);
      const bad = /** @type {[string, Buffer, RegExp][]} */ ([
        ['digits.png', png, /PNG/],
        ['cut-images', images(50).subarray(0, 20_000), /cut short|promises/],
        ['cut-images.gz', gzipSync(images(50)).subarray(0, 100), /cut short|damaged/],
        ['empty-images', Buffer.alloc(0), /empty/],
        ['billions-of-images', header(0xffffffff), /promises.*300,000/],
        ['few-images', images(5), /at least 20/],
        ['million-images.gz', bomb(1_000_000, 1000), /promises 1,000,000 images.*300,000/],
        ['more-images.gz', bomb(100, 300), /more bytes|follow/],
        ['fewer-images.gz', bomb(300_000, 299), /promises 300,000 images.*299,000/],
      ]);
      await crashable(page);
      await open(page, 'device=cpu&batch=16');
      await page.locator('#step').click();
      await reachStep(page, 1);
      const memory = () => worker(page).evaluate(() => /** @type {any} */ (self).__engine.memory.buffer.byteLength);
      const before = await memory();
      for (const [name, content, message] of bad) {
        await page.locator('#data-input').setInputFiles([file(name, content)]);
        await page
          .locator('#data-error')
          .filter({ hasText: `${name}: ` })
          .filter({ hasText: message })
          .waitFor();
      }
      await page.locator('#data-input').setInputFiles([file('labels-idx1-ubyte', labels(50))]);
      await page
        .locator('#data-error')
        .filter({ hasText: /labels only/ })
        .waitFor();
      const grown = (await memory()) - before;
      assert.ok(grown < 16e6, `the engine has taken ${grown} bytes for files that it refused`);
      assert.equal(await page.locator('#data').getAttribute('data-kind'), 'generated');
      assert.equal(await progress(page, 'step'), 1);
      await page.locator('#step').click();
      await reachStep(page, 2);
    }));
});

describe('MNIST', { skip: MNIST ? false : 'skipped: there is no local copy of MNIST (../shared/data/mnist)' }, () => {
  const query = `device=cpu&mnist=${encodeURIComponent(MNIST)}`;

  test('is downloaded by one click, kept, and there again without a network', () =>
    visit(
      async (page) => {
        await open(page, query);
        await page.locator('#data-mnist').click();
        await page.locator('#data[data-kind="mnist"]').waitFor();
        assert.equal(await page.locator('#data-numbers').getAttribute('data-train'), '60000');
        assert.equal(await page.locator('#data-numbers').getAttribute('data-held-out'), '10000');
        await page.locator('#start').click();
        await reachStep(page, 10);
        await page.context().route('**/mnist/**', (route) => route.abort());
        await open(page, `${query}&data=mnist`);
        await page.locator('#data[data-kind="mnist"]').waitFor();
      },
      { expected: /ERR_FAILED/ },
    ));

  test('is asked for once, however often it is clicked; settings changed meanwhile stay', () =>
    visit(async (page) => {
      let fetched = 0;
      /** @type {() => void} */
      let release = () => {};
      const released = new Promise((resolve) => (release = () => resolve(null)));
      await page.route('**/t10k-labels*', (route) => released.then(() => route.continue()));
      await page.route('**/train-images*', (route) => {
        fetched += 1;
        return route.continue();
      });
      await open(page, query);
      await page.locator('#data-mnist').dblclick();
      await enter(page, '#latent', 5);
      // The address goes by the model that is there, not by the form.
      await page.waitForURL(/latent=5/);
      release();
      await page.locator('#data[data-kind="mnist"]').waitFor();
      await page.locator('#data-loading').waitFor({ state: 'hidden' });
      assert.match(page.url(), /latent=5/);
      assert.equal(await page.locator('#figure-latent').textContent(), '5');
      assert.equal(await page.locator('#latent').inputValue(), '5');
      assert.equal(fetched, 1);
    }));

  test('can be cancelled, and the generated digits stay', () =>
    visit(async (page) => {
      await page.route('**/train-images*', () => {});
      await open(page, query);
      await page.locator('#data-mnist').click();
      await page.locator('#data-cancel').click();
      await page.locator('#data-loading').waitFor({ state: 'hidden' });
      assert.equal(await page.locator('#data').getAttribute('data-kind'), 'generated');
    }));

  for (const [what, answer, message] of /** @type {[string, object, RegExp][]} */ ([
    ['a missing file', { status: 404, body: 'no' }, /404/],
    ['a wrong content', { status: 200, body: gzipSync(images(60)) }, /check|expected|differ|not the/i],
  ])) {
    test(`${what} is said, and the generated digits stay`, () =>
      visit(
        async (page) => {
          await page.route('**/t10k-images*', (route) => route.fulfill(answer));
          await open(page, query);
          await page.locator('#data-mnist').click();
          await page.locator('#data-error').filter({ hasText: message }).waitFor();
          assert.equal(await page.locator('#data').getAttribute('data-kind'), 'generated');
        },
        { expected: /404/ },
      ));
  }
});

describe('Fashion-MNIST and KMNIST, in small', () => {
  const NAMES = [
    'train-images-idx3-ubyte.gz',
    'train-labels-idx1-ubyte.gz',
    't10k-images-idx3-ubyte.gz',
    't10k-labels-idx1-ubyte.gz',
  ];
  const SMALL = [images(300), labels(300), images(60), labels(60)].map((content) => gzipSync(content));
  const SETS = /** @type {const} */ ([
    ['fashion', 'Fashion-MNIST', ['3aede38d61863908', 'a04f17134ac03560', '346e55b948d973a9', '67da17c76eaffca5']],
    ['kmnist', 'KMNIST', ['51467d22d8cc7292', 'e38f9ebcd0f3ebcd', 'edd7a857845ad6bb', '20bb9a0ef54c7db3']],
  ]);
  /**
   * Serves the small files. With `known`, their hashes replace the true ones in the worker.
   * @param {import('playwright-core').Page} page @param {readonly string[] | null} known
   * @param {string} [script] runs in the worker first
   */
  async function serve(page, known, script = '') {
    for (const [i, name] of NAMES.entries())
      await page.route(`**/small/${name}`, (route) => route.fulfill({ body: SMALL[i] }));
    await page.route('**/absent/*', (route) => route.fulfill({ status: 404, body: 'no' }));
    await page.route(/worker[^/]*\.js$/, async (route) => {
      const response = await route.fetch();
      let body = await response.text();
      for (const [i, start] of (known ?? []).entries()) {
        const before = body;
        body = body.replace(
          new RegExp(`${start}[0-9a-f]{48}`),
          createHash('sha256')
            .update(SMALL[i] ?? '')
            .digest('hex'),
        );
        assert.notEqual(body, before, 'the worker knows the hash');
      }
      await route.fulfill({ response, body: `${script};\n${body}` });
    });
  }

  for (const [kind, name, hashes] of SETS) {
    const title =
      'comes by one click, from the second mirror if the first has none, and is there again without a network';
    test(`${name} ${title}`, () =>
      visit(
        async (page) => {
          const mirrors = ['absent/', 'small/'].map((path) => `${kind}=${encodeURIComponent(`${URL_BASE}${path}`)}`);
          const query = `device=cpu&${mirrors.join('&')}`;
          await serve(page, hashes);
          await open(page, query);
          const said = page.waitForFunction(
            () => /404.*Trying localhost/.test(document.getElementById('status')?.textContent ?? ''),
            null,
            { polling: 5 },
          );
          await page.locator(`#data-${kind}`).click();
          await said;
          await page.locator(`#data[data-kind="${kind}"]`).waitFor();
          assert.equal(await page.locator('#data-name').textContent(), name);
          assert.equal(await page.locator('#samples-source').textContent(), `Your model trains on ${name}.`);
          assert.equal(await page.locator('#data-numbers').getAttribute('data-train'), '300');
          assert.equal(await page.locator('#data-numbers').getAttribute('data-held-out'), '60');
          assert.equal(await page.locator(`#data-${kind}`).getAttribute('aria-pressed'), 'true');
          await page.waitForFunction((kind) => new URLSearchParams(location.search).get('data') === kind, kind);
          for (const name of NAMES) await page.route(`**/small/${name}`, (route) => route.abort());
          await page.goto(page.url());
          await page.locator(`#data[data-kind="${kind}"]`).waitFor();
        },
        { expected: /404/ },
      ));
  }

  test('what a person drew can be mixed in while they are on their way', () =>
    visit(async (page) => {
      await serve(page, SETS[0][2]);
      /** @type {() => void} */
      let release = () => {};
      const released = new Promise((resolve) => (release = () => resolve(null)));
      const request = () => page.waitForRequest(`**/small/${NAMES[0]}`);
      await page.route(`**/small/${NAMES[0]}`, async (route) => {
        await released;
        // The request for the first data set is cancelled.
        await route.fulfill({ body: SMALL[0] }).catch(() => {});
      });
      await open(page, `device=cpu&batch=16&fashion=${encodeURIComponent(`${URL_BASE}small/`)}`);
      await draw(page, SEVEN);
      await page.locator('#draw[aria-busy="false"][data-empty="false"]').waitFor();
      await page.locator('#own-label').selectOption('7');
      await page.locator('#own-add').click();
      await Promise.all([request(), page.locator('#data-fashion').click()]);
      await Promise.all([request(), page.locator('#mix').check()]);
      release();
      await page.locator('#data[data-kind="fashion"]').waitFor();
      assert.equal(await page.locator('#data-numbers').getAttribute('data-train'), '310');
      assert.equal(await page.locator('#data-numbers').getAttribute('data-own'), '1');
      assert.equal(await page.locator('#mix').isChecked(), true);
    }));

  test('the cache of before there were others than MNIST is thrown away', () =>
    visit(async (page) => {
      await open(page, 'device=cpu&batch=16');
      await page.evaluate(() => caches.open('inkling-mnist'));
      await open(page, 'device=cpu&batch=16');
      await comesTrue(page, () => page.evaluate(async () => !(await caches.has('inkling-mnist'))));
    }));

  test('what is not the original is refused in words, and the generated digits stay', () =>
    visit(async (page) => {
      await serve(page, null);
      await open(page, `device=cpu&fashion=${encodeURIComponent(`${URL_BASE}small/`)}`);
      await page.locator('#data-fashion').click();
      await page
        .locator('#data-error', {
          hasText: /train-images-idx3-ubyte\.gz from localhost:\d+ is not the original file \(its checksum differs\)/,
        })
        .waitFor();
      assert.equal(await page.locator('#data').getAttribute('data-kind'), 'generated');
    }));

  test('that no mirror has: each is named, and nothing claims to be trying still', () =>
    visit(
      async (page) => {
        await serve(page, null);
        const mirrors = ['absent/', 'absent/again/'].map(
          (path) => `fashion=${encodeURIComponent(`${URL_BASE}${path}`)}`,
        );
        await page.route('**/absent/again/*', (route) => route.fulfill({ status: 404, body: 'no' }));
        await open(page, `device=cpu&batch=16&${mirrors.join('&')}`);
        await page.locator('#data-fashion').click();
        await page.locator('#data-error', { hasText: /404.*404/ }).waitFor();
        await page.locator('#data-loading').waitFor({ state: 'hidden' });
        assert.doesNotMatch((await page.locator('#status').textContent()) ?? '', /Trying|Resuming/);
        assert.equal(await page.locator('#data').getAttribute('data-kind'), 'generated');
      },
      { expected: /404/ },
    ));

  test('a browser without room uses the data all the same, and says so', () =>
    visit(async (page) => {
      await serve(
        page,
        SETS[0][2],
        "Cache.prototype.put = () => Promise.reject(new DOMException('no room', 'QuotaExceededError'))",
      );
      await open(page, `device=cpu&fashion=${encodeURIComponent(`${URL_BASE}small/`)}`);
      await page.locator('#data-fashion').click();
      await page.locator('#data[data-kind="fashion"]').waitFor();
      await page
        .locator('#status', {
          hasText: 'This browser has no room to store Fashion-MNIST, so the next visit downloads it again.',
        })
        .waitFor();
    }));
});
