// @ts-check
/** Inside, the image at hand and its latents: drawn, dragged, resampled, traversed, saved, and back to the mean. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import {
  chapter,
  comesTrue,
  distance,
  draw,
  ink,
  NOUGHT,
  open,
  pixels,
  reach,
  reachStep,
  SEVEN,
  useBrowser,
  visit,
} from './support.js';

/** @typedef {import('playwright-core').Page} Page */

useBrowser();

const OUTPUT = '#athand-output';

/** Keeps the page's workers where `ask` finds them. @param {Page} page before it is opened */
const reachable = (page) =>
  page.addInitScript(() => {
    const Real = Worker;
    /** @type {Worker[]} */
    const workers = [];
    Object.assign(window, {
      workers,
      Worker: class extends Real {
        /** @param {ConstructorParameters<typeof Worker>} args */
        constructor(...args) {
          super(...args);
          workers.push(this);
        }
      },
    });
  });

/** Asks the engine itself. @param {Page} page @param {string} type @param {Record<string, unknown>} send */
const ask = (page, type, send) =>
  page.evaluate(
    ({ type, send }) =>
      new Promise((resolve, reject) => {
        const worker = /** @type {any} */ (window).workers.at(-1);
        const id = `test ${Math.random()}`;
        const listen = (/** @type {MessageEvent} */ { data }) => {
          if (data.id !== id) return;
          worker.removeEventListener('message', listen);
          if (!data.ok) return reject(new Error(JSON.stringify(data.error)));
          const plain = Object.entries(data.back).map(([name, value]) => [
            name,
            ArrayBuffer.isView(value) ? Array.from(/** @type {any} */ (value)) : value,
          ]);
          resolve(Object.fromEntries(plain));
        };
        worker.addEventListener('message', listen);
        const typed = send.pixels ? { ...send, pixels: Uint8Array.from(/** @type {number[]} */ (send.pixels)) } : send;
        worker.postMessage({ id, type, send: typed, live: false });
      }),
    { type, send },
  );

/** The rows that can be seen, from top to bottom. @param {Page} page */
const rows = (page) =>
  page.locator('#latents-list').evaluate((list) =>
    [.../** @type {NodeListOf<HTMLElement>} */ (list.querySelectorAll('.latent:not([hidden])'))]
      .map((row) => ({
        latent: Number(row.dataset.latent),
        top: row.getBoundingClientRect().top,
        z: Number(row.getAttribute('aria-valuenow')),
        text: row.getAttribute('aria-valuetext') ?? '',
        nats: Number(row.querySelector('.latent-nats')?.textContent),
        differs: row.dataset.differs === 'true',
        mu: /** @type {HTMLElement} */ (row.querySelector('.mu')).style.transform,
      }))
      .sort((a, b) => a.top - b.top),
  );
/** @param {Page} page @param {number} latent */
const row = (page, latent) => page.locator(`.latent[data-latent="${latent}"]`);
/** @param {Page} page @param {number} latent */
const zOf = async (page, latent) => Number(await row(page, latent).getAttribute('aria-valuenow'));
/** Waits until the output is this image, or is not. @param {Page} page @param {number[]} image @param {boolean} same */
const output = (page, image, same) =>
  comesTrue(page, async () => {
    const now = await pixels(page, OUTPUT);
    return now !== null && (distance(now, image) === 0) === same;
  });
/** Waits for a word in what is said of the image at hand. @param {Page} page @param {string | RegExp} words */
const says = (page, words) => page.locator('#athand-state', { hasText: words }).waitFor();
/** Waits until what was drawn is read and looked into. @param {Page} page */
const read = (page) => page.locator('#athand[aria-busy="false"]').waitFor();
/** Waits for the statistics of the held-out set. @param {Page} page */
const sorted = (page) => page.locator('.latent .mean:not([hidden])').first().waitFor({ state: 'attached' });
/** The eleven digits, once they are of this latent. @param {Page} page @param {number} latent */
async function strip(page, latent) {
  await page.locator(`#latents-strip[data-latent="${latent}"]`).waitFor();
  return Promise.all(Array.from({ length: 11 }, (_, i) => ink(page, `#latents-strip [data-index="${i}"] canvas`)));
}
/** The eight readings. @param {Page} page @param {string | null} seed */
async function readings(page, seed) {
  await page.locator(`#latents-readings[data-seed="${seed}"]`).waitFor();
  return Promise.all(Array.from({ length: 8 }, (_, i) => ink(page, `#latents-readings [data-index="${i}"] canvas`)));
}
/**
 * Where on the screen a value of a latent's axis lies.
 * @param {Page} page @param {number} latent @param {number} value
 */
