// @ts-check
/** The map: looked at, zoomed, filtered, picked from, turned to other axes and made one's own, by pointer and keys. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { codeAt, ellipse, placeOf } from '../../www/src/panels/map/geometry.js';
import { cdf, quantile } from '../../www/src/panels/map/normal.js';
import { View } from '../../www/src/panels/map/view.js';
import {
  chapter,
  comesTrue,
  distance,
  ink,
  map,
  open,
  path,
  progress,
  reach,
  reachStep,
  train,
  useBrowser,
  visit,
} from './support.js';

/** @typedef {import('playwright-core').Page} Page */

useBrowser();

const near = (/** @type {number} */ a, /** @type {number} */ b, by = 1e-6) =>
  assert.ok(Math.abs(a - b) <= by, `${a} is not ${b}`);

describe('the geometry', () => {
  // Two axes at right angles in three latents, away from the origin.
  const frame = { mean: Float32Array.of(1, -2, 0.5), axes: Float32Array.of(0.6, 0, 0.8, 0, 1, 0) };

  test('takes places to latent vectors and back', () => {
    const code = codeAt(frame, [2, -3]);
    for (const [i, wanted] of [2.2, -5, 2.1].entries()) near(code[i] ?? NaN, wanted);
    const [x, y] = placeOf(frame, code);
    near(x, 2, 1e-5);
    near(y, -3, 1e-5);
    assert.ok(Number.isNaN(placeOf(frame, new Float32Array(2))[0]), 'a vector of another model has no place');
  });

  test('draws mu ± 2 sigma as the axes see it', () => {
    const logvar = Float32Array.of(Math.log(4), Math.log(0.25), Math.log(1));
    const outline = ellipse(frame, frame.mean, logvar);
    // Variances on the axes: 0.36 * 4 + 0.64 * 1 = 2.08, and 0.25; they are independent.
    near(Math.max(...outline.map(([x]) => x)), 2 * Math.sqrt(2.08), 1e-5);
    near(Math.max(...outline.map(([, y]) => y)), 2 * Math.sqrt(0.25), 1e-5);
    for (const [x, y] of outline) near((x * x) / 2.08 + (y * y) / 0.25, 4, 1e-4);
    // An axis between two latents sees both of them: the ellipse leans.
    const leaning = { mean: new Float32Array(2), axes: Float32Array.of(Math.SQRT1_2, Math.SQRT1_2, 0, 1) };
    const [sum] = [
      ellipse(leaning, new Float32Array(2), Float32Array.of(0, 0)).reduce((all, [x, y]) => all + x * y, 0),
    ];
    assert.ok(sum > 1);
    assert.deepEqual(ellipse(frame, frame.mean, new Float32Array()), [], 'a code that was fitted has no spread');
  });

  test('knows the quantiles of a Gaussian', () => {
    // Values of the error function by mpmath.
    for (const [p, z] of /** @type {const} */ ([
      [0.5, 0],
      [0.975, 1.959963984540054],
      [0.01, -2.326347874040841],
      [0.999, 3.090232306167813],
      [1e-9, -5.997807015007687],
    ])) {
      near(quantile(p), z, 2e-6);
      near(cdf(z), p, 2e-7);
    }
    assert.ok([0, 1, -1, NaN].every((p) => Number.isNaN(quantile(p))));
  });

  test('shows all points, keeps what one points at where it is, and comes back', () => {
    const view = new View();
    view.resize(500);
    view.fit(Float32Array.of(-4.5, 1, 3, -2, 0, 0.5), true);
    const { left, top, side } = view.plot;
    for (const [x, y] of /** @type {const} */ ([
      [-4.5, 1],
      [3, -2],
    ])) {
      const [px, py] = view.toCanvas(x, y);
      assert.ok(px > left && px < left + side && py > top && py < top + side, 'nothing is clipped');
      const back = view.toPlace([px, py]);
      near(back[0], x, 1e-9);
      near(back[1], y, 1e-9);
    }
    const before = view.key;
    const at = view.toCanvas(1, -1);
    view.zoomBy(3, at);
    for (const [i, value] of view.toCanvas(1, -1).entries()) near(value, at[i] ?? NaN, 1e-9);
    near(view.zoom, 3);
    view.panBy(30, -20);
    for (const [i, value] of view.toCanvas(1, -1).entries()) near(value, (at[i] ?? NaN) + [30, -20][i], 1e-9);
    // While one looks at a part, training does not move it.
    const close = view.key;
    view.fit(Float32Array.of(-9, -9, 9, 9));
    assert.equal(view.key, close);
    view.fit(Float32Array.of(-4.5, 1, 3, -2, 0, 0.5), true);
    view.reset();
    assert.equal(view.key, before);
    assert.ok(view.ticks(0).includes(0) && view.ticks(0).length > 3);
    // With quantiles, a quarter of the prior is a quarter of the map.
    view.stretch(true);
    const [quarter, half] = [view.toCanvas(quantile(0.25), 0)[0], view.toCanvas(0, 0)[0]];
    const whole = view.toCanvas(quantile(0.5 + 0.25), 0)[0];
    near(half - quarter, whole - half, 1e-4);
    near(view.toPlace(view.toCanvas(1.3, -0.4))[0], 1.3, 1e-5);
  });
});

