// @ts-check
/** Anatomy: the network with the image at hand in it, one unit in detail, and where the nats go. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { chapter, comesTrue, ink, open, reach, reachStep, train, useBrowser, visit } from './support.js';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {{nats: number[], kl: number[], mu: number[], z: number[], eps: number[]}} Inspected */

useBrowser();

/** Keeps the newest answer to `inspect` where `inspected` finds it. @param {Page} page before it is opened */
const overhear = (page) =>
  page.addInitScript(() => {
    /** @type {Set<number>} */
    const asked = new Set();
    const post = Worker.prototype.postMessage;
    /** @type {WeakSet<Worker>} */
    const heard = new WeakSet();
    Worker.prototype.postMessage = function (/** @type {any[]} */ ...args) {
      if (!heard.has(this)) {
        heard.add(this);
        this.addEventListener('message', ({ data }) => {
          if (asked.delete(data.id) && data.ok) Object.assign(window, { inspected: structuredClone(data.back) });
        });
      }
      if (args[0].type === 'inspect') asked.add(args[0].id);
      return post.apply(this, /** @type {any} */ (args));
    };
  });

/** @param {Page} page @returns {Promise<Inspected>} */
const inspected = (page) =>
  page.evaluate(() => {
    const { nats, kl, mu, z, eps } = /** @type {any} */ (window).inspected;
    return Object.fromEntries(Object.entries({ nats, kl, mu, z, eps }).map(([name, all]) => [name, Array.from(all)]));
  });

/**
 * What a canvas shows: as one number, how much ink, and the ink in the middle of each of 28 by 28 fields.
 * @param {Page} page @param {string} selector
 */
const picture = (page, selector) =>
  page.locator(selector).evaluate((canvas) => {
    const { width, height } = /** @type {HTMLCanvasElement} */ (canvas);
    // A copy: the page's own canvas is not made to be read.
    const copy = Object.assign(document.createElement('canvas'), { width, height });
    const context = copy.getContext('2d', { willReadFrequently: true });
    context?.drawImage(/** @type {HTMLCanvasElement} */ (canvas), 0, 0);
    const data = context?.getImageData(0, 0, width, height).data ?? [];
    let [hash, ink] = [0, 0];
    for (const value of data) hash = (hash * 31 + value) | 0;
    for (let i = 3; i < data.length; i += 4) ink += data[i] ?? 0;
    const middle = (/** @type {number} */ i, /** @type {number} */ side) => Math.floor(((i + 0.5) / 28) * side);
    const place = (/** @type {number} */ i) => middle(Math.floor(i / 28), height) * width + middle(i % 28, width);
    const fields = Array.from({ length: 784 }, (_, i) => data[4 * place(i) + 3] ?? NaN);
    return { hash, ink, fields };
  });

/** @param {string} id */
const figure = (id) => `#anatomy-net canvas[data-figure="${id}"]`;

/** The figures in their order, as "name shape". @param {Page} page */
const figures = (page) =>
  page
    .locator('#anatomy-net canvas')
    .evaluateAll((all) => all.map((one) => `${one.dataset.figure} ${one.dataset.shape}`));

/** With the model of the address, not the pretrained one. @param {Page} page */
const own = (page) => page.locator('#shown-yours').click();

/** @param {Page} page */
async function inside(page) {
  await chapter(page, 'inside');
  await page.locator('#anatomy').scrollIntoViewIfNeeded();
  await page.locator('#anatomy-net[data-step]').waitFor();
}

/**
 * Waits until a canvas shows something else.
 * @param {Page} page @param {string} selector @param {{hash: number}} before
 */
const changes = (page, selector, before) =>
  comesTrue(page, async () => (await picture(page, selector)).hash !== before.hash);

/** @param {number[]} all */
const sum = (all) => all.reduce((a, b) => a + b, 0);
/** A number in a sentence: the first after `start`. @param {string} text @param {string} start */
const numberAfter = (text, start) => {
  const [, found] = new RegExp(`${start}[^0-9−]*(−?[0-9]+(?:[.][0-9]+)?)`).exec(text) ?? [];
  return Number((found ?? 'NaN').replace('−', '-'));
};