async function placeOf(page, latent, value) {
  const box = await row(page, latent).locator('.latent-axis').boundingBox();
  assert.ok(box);
  return /** @type {const} */ ([box.x + ((value + 3.5) / 7) * box.width, box.y + box.height / 2]);
}

describe('the latents of the image at hand', () => {
  test('follow a drawing, a drag, the keys, a draw, and go back', () =>
    visit(async (page) => {
      await reachable(page);
      await open(page, 'device=cpu#inside');
      await page.locator('html[data-shown="best"]').waitFor();
      await sorted(page);
      const greeting = await ink(page, '#athand-input');
      await says(page, /held-out digit 1\b.*μ/);
      assert.equal(await page.locator('.latent').count(), 32);

      // Drawn here: the rows follow.
      const before = (await rows(page)).map(({ mu }) => mu);
      await draw(page, SEVEN, '#athand-pad');
      await says(page, 'your drawing');
      await read(page);
      await comesTrue(page, async () => (await rows(page)).some(({ mu }, i) => mu !== before[i]));
      const drawing = await ink(page, '#athand-input');
      assert.ok(distance(drawing, greeting) > 1e5);
      await output(page, greeting, false);

      // The sums are the engine's own.
      const asked = { model: 'best', pixels: drawing };
      const inspected = /** @type {any} */ (await ask(page, 'inspect', asked));
      await comesTrue(page, async () => {
        const sum = Number(/[\d.]+/.exec((await page.locator('#latents-sum').textContent()) ?? '')?.[0]);
        return Math.abs(sum - inspected.divergence) <= 0.051;
      });
      const unfold = page.locator('#latents-fold');
      // A slow machine takes fewer than 1,000.
      const count = Number(await page.locator('#latents-list').getAttribute('data-images'));
      assert.ok(count >= 100 && count <= 1000, `${count} images`);
      const statistics = /** @type {any} */ (await ask(page, 'latentStatistics', { model: 'best', count }));
      const silent = statistics.active.filter((/** @type {number} */ active) => active === 0).length;
      assert.equal(await page.locator('#latents-list').getAttribute('data-silent'), String(silent));
      assert.equal((await rows(page)).length, 32 - silent, 'those that carry nothing are folded');
      if (silent > 0) {
        assert.match((await unfold.textContent()) ?? '', new RegExp(`^${silent} of 32 numbers`));
        await unfold.click();
      }
      const all = await rows(page);
      assert.equal(all.length, 32);
      const shownSum = all.reduce((sum, { nats }) => sum + nats, 0);
      assert.ok(Math.abs(shownSum - inspected.divergence) < 32 * 0.005, `${shownSum} ${inspected.divergence}`);
      for (const { latent, nats } of all) assert.ok(Math.abs(nats - inspected.kl[latent]) < 0.006, `z ${latent + 1}`);
      if (silent > 0) await unfold.click();
      await page.locator('#latents-list').evaluate((list) => list.scrollTo(0, 0));
      const order = all.slice(0, 32 - silent).map(({ latent }) => statistics.kl[latent]);
      for (const [i, kl] of order.slice(1).entries()) assert.ok(kl <= 1.03 * (order[i] ?? 0) + 0.002, 'sorted by KL');

      // Dragged with the pointer, and back.
      const mean = await ink(page, OUTPUT);
      const [top] = await rows(page);
      assert.ok(top);
      const away = top.z > 0 ? -2 : 2;
      await page.mouse.move(...(await placeOf(page, top.latent, top.z)));
      await page.mouse.down();
      await page.mouse.move(...(await placeOf(page, top.latent, away)), { steps: 8 });
      await output(page, mean, false);
      await page.mouse.up();
      await comesTrue(page, async () => Math.abs((await zOf(page, top.latent)) - away) < 0.03);
      assert.ok((await rows(page))[0]?.differs, 'z is a mark of its own');
      await says(page, `You moved z ${top.latent + 1}`);
      await comesTrue(page, async () => distance((await pixels(page, OUTPUT)) ?? mean, mean) > 1e5);
      await page.locator('#latents-settle').click();
      await output(page, mean, true);
      assert.ok(!(await rows(page)).some(({ differs }) => differs));

      // The same by keyboard.
      await row(page, top.latent).focus();
      const start = await zOf(page, top.latent);
      for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowLeft');
      await page.keyboard.press('Shift+ArrowLeft');
      await comesTrue(page, async () => Math.abs((await zOf(page, top.latent)) - Math.max(-3.5, start - 0.8)) < 0.02);
      await output(page, mean, false);
      await page.keyboard.press('End');
      await comesTrue(page, async () => (await zOf(page, top.latent)) === 3.5);
      await page.keyboard.press('Home');
      await comesTrue(page, async () => (await zOf(page, top.latent)) === -3.5);
      await page.keyboard.press('Delete');
      await output(page, mean, true);
      await page.locator('#athand-settle').click();
      await output(page, mean, true);
      await says(page, 'read as μ');
      await row(page, top.latent).focus();
      await page.keyboard.press('ArrowDown');
      const [, second] = await rows(page);
      const focused = () => page.evaluate(() => /** @type {HTMLElement} */ (document.activeElement)?.dataset.latent);
      assert.equal(await focused(), String(second?.latent), 'the next row');
      await page.locator('#latents-what', { hasText: `z ${(second?.latent ?? 0) + 1}` }).waitFor();
      await strip(page, second?.latent ?? -1);
      await page.keyboard.press('ArrowUp');
      assert.equal(await page.locator('.latent[tabindex="0"]').count(), 1, 'the rows take one stop of the Tab key');

      // What it does: eleven digits.
      const eleven = await strip(page, top.latent);
      assert.ok(distance(eleven[5] ?? [], eleven[0]) > 1e5 && distance(eleven[5] ?? [], eleven[10]) > 1e5);
      await page.locator('#latents-strip [data-index="10"]').click();
      await comesTrue(page, async () => (await zOf(page, top.latent)) === 3);
      await output(page, eleven[10] ?? [], true);
      assert.equal(await page.locator('#latents-strip [data-index="10"]').getAttribute('aria-current'), 'true');
      await page.keyboard.press('ArrowLeft');
      await page.keyboard.press('Enter');
      await comesTrue(page, async () => (await zOf(page, top.latent)) === 2.4);
      await output(page, eleven[9] ?? [], true);
      assert.deepEqual(await strip(page, top.latent), eleven, 'it stays as it was: the others did not move');

      // Eight readings of one posterior.
      await page.locator('#latents-resample').click();
      const seed = 2;
      const eight = await readings(page, String(seed));
      for (const [i, one] of eight.entries())
        for (const other of eight.slice(i + 1)) assert.ok(distance(one, other) > 0, `reading ${i + 1} is like another`);
      await says(page, 'draw from its posterior');
      await comesTrue(page, async () => (await rows(page)).filter(({ differs }) => differs).length > 10);
      await page.locator('#latents-readings [data-index="4"]').click();
      await output(page, eight[4] ?? [], true);
      await page.locator('#latents-resample').click();
      const again = await readings(page, String(seed + 1));
      assert.ok(distance(again[0] ?? [], eight[0]) > 0, 'drawn anew');

      // A z from the prior.
      const drawn = await ink(page, OUTPUT);
      await page.locator('#latents-prior').click();
      await says(page, 'prior');
      await output(page, drawn, false);
      await page.locator('#latents-settle').click();
      await output(page, mean, true);

      // The whole table, saved.
      await page.locator('#latents-table-open').click();
      await page.locator('#latents-table-save:enabled').waitFor();
      const saved = page.waitForEvent('download');
      await page.locator('#latents-table-save').click();
      const path = await (await saved).path();
      const file = await readFile(path);
      assert.equal(file.toString('latin1', 1, 4), 'PNG');
      const size = [file.readUInt32BE(16), file.readUInt32BE(20)];
      assert.deepEqual(size, [64 + 11 * 56 + 16, 40 + (32 - silent) * 56 + 16]);
      const cells = await page.locator('#latents-table-picture').evaluate((canvas) => {
        const { width, height } = /** @type {HTMLCanvasElement} */ (canvas);
        const context = /** @type {HTMLCanvasElement} */ (canvas).getContext('2d');
        const { data } = /** @type {any} */ (context).getImageData(0, height - 16 - 56, width, 56);
        const seen = Array.from({ length: 11 }, () => /** @type {number[]} */ ([]));
        for (let y = 0; y < 56; y++)
          for (const [i, cell] of seen.entries()) cell.push(...data.slice(4 * (y * width + 64 + 56 * i)).slice(0, 224));
        return new Set(seen.map((cell) => cell.join())).size;
      });
      assert.ok(cells > 1, 'the last row shows digits that differ');
      await page.keyboard.press('Escape');
      await page.locator('#latents-table').waitFor({ state: 'hidden' });
    }));

  test('are of whatever is drawn, borrowed or sampled, here or in the Studio', () =>
    visit(async (page) => {
      await open(page, 'device=cpu#inside');
      await page.locator('html[data-shown="best"]').waitFor();
      await says(page, 'held-out digit 1');
      await draw(page, SEVEN, '#athand-pad');
      await says(page, 'your drawing');
      await read(page);
      const drawing = await ink(page, '#athand-input');

      await page.locator('#athand-held-out').click();
      await says(page, /held-out digit [\d,]+, labelled \d/);
      assert.ok(distance(await ink(page, '#athand-input'), drawing) > 1e5);
      await page.locator('#athand-undo').click();
      await says(page, 'your drawing');
      await read(page);
      assert.deepEqual(await ink(page, '#athand-input'), drawing, 'Undo brings the strokes back');
      await page.locator('#athand-pad').focus();
      await page.keyboard.press('Delete');
      await says(page, 'Nothing is at hand');
      assert.deepEqual([await pixels(page, '#athand-input'), await pixels(page, OUTPUT)], [null, null]);
      await page.locator('#athand-sample').click();
      await says(page, 'new sample');
      await comesTrue(page, async () => (await pixels(page, OUTPUT)) !== null);

      await chapter(page, 'studio');
      await page.locator('#samples-grid [data-index="3"]:enabled').click();
      const sample = await ink(page, '#samples-grid [data-index="3"] canvas');
      await chapter(page, 'inside');
      assert.deepEqual(await ink(page, '#athand-input'), sample, 'a sample that was pressed');
      await says(page, 'sample 4');
      await chapter(page, 'studio');
      await draw(page, NOUGHT);
      await page.locator('#draw[data-empty="false"][aria-busy="false"]').waitFor();
      const nought = await ink(page, '#draw-input');
      await chapter(page, 'inside');
      assert.deepEqual(await ink(page, '#athand-input'), nought, 'a drawing of the Studio');
      await page.locator('#language [lang="zh"]').click();
      await says(page, '你的手写数字');
    }));
});