/** How the map is framed: see view.js. */
const MARGIN = { left: 44, right: 5, top: 5, bottom: 44 };

/** Where the plot lies in the window. @param {Page} page */
async function plot(page) {
  await page.locator('#map .layers').evaluate((map) => map.scrollIntoView({ block: 'center', behavior: 'instant' }));
  const box = await page.locator('#map-plane').boundingBox();
  assert.ok(box);
  const side = box.width - MARGIN.left - MARGIN.right;
  const [left, top] = [box.x + MARGIN.left, box.y + MARGIN.top];
  return {
    side,
    left,
    top,
    at: (/** @type {number} */ x, /** @type {number} */ y) => ({ x: left + x * side, y: top + y * side }),
  };
}

/** Points at a place, given in shares of the plot. @param {Page} page @param {number} x @param {number} y */
async function hover(page, x, y) {
  const { at } = await plot(page);
  const to = at(x, y);
  await page.mouse.move(to.x, to.y);
}

/** @param {Page} page @param {string} selector @returns {Promise<number[]>} the numbers in a text */
const numbers = async (page, selector) =>
  [...((await page.locator(selector).textContent()) ?? '').replaceAll(',', '').matchAll(/[-−]?\d+(?:\.\d+)?/g)].map(
    ([n]) => Number(n.replace('−', '-')),
  );
/** What the map shows, left, right, bottom, top. @param {Page} page */
const range = async (page) => (await numbers(page, '#map-shares')).slice(-4);
/** The place under the ring. @param {Page} page */
const where = async (page) => (await numbers(page, '#map-where')).slice(0, 2);

/**
 * Pixels of a canvas that have a colour of the stylesheet: how many, and their middle in shares of the plot.
 * @param {Page} page @param {string} selector @param {string} name
 * @returns {Promise<{count: number, x: number, y: number}>}
 */
const coloured = (page, selector, name) =>
  page.locator(selector).evaluate(
    (element, { name, margin }) => {
      const canvas = /** @type {HTMLCanvasElement} */ (element);
      const style = getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
      const wanted = [1, 3, 5].map((i) => Number.parseInt(style.slice(i, i + 2), 16));
      const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true });
      copy?.drawImage(canvas, 0, 0);
      const data = copy?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
      let [count, x, y] = [0, 0, 0];
      for (let i = 0; i < data.length; i += 4) {
        const off = wanted.reduce((sum, value, channel) => sum + Math.abs(value - (data[i + channel] ?? 0)), 0);
        if (off > 30 || (data[i + 3] ?? 0) < 200) continue;
        count += 1;
        x += (i / 4) % canvas.width;
        y += Math.floor(i / 4 / canvas.width);
      }
      const scale = canvas.clientWidth / canvas.width;
      const side = canvas.clientWidth - margin.left - margin.right;
      return { count, x: ((x / count) * scale - margin.left) / side, y: ((y / count) * scale - margin.top) / side };
    },
    { name, margin: MARGIN },
  );

/** The fraction of a canvas that is painted. @param {Page} page @param {string} selector @returns {Promise<number>} */
const painted = (page, selector) =>
  page.locator(selector).evaluate((element) => {
    const sheet = /** @type {HTMLCanvasElement} */ (element);
    const copy = new OffscreenCanvas(sheet.width, sheet.height).getContext('2d', { willReadFrequently: true });
    copy?.drawImage(sheet, 0, 0);
    const data = copy?.getImageData(0, 0, sheet.width, sheet.height).data ?? [];
    let covered = 0;
    for (let i = 3; i < data.length; i += 4) if ((data[i] ?? 0) > 100) covered += 1;
    return covered / (data.length / 4);
  });

