// @ts-check
/** More data: digits that the conditional model writes, in three formats, and what they teach. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { crc32, gunzipSync } from 'node:zlib';
import { distance, ink, open, useBrowser, uses, visit } from './support.js';

/** @typedef {import('playwright-core').Page} Page */

useBrowser();

const SIDE = 28;

/** What Download gives. @param {Page} page @param {string} format @param {string} count */
async function downloaded(page, format, count) {
  await page.locator('#augment-format').selectOption(format);
  await page.locator('#augment-count').selectOption(count);
  const [file] = await Promise.all([page.waitForEvent('download'), page.locator('#augment-download').click()]);
  return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) };
}

/** The files of an archive of stored files, by its directory. @param {Buffer} zip */
function unpacked(zip) {
  const end = zip.length - 22;
  assert.equal(zip.readUInt32LE(end), 0x06054b50);
  /** @type {Map<string, Buffer>} */
  const files = new Map();
  for (let i = 0, at = zip.readUInt32LE(end + 16); i < zip.readUInt16LE(end + 10); i++) {
    assert.equal(zip.readUInt32LE(at), 0x02014b50);
    const [sum, size, length, local] = [16, 24, 28, 42].map((offset) =>
      offset === 28 ? zip.readUInt16LE(at + offset) : zip.readUInt32LE(at + offset),
    );
    assert.ok(sum !== undefined && size !== undefined && length !== undefined && local !== undefined);
    const name = zip.toString('utf8', at + 46, at + 46 + length);
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const bytes = zip.subarray(start, start + size);
    assert.equal(crc32(bytes), sum, name);
    files.set(name, bytes);
    at += 46 + length;
  }
  return files;
}

/** The accuracy of a row, in percent. @param {Page} page @param {string} job */
const accuracy = async (page, job) =>
  Number((await page.locator(`[data-job="${job}"] b`).textContent())?.replace('%', ''));

describe('more data', () => {
  test('digits are written, downloaded in three formats, and teach a classifier', () =>
    visit(async (page) => {
      await open(page, 'device=cpu');
      await uses(page, 'augment');

      // Forty digits, their labels in turn.
      const labels = await page.locator('#augment-written span').allTextContents();
      assert.deepEqual(
        labels,
        Array.from({ length: 40 }, (_, i) => String(i % 10)),
      );
      const first = await ink(page, '#augment-written canvas');
      assert.ok(distance(first) > 1e5);

      // What they teach, over five draws.
      await page.locator('[data-job="logistic-with"][data-draws="5"]').waitFor({ timeout: 120_000 });
      for (const method of ['neighbour', 'logistic']) {
        const [alone, both] = [await accuracy(page, `${method}-alone`), await accuracy(page, `${method}-with`)];
        assert.ok(
          alone > 20 && alone < 100 && both > 20 && both < 100 && alone !== both,
          `${method}: ${alone} ${both}`,
        );
      }
      assert.match((await page.locator('#augment-progress').textContent()) ?? '', /On 1,000 held-out digits/);

      // Two IDX files: the digits that are shown are the first of them.
      const idx = await downloaded(page, 'idx', '100');
      assert.equal(idx.name, 'inkling-digits-idx.zip');
      const files = unpacked(idx.bytes);
      const images = gunzipSync(files.get('train-images-idx3-ubyte.gz') ?? Buffer.alloc(0));
      const named = gunzipSync(files.get('train-labels-idx1-ubyte.gz') ?? Buffer.alloc(0));
      assert.deepEqual(
        [0, 4, 8, 12].map((at) => images.readUInt32BE(at)),
        [0x803, 100, SIDE, SIDE],
      );
      assert.deepEqual([...images.subarray(16, 16 + 784)], first);
      assert.deepEqual([named.readUInt32BE(0), named.readUInt32BE(4)], [0x801, 100]);
      assert.deepEqual(
        [...named.subarray(8)],
        [...Array(100).keys()].map((i) => i % 10),
      );

      // A PNG file for each, in the folder of its label.
      const single = unpacked((await downloaded(page, 'files', '100')).bytes);
      assert.equal(single.size, 100);
      assert.deepEqual(await decoded(page, single.get('7/00007.png')), written(images, 7));

      // One sheet.
      const sheet = await downloaded(page, 'sheet', '100');
      assert.equal(sheet.name, 'inkling-digits.png');
      const { width, height } = await decoded(page, sheet.bytes);
      assert.deepEqual([width, height], [50 * SIDE, 2 * SIDE]);

      // Others are others.
      await page.locator('#augment-others').click();
      await page.locator('#augment-written[data-seed="2"]').waitFor();
      assert.ok(distance(first, await ink(page, '#augment-written canvas')) > 1e4);
    }));
});

/** A PNG as the browser decodes it, its red channel. @param {Page} page @param {Buffer | undefined} bytes */
async function decoded(page, bytes) {
  assert.ok(bytes);
  return page.evaluate(
    async (numbers) => {
      const picture = await createImageBitmap(new Blob([Uint8Array.from(numbers)], { type: 'image/png' }));
      const { width, height } = picture;
      const context = new OffscreenCanvas(width, height).getContext('2d');
      context?.drawImage(picture, 0, 0);
      const { data } = context?.getImageData(0, 0, width, height) ?? { data: [] };
      return { width, height, levels: [...data].filter((_, i) => i % 4 === 0) };
    },
    [...bytes],
  );
}

/** The same of an image in an IDX file. @param {Buffer} images @param {number} i */
const written = (images, i) => ({
  width: SIDE,
  height: SIDE,
  levels: [...images.subarray(16 + 784 * i, 16 + 784 * (i + 1))],
});