test('256 latents follow training, and nothing on the page shifts', () =>
  visit(async (page) => {
    await open(page, 'device=cpu&preset=wide&batch=16&epochs=1000#inside');
    await page.locator('#start').click();
    await page.locator('html[data-shown="yours"]').waitFor();
    await page.waitForFunction(() => document.querySelectorAll('.latent').length === 256);
    await sorted(page);
    await page.locator('#latents-strip canvas').first().waitFor();
    await page.evaluate(() => {
      /** @type {string[]} */
      const shifts = [];
      Object.assign(window, { shifts });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries())
          for (const { node } of /** @type {any} */ (entry).sources)
            if (node?.closest?.('#latents, #athand')) shifts.push(node.id || node.className);
      }).observe({ type: 'layout-shift', buffered: false });
    });
    const step = Number(await page.locator('#latents-list').getAttribute('data-step'));
    await page.waitForFunction(
      (step) => Number(document.getElementById('latents-list')?.dataset.step) >= step + 30,
      step,
    );
    await page.locator('#pause').click();
    await reach(page, 'paused');
    const last = await page.locator('#progress').getAttribute('data-step');
    await page.locator(`#latents-list[data-step="${last}"]`).waitFor();
    await page.locator(`#athand[data-step="${last}"]`).waitFor();
    assert.deepEqual(await page.evaluate('shifts'), []);
  }));