/** All pixels of a canvas, to compare. @param {Page} page @param {string} selector @returns {Promise<string>} */
const picture = (page, selector) =>
  page.locator(selector).evaluate((canvas) => /** @type {HTMLCanvasElement} */ (canvas).toDataURL());

/** Waits until a digit shows something else. @param {Page} page @param {string} selector @param {number[]} before */
const changes = (page, selector, before) =>
  comesTrue(page, async () => distance(await ink(page, selector), before) > 784);

/** @param {Page} page @param {string} shows whose map */
const shows = (page, shows) => page.locator(`#map-plane[data-shows="${shows}"]`).waitFor();

test('the map of any model: points, places, filter, zoom, axes, digits behind, picks', () =>
  visit(async (page) => {
    await open(page, 'device=cpu&preset=linear&latent=8&lr=0.01');
    await train(page, 100);
    await map(page, 'yours');
    await page.locator('#map-plane[aria-busy="false"][data-points="2000"]').waitFor();
    await page.waitForFunction(() => /** @type {any} */ (document.getElementById('map-nearest'))?.pixels);

    // 2,000 numerals in ten colours, none of them outside.
    for (let digit = 0; digit < 10; digit++)
      assert.ok((await coloured(page, '#map-encoded', `class-${digit}`)).count > 100, `${digit} is on the map`);
    const first = await range(page);
    assert.match((await page.locator('#map-shares').textContent()) ?? '', /\d+% of the variance.*component 2 \d+%/);

    // A place: what it decodes to, the image nearest to it, and that image's reconstruction.
    const greeting = await ink(page, '#map-here');
    await hover(page, 0.8, 0.5);
    await changes(page, '#map-here', greeting);
    const [image, rebuilt] = [await ink(page, '#map-nearest'), await ink(page, '#map-rebuilt')];
    assert.ok(distance(image, rebuilt) < 0.8 * distance(image), 'the reconstruction is one');
    const [x = NaN, y = NaN] = await where(page);
    const [left = NaN, right = NaN, bottom = NaN, top = NaN] = first;
    near(x, left + 0.8 * (right - left), 0.1);
    near(y, bottom + 0.5 * (top - bottom), 0.1);

    // The legend: one class alone, then two, then all.
    const all = await picture(page, '#map-encoded');
    await page.locator('#map-legend [data-class="6"]').click();
    await comesTrue(page, async () => (await coloured(page, '#map-encoded', 'class-1')).count === 0);
    assert.ok((await coloured(page, '#map-encoded', 'class-6')).count > 100);
    await page.locator('#map-which:has-text("a 6,")').waitFor();
    await page.locator('#map-legend [data-class="1"]').click();
    await comesTrue(page, async () => (await coloured(page, '#map-encoded', 'class-1')).count > 100);
    assert.equal(await page.locator('#map-legend [aria-pressed="true"]').count(), 2);
    await page.locator('#map-legend [data-class="all"]').click();
    await comesTrue(page, async () => (await picture(page, '#map-encoded')) === all);

    // The wheel zooms around the pointer; dragging moves the map with it, and picks nothing.
    await hover(page, 0.3, 0.7);
    const under = await where(page);
    await page.waitForTimeout(400); // The wheel scrolls the page for as long after a scroll: gestures.js.
    await page.mouse.wheel(0, -300);
    await comesTrue(page, async () => {
      const [from = NaN, to = NaN] = await range(page);
      return Math.abs((right - left) / (to - from) - 1.22 ** 3) < 0.15;
    });
    assert.notEqual(await picture(page, '#map-encoded'), all);
    await page.mouse.move(1, 1);
    await hover(page, 0.3, 0.7);
    for (const [i, value] of (await where(page)).entries()) near(value, under[i] ?? NaN, 0.03);
    const close = await range(page);
    await page.mouse.down();
    const { at, side } = await plot(page);
    const to = at(0.5, 0.6);
    await page.mouse.move(to.x, to.y, { steps: 5 });
    await page.mouse.up();
    const [from = NaN, until = NaN, low = NaN, high = NaN] = close;
    const moved = await range(page);
    near(moved[0] ?? NaN, from - 0.2 * (until - from), 0.15);
    near(moved[3] ?? NaN, high - 0.1 * (high - low), 0.15);
    assert.ok(side > 400, 'the map is large');
    assert.equal((await coloured(page, '#map-plane', 'ink')).count > 0, true);
    assert.doesNotMatch((await page.locator('#status').textContent()) ?? '', /Interpolate/, 'nothing was picked');
    await page.locator('#map-whole').click();
    await comesTrue(page, async () => (await picture(page, '#map-encoded')) === all);
    assert.deepEqual(await range(page), first, 'back to the whole');
    await page.locator('#map-closer').click();
    await comesTrue(page, async () => (await picture(page, '#map-encoded')) !== all);
    await page.locator('#map-farther').click();
    assert.deepEqual(await range(page), first);

    // Dots and images, digits behind and alone.
    for (const kind of ['dots', 'images', 'numerals']) {
      const before = await picture(page, '#map-encoded');
      await page.locator(`#map-points-${kind}`).click();
      await comesTrue(page, async () => (await picture(page, '#map-encoded')) !== before);
      assert.ok((await coloured(page, '#map-encoded', 'class-4')).count > 50, kind);
    }
    assert.equal(await picture(page, '#map-encoded'), all);
    await comesTrue(page, async () => (await painted(page, '#map-decoded')) > 0.05);
    await page.locator('#map-behind-none').click();
    await comesTrue(page, async () => (await painted(page, '#map-decoded')) === 0);
    await page.locator('#map-behind-alone').click();
    await comesTrue(page, async () => (await painted(page, '#map-decoded')) > 0.05);
    assert.ok((await coloured(page, '#map-encoded', 'class-1')).count < 20, 'the points are gone');
    assert.equal(await page.locator('#map-decoded').evaluate((canvas) => getComputedStyle(canvas).opacity), '1');
    await page.locator('#map-behind-faint').click();

    // The image at hand: the nearest one, then another far away; its ellipse lies where it does.
    for (const [x, y] of /** @type {const} */ ([
      [0.3, 0.35],
      [0.7, 0.65],
    ])) {
      await hover(page, x, y);
      const index = (await numbers(page, '#map-which')).at(-1);
      await page.locator('#map-look-nearest').click();
      await comesTrue(page, async () => {
        const hand = await coloured(page, '#map-plane', 'accent');
        return hand.count > 40 && Math.hypot(hand.x - x, hand.y - y) < 0.05;
      });
      assert.equal((await numbers(page, '#map-which')).at(-1), index, 'the ring stays');
    }
    // A place: z lies there, and the encoder may read something else from its picture.
    await hover(page, 0.2, 0.2);
    await page.locator('#map-look-here:enabled').click();
    await comesTrue(page, async () => {
      const hand = await coloured(page, '#map-plane', 'accent');
      return hand.count > 40 && hand.x < 0.6 && hand.y < 0.6;
    });

    // It moves with the pen, before that is lifted.
    const still = await coloured(page, '#map-plane', 'accent');
    const pad = await page.locator('#athand-pad').boundingBox();
    assert.ok(pad);
    await page.mouse.move(pad.x + 0.5 * pad.width, pad.y + 0.15 * pad.height);
    await page.mouse.down();
    await page.mouse.move(pad.x + 0.5 * pad.width, pad.y + 0.85 * pad.height, { steps: 8 });
    const isElsewhere = async (/** @type {{x: number, y: number}} */ than) => {
      const hand = await coloured(page, '#map-plane', 'accent');
      return hand.count > 40 && Math.hypot(hand.x - than.x, hand.y - than.y) > 0.03;
    };
    await comesTrue(page, () => isElsewhere(still));
    const one = await coloured(page, '#map-plane', 'accent');
    await page.mouse.move(pad.x + 0.2 * pad.width, pad.y + 0.85 * pad.height, { steps: 8 });
    await page.mouse.move(pad.x + 0.2 * pad.width, pad.y + 0.15 * pad.height, { steps: 8 });
    await comesTrue(page, () => isElsewhere(one));
    await page.mouse.up();

    // Axes: latents, those that vary most; then one by choice, and the same for both makes them change places.
    await page.locator('#map-kind-latents').click();
    await page.locator('#map-shares:has-text("of the codes")').waitFor();
    await comesTrue(page, async () => /z \d+ has \d+%/.test((await page.locator('#map-shares').textContent()) ?? ''));
    const chosen = await Promise.all(['#map-across', '#map-up'].map((id) => page.locator(id).inputValue()));
    assert.equal(await page.locator('#map-across option').count(), 8);
    const latents = await picture(page, '#map-encoded');
    assert.notEqual(latents, all);
    await page.locator('#map-across').selectOption(chosen[1] ?? '');
    assert.equal(await page.locator('#map-up').inputValue(), chosen[0]);
    await comesTrue(page, async () => (await picture(page, '#map-encoded')) !== latents);
    await page.locator('#map-kind-components').click();
    await comesTrue(page, async () => (await picture(page, '#map-encoded')) === all);

    // A click picks, and so does Enter; the map says which is which, and Interpolate has them.
    const { at: again } = await plot(page);
    const a = again(0.25, 0.75);
    await page.mouse.click(a.x, a.y);
    await page.locator('#status:has-text("as A now")').waitFor();
    const plane = page.locator('#map-plane');
    await plane.focus();
    /** @param {string[]} keys */
    const press = async (...keys) => {
      for (const key of keys) await page.keyboard.press(key);
      return where(page);
    };
    const [begin = NaN, level = NaN] = await press('ArrowRight');
    const [next = NaN] = await press('ArrowRight');
    const stride = next - begin;
    assert.ok(stride > (0.02 * (right - left)) / 4 && stride < 0.04 * (right - left), `a step is ${stride}`);
    const [there = NaN, up = NaN] = await press('Shift+ArrowRight', 'Shift+ArrowRight', 'ArrowLeft', 'ArrowUp');
    near(there, next + 9 * stride, 0.02);
    near(up, level + stride, 0.02);
    const marks = await picture(page, '#map-plane');
    await page.keyboard.press('Enter');
    await page.locator('#status:has-text("as B now")').waitFor();
    await comesTrue(page, async () => (await picture(page, '#map-plane')) !== marks);
    for (const [key, wider] of /** @type {const} */ ([
      ['+', 1 / 1.4],
      ['-', 1],
      ['0', 1],
    ])) {
      await page.keyboard.press(key);
      const [from = NaN, to = NaN] = await range(page);
      near((to - from) / (right - left), wider, 0.03);
    }
    await chapter(page, 'studio');
    await path(page, 'map.pick', 'map.pick');
  }));

