// @ts-check
/** Downloads of one file with the page's own module, in a real browser, from good and bad mirrors. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { arrived, mirrors, sources } from './mirrors.js';
import { useBrowser, visit } from './support.js';

useBrowser();

/** Practically incompressible, so that half of the archive is half of the file. */
const CONTENT = randomBytes(3_000_000);
const ARCHIVE = gzipSync(CONTENT);
const NAME = 'images.gz';
const sha256 = (/** @type {Buffer} */ bytes) => createHash('sha256').update(bytes).digest('hex');
const BY_CONTENT = {
  name: NAME,
  size: ARCHIVE.length,
  unpacked: CONTENT.length,
  hashed: 'content',
  sha256: sha256(CONTENT),
};
const BY_ARCHIVE = { ...BY_CONTENT, hashed: 'archive', sha256: sha256(ARCHIVE) };
/** What the browser logs when a request fails. */
const FAILED = { expected: /Failed to load resource/ };

/** @type {Awaited<ReturnType<typeof mirrors>>} */ let here;
/** Another origin. @type {Awaited<ReturnType<typeof mirrors>>} */ let there;
before(async () => {
  here = await mirrors({ [NAME]: ARCHIVE }, sources);
  there = await mirrors({ [NAME]: ARCHIVE });
});
after(() => Promise.all([here.close(), there.close()]));

/** @param {(page: import('playwright-core').Page) => Promise<void>} body @param {{expected?: RegExp}} [options] */
function onPage(body, options) {
  here.reset();
  there.reset();
  return visit(async (page) => {
    await page.exposeFunction('arrived', arrived);
    await page.goto(here.url);
    await body(page);
  }, options);
}

/**
 * @param {import('playwright-core').Page} page @param {object} file @param {string[]} from
 * @returns {Promise<{sha256?: string, kept?: {trouble: string | null, from: string}, code?: string, message?: string,
 *   troubles: string[], labels: string[], left: string[]}>}
 */