describe('anatomy', () => {
  test('shows the image at hand in every layer, and where its nats go', () =>
    visit(async (page) => {
      await overhear(page);
      await open(page, 'device=cpu&preset=classic&batch=64&epochs=50');
      await train(page, 40);
      await inside(page);
      assert.deepEqual(await figures(page), [
        'x 1x28x28',
        'encoder.layers.0 400',
        'mu 20',
        'sigma 20',
        'eps 20',
        'z 20',
        'decoder.layers.0 400',
        'decoder.layers.1 784',
        'mean 1x28x28',
      ]);
      assert.equal(await page.locator('#anatomy-listing tbody tr').count(), 4);

      // Another image goes through all of it.
      const layers = ['x', 'encoder.layers.0', 'mu', 'z', 'decoder.layers.0', 'decoder.layers.1', 'mean'];
      const before = await Promise.all(layers.map((id) => picture(page, figure(id))));
      for (const [i, { ink }] of before.entries()) assert.ok(ink > 0, `${layers[i]} has ink`);
      await page.locator('#athand-held-out').click();
      for (const [i, id] of layers.entries()) await changes(page, figure(id), before[i] ?? { hash: 0 });

      // The sums are those of the engine's numbers.
      const { nats, kl } = await inspected(page);
      const [reconstruction, divergence] = [sum(nats), sum(kl)];
      const said = await page.locator('#anatomy-sum').innerText();
      const [a = NaN, b = NaN, c = NaN] = [...said.matchAll(/\d+\.\d+/g)].map(Number);
      assert.ok(Math.abs(a - reconstruction) <= 0.051, `${said}, of ${reconstruction}`);
      assert.ok(Math.abs(b - divergence) <= 0.051, `${said}, of ${divergence}`);
      assert.ok(Math.abs(c - reconstruction - divergence) <= 0.051, said);
      for (const [part, nats] of /** @type {const} */ ([
        ['posterior', divergence],
        ['likelihood', reconstruction],
      ])) {
        const last = (await page.locator(`[data-part="${part}"] math`).last().textContent()) ?? '';
        assert.ok(Math.abs(numberAfter(last, '=') - nats) < 0.011, `${part}: ${last}, of ${nats}`);
      }
      for (const part of ['encoder', 'posterior', 'reparameterisation', 'decoder', 'likelihood'])
        assert.ok((await page.locator(`[data-part="${part}"] math`).count()) >= 2, part);

      // The heat map: the darkness of each cell is its share of the largest number.
      const most = Math.max(...nats);
      for (const [i, alpha] of (await picture(page, '#anatomy-heat')).fields.entries())
        assert.ok(Math.abs(alpha - 255 * ((nats[i] ?? 0) / most) ** 0.8) < 2, `pixel ${i}`);

      // By keyboard: the pixel with most nats, and the two latents with most.
      const darkest = nats.indexOf(most);
      await page.locator('#anatomy-heat').focus();
      await page.keyboard.press('Home');
      for (let i = 0; i < Math.floor(darkest / 28); i++) await page.keyboard.press('ArrowDown');
      for (let i = 0; i < darkest % 28; i++) await page.keyboard.press('ArrowRight');
      const pixel = await page.locator('#anatomy-nats-readout').innerText();
      assert.ok(Math.abs(numberAfter(pixel, `column ${(darkest % 28) + 1}:`) - most) < 0.006, `${pixel} of ${most}`);
      assert.equal(numberAfter(pixel, 'Row'), Math.floor(darkest / 28) + 1, pixel);
      const seen = await ink(page, '#athand-input');
      assert.equal(numberAfter(pixel, 'The pixel is'), seen[darkest], pixel);
      await page.locator('#anatomy-bars').focus();
      const sorted = [...kl].sort((x, y) => y - x);
      for (const rank of [0, 1]) {
        if (rank > 0) await page.keyboard.press('ArrowRight');
        const latent = await page.locator('#anatomy-nats-readout').innerText();
        assert.equal(numberAfter(latent, 'Latent'), kl.indexOf(sorted[rank] ?? 0) + 1, latent);
        assert.ok(Math.abs(numberAfter(latent, ':') - (sorted[rank] ?? 0)) < 0.006, latent);
      }
      // By pointer, too.
      await page.locator('#anatomy-heat').hover({ position: { x: 3, y: 3 } });
      assert.match(await page.locator('#anatomy-nats-readout').innerText(), /Row 1, column 1:/);

      // A draw of ε moves z and the pixels; with ε = 0 they are as before.
      const [z, mean, layer] = await Promise.all(
        ['z', 'mean', 'encoder.layers.0'].map((id) => picture(page, figure(id))),
      );
      assert.match(await page.locator('#anatomy-eps').innerText(), /ε is 0/);
      assert.equal((await picture(page, figure('eps'))).ink, 0);
      await page.locator('#anatomy-draw').click();
      await changes(page, figure('z'), z ?? { hash: 0 });
      await changes(page, figure('mean'), mean ?? { hash: 0 });
      assert.ok((await picture(page, figure('eps'))).ink > 0);
      assert.match(await page.locator('#anatomy-eps').innerText(), /drawn/);
      const drawn = await inspected(page);
      assert.ok(drawn.z.some((value, i) => Math.abs(value - (drawn.mu[i] ?? 0)) > 0.05));
      const again = await picture(page, figure('z'));
      await page.locator('#anatomy-draw').click();
      await changes(page, figure('z'), again);
      await page.locator('#anatomy-settle').click();
      await comesTrue(page, async () => (await picture(page, figure('mean'))).hash === mean?.hash);
      assert.equal((await picture(page, figure('z'))).hash, z?.hash);
      assert.equal((await picture(page, figure('encoder.layers.0'))).hash, layer?.hash, 'the encoder does not know ε');

      // It follows training.
      const trained = Number(await page.locator('#anatomy-net').getAttribute('data-step'));
      await page.locator('#start').click();
      await changes(page, figure('decoder.layers.0'), await picture(page, figure('decoder.layers.0')));
      await reachStep(page, trained + 5);
      await comesTrue(page, async () => Number(await page.locator('#anatomy-net').getAttribute('data-step')) > trained);
      await page.locator('#pause').click();
      await reach(page, 'paused');
    }));

  test('opens a unit by pointer and by keyboard', () =>
    visit(async (page) => {
      await open(page, 'device=cpu&preset=classic&batch=64&epochs=50');
      await train(page, 20);
      await inside(page);
      const [name, wires] = [page.locator('#anatomy-unit-name'), page.locator('#anatomy-wires .wires path')];
      const digits = page.locator('#anatomy-top button:enabled');
      assert.equal(await wires.count(), 0);

      await page.locator(figure('encoder.layers.0')).click({ position: { x: 3, y: 3 } });
      assert.equal(await name.innerText(), 'Encoder, layer 1, unit 1');
      await digits.nth(8).waitFor();
      await page.locator('#anatomy-in[data-shape="784"]').waitFor();
      await page.locator('#anatomy-out[data-shape="40"]').waitFor();
      const weights = await picture(page, '#anatomy-in');
      assert.ok(weights.ink > 0 && (await picture(page, '#anatomy-out')).ink > 0);
      await comesTrue(page, async () => (await wires.count()) > 0);
      assert.match(await page.locator('#anatomy-unit-now').innerText(), /Activation .*, bias −?0\.\d+/);

      // Escape closes; the canvas has the focus again, and its arrow keys.
      await page.keyboard.press('Escape');
      await comesTrue(page, async () => (await wires.count()) === 0);
      await page.locator(`${figure('encoder.layers.0')}:focus`).waitFor();
      await page.keyboard.press('Home');
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowDown');
      const columns = Number(/unit (\d+)/.exec(await page.locator('#anatomy-readout').innerText())?.[1]) - 2;
      assert.ok(columns > 4 && columns < 100, `${columns} columns`);
      await page.keyboard.press('Enter');
      assert.equal(await name.innerText(), `Encoder, layer 1, unit ${columns + 2}`);
      await changes(page, '#anatomy-in', weights);
      await page.locator('#anatomy-next').click();
      assert.equal(await name.innerText(), `Encoder, layer 1, unit ${columns + 3}`);

      // A latent: its mean reads the layer before, the decoder reads its z.
      await page.locator(figure('mu')).focus();
      await page.keyboard.press('Home');
      await page.keyboard.press('Enter');
      assert.equal(await name.innerText(), 'Mean μ, latent 1');
      await page.locator('#anatomy-in[data-shape="400"]').waitFor();
      await comesTrue(page, async () => (await wires.count()) === 25);
      await digits.nth(8).waitFor();

      // What drives it becomes the image at hand.
      const image = await ink(page, '#anatomy-top button:nth-child(1) canvas');
      await page.locator('#anatomy-top button').first().focus();
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowLeft');
      await page.keyboard.press('Enter');
      await comesTrue(page, async () => (await ink(page, '#athand-input')).every((value, i) => value === image[i]));
      await page.locator('#anatomy-close').click();
      assert.equal(await name.innerText(), 'Layers and parameters');
    }));

  test('draws the convolutions, the residual blocks and the generator from their layers', async () => {
    await visit(async (page) => {
      await open(page, 'device=cpu&preset=conv&batch=16');
      await own(page);
      await inside(page);
      const shapes = await figures(page);
      for (const shape of ['encoder.convs.0 32x14x14', 'encoder.convs.1 64x7x7', 'decoder.convs.1 32x28x28'])
        assert.ok(shapes.includes(shape), `${shape} in ${shapes}`);
      await page.locator(figure('encoder.convs.1')).click({ position: { x: 3, y: 3 } });
      await page.locator('#anatomy-in[data-shape="32x3x3"]').waitFor();
      await page.locator('#anatomy-out[data-shape="16x7x7"]').waitFor();
      assert.match(await page.locator('#anatomy-unit-name').innerText(), /layer 2, channel 1/);
      await comesTrue(page, async () => (await page.locator('#anatomy-wires .wires path').count()) > 0);
    });
    await visit(
      async (page) => {
        await open(page, 'device=cpu&preset=linear&batch=16');
        // The pretrained model.
        await inside(page);
        const shapes = await figures(page);
        for (const shape of [
          'encoder.blocks.0.first 32x14x14',
          'encoder.blocks.1.second 64x7x7',
          'decoder.last 1x28x28',
        ])
          assert.ok(shapes.includes(shape), `${shape} in ${shapes}`);
        assert.equal(await page.locator('#anatomy-wires .skips path').count(), 4, 'an arc for each block');
        // It scrolls by itself, not the page, and says so; the keyboard reaches it.
        await page.locator('#anatomy-hint').waitFor();
        const region = page.locator('#anatomy-scroll');
        await region.focus();
        const left = () => region.evaluate((element) => element.scrollLeft);
        await page.keyboard.press('ArrowRight');
        await comesTrue(page, async () => (await left()) > 0);
        const [wide, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
        assert.ok((wide ?? 0) <= (window ?? 0), `${wide} in ${window}`);
      },
      { context: { viewport: { width: 390, height: 844 }, hasTouch: true } },
    );
    await visit(async (page) => {
      await open(page, 'device=cpu&preset=generator&batch=16');
      await own(page);
      await inside(page);
      assert.deepEqual(await figures(page), [
        'x 1x28x28',
        'z 16',
        'decoder.layers.0 256',
        'decoder.layers.1 512',
        'decoder.layers.2 784',
        'mean 1x28x28',
      ]);
      assert.match(await page.locator('#anatomy-eps').innerText(), /No encoder/);
      await page.locator('#anatomy-noise').waitFor({ state: 'hidden' });
      assert.match(await page.locator('#anatomy-sum').innerText(), /\|z\|²\/2/);
      assert.match(await page.locator('#anatomy-weighed').innerText(), /β = 0\.50/);
    });
  });

  test('works on WebGPU', () =>
    visit(async (page) => {
      await open(page, 'device=webgpu&preset=linear&latent=8&batch=16');
      await own(page);
      await inside(page);
      assert.deepEqual(await figures(page), [
        'x 1x28x28',
        'mu 8',
        'sigma 8',
        'eps 8',
        'z 8',
        'decoder.layers.0 784',
        'mean 1x28x28',
      ]);
      await page.locator(figure('mu')).click({ position: { x: 5, y: 3 } });
      await page.locator('#anatomy-in[data-shape="784"]').waitFor();
      await page.locator('#anatomy-top button:enabled').nth(8).waitFor();
      assert.ok((await picture(page, '#anatomy-in')).ink > 0);
    }));
});