test('the plane of a pretrained model, evenly or by quantiles', () =>
  visit(async (page) => {
    await open(page, 'device=cpu&preset=linear');
    await map(page, 'best');
    assert.match((await page.locator('#map-whose').textContent()) ?? '', /pretrained model, which has 32 latents/);
    await page.locator('#map-model-plane').click();
    await shows(page, 'plane');
    await page.locator('#map-plane[aria-busy="false"][data-points="2000"][data-shows="plane"]').waitFor();
    await page.locator('#map-where:has-text("z = (")').waitFor();
    assert.ok((await page.locator('#map-axes').isHidden()) && (await page.locator('#map-kind').isHidden()));
    const even = await picture(page, '#map-encoded');
    await page.locator('#map-spacing-quantiles').click();
    await comesTrue(page, async () => (await picture(page, '#map-encoded')) !== even);
    // Where a quarter of the prior lies below: z = -0.674, which is a quarter of the way but for the rim.
    await hover(page, 0.5 - 0.25 / 1.06, 0.5);
    const [x = NaN, y = NaN] = await where(page);
    near(x, -0.674, 0.02);
    near(y, 0, 0.02);
    await page.locator('#map-spacing-even').click();
    await comesTrue(page, async () => (await picture(page, '#map-encoded')) === even);
    await page.locator('#map-model-shown').click();
    await shows(page, 'best');
  }));