const download = (page, file, from) =>
  page.evaluate(
    async ([file, from]) => {
      // @ts-expect-error: served by the test
      const { download } = await import('/src/worker/fetch-verified.js');
      // @ts-expect-error: served by the test
      const { setLanguage, words } = await import('/src/i18n/index.js');
      await setLanguage('en');
      const cache = await caches.open('test');
      /** @type {string[]} */ const troubles = [];
      /** @type {Set<string>} */ const labels = new Set();
      /** @type {any} */ let result;
      try {
        const { content, kept } = await download(file, {
          set: 'Noise',
          mirrors: from,
          cache,
          signal: new AbortController().signal,
          onProgress(/** @type {object} */ label, /** @type {number} */ done) {
            labels.add(words(label));
            // @ts-expect-error: a function of the test
            arrived(done);
          },
          onTrouble: (/** @type {object} */ text) => troubles.push(words(text)),
          patience: 1500,
        });
        const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', content));
        result = { kept, sha256: [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('') };
      } catch (error) {
        const { failure, stack } = /** @type {any} */ (error);
        result = failure ? { code: failure.code, message: words(failure.text) } : { message: stack };
      }
      const left = (await cache.keys()).map(({ url }) => url.replace(/^.*\/(data-[a-z]+)\/[0-9a-f]+/, '$1'));
      return { ...result, troubles, labels: [...labels], left };
    },
    /** @type {const} */ ([file, from]),
  );

/**
 * Waits until the browser has stored this many bytes, in pieces of any size.
 * @param {import('playwright-core').Page} page @param {number} bytes
 */
async function keeps(page, bytes) {
  let kept = 0;
  for (let tries = 0; tries < 600; tries++) {
    kept = await page.evaluate(async () => {
      const cache = await caches.open('test');
      const pieces = await Promise.all(
        (await cache.keys()).map(async (key) => (await (await cache.match(key))?.arrayBuffer())?.byteLength ?? 0),
      );
      return pieces.reduce((sum, length) => sum + length, 0);
    });
    if (kept >= bytes) return;
    await page.waitForTimeout(50);
  }
  assert.fail(`${kept} bytes are kept after more than 30 s, not ${bytes}`);
}

/** @param {Awaited<ReturnType<typeof download>>} result */
function good(result) {
  assert.equal(result.sha256, BY_CONTENT.sha256, `${result.code}: ${result.message}`);
  return result;
}

test('a file is checked and kept, and there again without a network', () =>
  onPage(async (page) => {
    for (const file of [BY_CONTENT, BY_ARCHIVE]) {
      const { kept, left } = good(await download(page, file, [`${here.url}good/`]));
      assert.deepEqual(kept, { trouble: null, from: `${here.url}good/` });
      assert.ok(
        left.every((url) => url === 'data-cache'),
        left.join(),
      );
      await page.context().setOffline(true);
      const { labels } = good(await download(page, file, []));
      assert.deepEqual(labels, ['Reading Noise from this browser']);
      await page.context().setOffline(false);
    }
    assert.equal(here.log.length, 2);
  }));

describe('a connection that breaks off', () => {
  for (const [what, manner, elsewhere, ranges] of /** @type {[string, string, boolean, boolean][]} */ ([
    ['goes on where it was', 'breaks', false, true],
    ['goes on where it was, from another origin', 'breaks', true, true],
    ['goes on where it was, though the range is hidden', 'breaks-hidden', true, true],
    ['begins again where the server knows no ranges', 'breaks-no-range', false, false],
    ['begins again where the server breaks on ranges', 'breaks-on-range', false, false],
    ['begins again where the server sends another range', 'breaks-other-range', false, false],
  ])) {
    test(what, () =>
      onPage(async (page) => {
        const server = elsewhere ? there : here;
        const { troubles, left, labels } = good(await download(page, BY_CONTENT, [`${server.url}${manner}/`]));
        const [first, second] = server.log;
        assert.equal(first?.range, undefined);
        const from = Number(/^bytes=(\d+)-$/.exec(second?.range ?? '')?.[1]);
        assert.ok(from > 0 && from <= (first?.sent ?? 0), `it is asked for the rest: ${second?.range}`);
        assert.equal(
          server.log.filter(({ sent }) => sent === ARCHIVE.length).length,
          ranges ? 0 : 1,
          'the whole file is sent once, or never',
        );
        assert.equal(labels.includes('Resuming the download of Noise'), ranges);
        assert.match(troubles.join(' '), /broke\. Resuming images\.gz/);
        assert.deepEqual(left, ['data-cache'], 'no piece is left over');
      }, FAILED),
    );
  }

  test('and a page that is left: the next visit goes on from what was kept', () =>
    onPage(async (page) => {
      const broken = download(page, BY_ARCHIVE, [`${here.url}stalls/`]).catch(() => {});
      await keeps(page, 2 ** 20);
      await page.reload();
      await broken;
      const { labels } = good(await download(page, BY_ARCHIVE, [`${there.url}good/`]));
      assert.deepEqual(labels, ['Resuming the download of Noise']);
      const [{ range, sent } = { range: '', sent: 0 }] = there.log;
      assert.match(range ?? '', /^bytes=\d+-$/);
      assert.ok(sent <= ARCHIVE.length - 2 ** 20, `${sent} bytes were sent`);
      assert.equal(there.log.length, 1);
    }));

  test('and never comes back: what was kept is said, and used later', () =>
    onPage(async (page) => {
      const broken = await download(page, BY_CONTENT, [`${here.url}wrong-breaks/`]);
      assert.equal(broken.code, 'network');
      assert.match(broken.message ?? '', /2\.0 MB of images\.gz are stored, and the next attempt resumes there/);
      // The stored bytes are the beginning of another file.
      good(await download(page, BY_CONTENT, [`${there.url}good/`]));
      assert.deepEqual(
        there.log.map(({ range }) => !!range),
        [true, false],
        'its checksum differs, so it is begun again',
      );
    }, FAILED));
});

describe('mirrors are tried in turn', () => {
  for (const [manner, sentence] of /** @type {[string, RegExp][]} */ ([
    ['missing', /answered 404 \(not found\) for images\.gz\. Trying localhost/],
    ['wrong', /not the original file \(its checksum differs\), so it was not used\. Trying/],
    ['silent', /localhost:\d+ did not answer\. Trying/],
  ])) {
    test(`after one that is ${manner}`, () =>
      onPage(async (page) => {
        const { troubles, kept, left } = good(
          await download(page, BY_CONTENT, [`${here.url}${manner}/`, `${there.url}good/`]),
        );
        assert.match(troubles.join(' '), sentence);
        assert.equal(kept?.from, `${there.url}good/`);
        assert.deepEqual(
          there.log.map(({ range }) => range),
          [undefined],
          'nothing of the first is used',
        );
        assert.deepEqual(left, ['data-cache']);
      }, FAILED));
  }

  test('and after one that broke off for good, the next goes on where it was', () =>
    onPage(async (page) => {
      good(await download(page, BY_ARCHIVE, [`${here.url}dies/`, `${there.url}good/`]));
      assert.equal(there.log.length, 1);
      assert.match(there.log[0]?.range ?? '', /^bytes=\d+-$/);
    }, FAILED));

  test('and if all fail, each is named and nothing is kept', () =>
    onPage(async (page) => {
      const { code, message, left } = await download(page, BY_ARCHIVE, [`${here.url}missing/`, `${there.url}wrong/`]);
      assert.equal(code, 'network');
      assert.match(
        message ?? '',
        new RegExp(`${new URL(here.url).host} answered 404.*${new URL(there.url).host} is not the original`),
      );
      assert.deepEqual(left, []);
    }, FAILED));

  test('and none where nothing shall be fetched', () =>
    onPage(async (page) => {
      const { code, message } = await download(page, BY_CONTENT, []);
      assert.equal(code, 'network');
      assert.match(message ?? '', /Noise has not been downloaded to this browser yet/);
    }));
});

test('a file that the server unpacked on the way passes where the hash of its content is known, and only there', () =>
  onPage(async (page) => {
    good(await download(page, BY_CONTENT, [`${there.url}unpacked/`]));
    const { code, message } = await download(page, BY_ARCHIVE, [`${there.url}unpacked/`]);
    assert.equal(code, 'data');
    assert.match(message ?? '', /arrived already unpacked, and only the checksum of the archive is known/);
  }));

test('a file that is larger than it should be is not read to its end', () =>
  onPage(async (page) => {
    const { code, message, left } = await download(page, { ...BY_CONTENT, size: 90_000, unpacked: 100_000 }, [
      `${here.url}good/`,
    ]);
    assert.equal(code, 'data');
    assert.match(message ?? '', /larger than it should be/);
    assert.deepEqual(left, []);
  }));

test('what was damaged in the browser is downloaded again', () =>
  onPage(async (page) => {
    good(await download(page, BY_CONTENT, [`${here.url}good/`]));
    await page.evaluate(async () => {
      const cache = await caches.open('test');
      for (const key of await cache.keys()) await cache.put(key, new Response(new Uint8Array(1000)));
    });
    good(await download(page, BY_CONTENT, [`${here.url}good/`]));
    assert.equal(here.log.length, 2);
  }));

describe('storage that is full', () => {
  for (const [what, room] of /** @type {[string, number][]} */ ([
    ['from the start', 0],
    ['after two pieces', 2],
  ])) {
    test(`${what}: the file is used all the same, and nothing is left lying about`, () =>
      onPage(async (page) => {
        await page.evaluate((room) => {
          const put = Cache.prototype.put;
          Cache.prototype.put = function (...args) {
            return room-- > 0
              ? put.apply(this, args)
              : Promise.reject(new DOMException('no room', 'QuotaExceededError'));
          };
        }, room);
        const { kept, left } = good(await download(page, BY_CONTENT, [`${here.url}breaks/`]));
        assert.equal(kept?.trouble, 'full');
        assert.deepEqual(left, []);
        assert.match(here.log[1]?.range ?? '', /bytes=/, 'within one visit it goes on all the same');
      }, FAILED));
  }
});