test('without an encoder there is a code and no posterior', () =>
  visit(async (page) => {
    await open(page, 'device=cpu&preset=generator&latent=8&batch=16&epochs=1000#inside');
    await page.locator('#start').click();
    await page.locator('html[data-shown="yours"]').waitFor();
    await reachStep(page, 20);
    await page.locator('#pause').click();
    await reach(page, 'paused');
    const last = await page.locator('#progress').getAttribute('data-step');
    await page.locator(`#latents-list[data-step="${last}"]`).waitFor();
    await says(page, 'searches for a code');
    assert.equal(await page.locator('.latent').count(), 8);
    assert.ok(await page.locator('#latents-resample').isDisabled());
    assert.match((await page.locator('#latents-readings-note').textContent()) ?? '', /no posterior/);
    const mean = await ink(page, OUTPUT);
    const [top] = await rows(page);
    await row(page, top?.latent ?? 0).focus();
    await page.keyboard.press('End');
    await output(page, mean, false);
    await page.locator('#athand-settle').click();
    await output(page, mean, true);
  }));

test('a tap moves a latent on a phone, and the digit is beside it', () =>
  visit(
    async (page) => {
      await open(page, 'device=cpu#inside');
      await page.locator('html[data-shown="best"]').waitFor();
      await sorted(page);
      const height = (await page.locator('#athand').boundingBox())?.height ?? Infinity;
      assert.ok(height < 0.5 * 844, `the image at hand leaves room: ${height}`);
      const [top] = await rows(page);
      assert.ok(top);
      await page.locator('#latents-now').scrollIntoViewIfNeeded();
      await row(page, top.latent).locator('.latent-axis').scrollIntoViewIfNeeded();
      const before = await ink(page, '#latents-now');
      const away = top.z > 0 ? -2 : 2;
      await page.touchscreen.tap(...(await placeOf(page, top.latent, away)));
      await comesTrue(page, async () => Math.abs((await zOf(page, top.latent)) - away) < 0.05);
      await comesTrue(page, async () => distance((await pixels(page, '#latents-now')) ?? before, before) > 1e5);
      const [digit, axis] = [
        await page.locator('#latents-now').boundingBox(),
        await row(page, top.latent).boundingBox(),
      ];
      assert.ok(digit && axis && digit.y + digit.height - axis.y < 844, 'both fit the screen');
    },
    { context: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } },
  ));

test('on WebGPU a latent is moved, resampled and comes back, too', () =>
  visit(async (page) => {
    await open(page, 'device=webgpu&preset=linear&latent=8&batch=16&lr=0.01&epochs=2#inside');
    await page.locator('#step').click();
    await page.locator('html[data-shown="yours"]').waitFor();
    // Not for the statistics: 1,000 images take a software adapter minutes.
    await page.locator('#athand[data-step="1"]').waitFor();
    await comesTrue(page, async () => (await rows(page)).length > 0);
    const mean = await ink(page, OUTPUT);
    const [top] = await rows(page);
    await row(page, top?.latent ?? 0).focus();
    await page.keyboard.press('End');
    await output(page, mean, false);
    await page.locator('#latents-settle').click();
    await output(page, mean, true);
    await page.locator('#latents-resample').click();
    const eight = await readings(page, '2');
    assert.equal(new Set(eight.map((one) => one.join())).size, 8);
    await strip(page, top?.latent ?? 0);
  }));