test('one click makes the map mine: a model with two latents trains, and Undo brings the other back', () =>
  visit(async (page) => {
    await open(page, 'device=cpu&preset=linear&latent=6&epochs=200');
    await train(page, 20);
    await map(page, 'yours');
    const step = await progress(page, 'step');
    await page.locator(`#map-plane[data-step="${step}"]`).waitFor();
    await page.locator(`#map-whose:has-text("Your model at step ${step.toLocaleString('en')}")`).waitFor();
    await page.locator('#map-mine').click();
    await page.locator('#map-spacing').waitFor();
    await reachStep(page, 2);
    const early = await picture(page, '#map-encoded');
    await comesTrue(page, async () => (await picture(page, '#map-encoded')) !== early);
    assert.ok(await page.locator('#map-mine').isHidden(), 'it is mine already');
    await page.locator('#pause').click();
    await reach(page, 'paused');
    await page.locator(`#map-plane[data-step="${await progress(page, 'step')}"]`).waitFor();
    await page.locator('#map-where:has-text("z = (")').waitFor();
    await chapter(page, 'studio');
    assert.equal(await page.locator('#latent').inputValue(), '2');
    await page.locator('#undo-reset').click();
    await page.locator(`#progress[data-step="${step}"]`).waitFor();
    assert.equal(await page.locator('#latent').inputValue(), '6');
  }));

test('on a phone a finger looks, a tap picks, and two fingers zoom', () =>
  visit(
    async (page) => {
      await open(page, 'device=cpu&preset=linear');
      await train(page, 20);
      await map(page, 'yours');
      await page.locator('#map-plane[aria-busy="false"]').waitFor();
      const { at } = await plot(page);
      const first = await range(page);
      const touch = await page.context().newCDPSession(page);
      /** @param {'touchStart' | 'touchMove' | 'touchEnd'} type @param {[number, number][]} fingers */
      const send = (type, ...fingers) =>
        touch.send('Input.dispatchTouchEvent', {
          type,
          touchPoints: fingers.map(([x, y], id) => ({ ...at(x, y), id })),
        });
      await send('touchStart', [0.3, 0.5]);
      const before = await where(page);
      await send('touchMove', [0.6, 0.5]);
      const after = await where(page);
      near((after[0] ?? NaN) - (before[0] ?? NaN), 0.3 * ((first[1] ?? NaN) - (first[0] ?? NaN)), 0.2);
      await send('touchEnd');
      assert.deepEqual(await range(page), first);
      await send('touchStart', [0.4, 0.5], [0.6, 0.5]);
      await send('touchMove', [0.3, 0.5], [0.7, 0.5]);
      await send('touchEnd');
      const [left = NaN, right = NaN] = await range(page);
      near((right - left) / ((first[1] ?? NaN) - (first[0] ?? NaN)), 0.5, 0.04);
      assert.doesNotMatch((await page.locator('#status').textContent()) ?? '', /Interpolate/, 'nothing was picked');
      const tap = at(0.5, 0.5);
      await page.touchscreen.tap(tap.x, tap.y);
      await page.locator('#status:has-text("as A now")').waitFor();
    },
    { context: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } },
  ));

test('ten colours can be told apart with any colour vision, on either theme', () =>
  visit(async (page) => {
    await open(page, 'device=cpu&preset=linear');
    for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
      await page.emulateMedia({ colorScheme });
      const [sheet = '', ...colours] = await page.evaluate(() => {
        const style = getComputedStyle(document.documentElement);
        const names = ['sheet', ...Array.from({ length: 10 }, (_, i) => `class-${i}`)];
        return names.map((name) => style.getPropertyValue(`--${name}`).trim());
      });
      for (const [vision, matrix] of Object.entries(VISIONS)) {
        const seen = colours.map((colour) => oklab(through(matrix, linear(colour))));
        for (let i = 0; i < 10; i++)
          for (let j = 0; j < i; j++) {
            const apart = Math.hypot(...[0, 1, 2].map((c) => (seen[i]?.[c] ?? 0) - (seen[j]?.[c] ?? 0)));
            assert.ok(apart > 0.1, `${colorScheme}, ${vision}: ${i} and ${j} are ${apart.toFixed(3)} apart`);
          }
      }
      for (const colour of colours) {
        const [low, high] = [sheet, colour].map((one) => luminance(linear(one))).sort((a, b) => a - b);
        assert.ok(((high ?? 0) + 0.05) / ((low ?? 0) + 0.05) >= 3, `${colour} on ${sheet}`);
      }
    }
  }));

/** What people see, full strength: Machado, Oliveira and Fernandes 2009, in linear RGB. */
const VISIONS = {
  ordinary: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protanopia: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deuteranopia: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritanopia: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
};
/** @param {string} hex @returns {number[]} */
const linear = (hex) =>
  [1, 3, 5].map((i) => {
    const value = Number.parseInt(hex.slice(i, i + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
/** @param {number[]} matrix @param {number[]} rgb */
const through = (matrix, rgb) =>
  [0, 3, 6].map((row) => {
    const value = rgb.reduce((sum, channel, i) => sum + channel * (matrix[row + i] ?? 0), 0);
    return Math.min(1, Math.max(0, value));
  });
/** @param {number[]} rgb */
const luminance = ([r = 0, g = 0, b = 0]) => 0.2126 * r + 0.7152 * g + 0.0722 * b;
/** Lightness and two opponent colours, in which equal steps look alike (Ottosson 2020). @param {number[]} rgb */
function oklab([r = 0, g = 0, b = 0]) {
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}
