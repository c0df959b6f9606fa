// @ts-check
/**
 * Drawings that the page was not made for (../drawn-digits.json) go through the whole path: pointer, strokes, 28x28
 * image, reconstruction. A classifier trained on MNIST's training digits (www/models/classifier.safetensors) reads the
 * result.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { enter, ink, open, servePackage, URL_BASE, useBrowser, visit } from './support.js';

/**
 * @typedef {{label: number, hand: string, pen: number, strokes: [number, number, number][][]}} Drawn
 *   points: x, y on the sheet, milliseconds
 * @typedef {{input: number[], output: number[]}} Shown
 * @typedef {import('playwright-core').Page} Page
 */

/** The side of the drawing area, in the units of the drawings. */
const SHEET = 280;

/** @type {Drawn[]} */
const DRAWN = JSON.parse(readFileSync(new URL('../drawn-digits.json', import.meta.url), 'utf8')).digits;
const CLASSIFIER = readFileSync(new URL('../../www/models/classifier.safetensors', import.meta.url));

useBrowser();

/** @type {Promise<Shown[]> | undefined} */
let shown;
/** What the page shows for each drawing, with the pretrained model. They are drawn only once. */
const drawn = () => (shown ??= drawAll());

test('the drawn digits are at least 100, of varied hands, ten or more of each', () => {
  assert.ok(DRAWN.length >= 100);
  for (let label = 0; label < 10; label++)
    assert.ok(DRAWN.filter((one) => one.label === label).length >= 10, `${label}`);
  assert.ok(new Set(DRAWN.map(({ hand }) => hand)).size >= 10);
});

test('at least 90 % of the drawn digits can be read as the network sees them', async () => {
  await readable(
    'as the network sees them',
    (await drawn()).map(({ input }) => input),
    0.9,
  );
});

test('at least 85 % of the drawn digits can be read as the ready-made model writes them', async () => {
  await readable(
    'as the ready-made model writes them',
    (await drawn()).map(({ output }) => output),
    0.85,
  );
});

/** @returns {Promise<Shown[]>} */
async function drawAll() {
  /** @type {Shown[]} */
  const shown = [];
  await visit(async (page) => {
    await open(page, 'device=cpu');
    await page.locator('html[data-shown="best"]').waitFor();
    for (const one of DRAWN) shown.push(await drawOne(page, one));
    const whose = await page.locator('html').getAttribute('data-shown');
    assert.equal(whose, 'best', 'the same model was asked to the end');
  });
  return shown;
}

/** With the mouse. @param {Page} page @param {Drawn} drawn @returns {Promise<Shown>} */
async function drawOne(page, { pen, strokes }) {
  await enter(page, '#draw-pen', pen);
  const box = await page.locator('#draw-canvas').boundingBox();
  assert.ok(box);
  const at = (/** @type {number} */ x, /** @type {number} */ y) =>
    /** @type {const} */ ([box.x + (x / SHEET) * box.width, box.y + (y / SHEET) * box.height]);
  for (const [first, ...rest] of strokes) {
    assert.ok(first);
    await page.mouse.move(...at(first[0], first[1]));
    await page.mouse.down();
    // Sent at once, like a pointer that is faster than the screen, so the page gets coalesced events. Every second
    // point is enough for that, and saves time.
    const points = rest.filter((_, i) => i % 2 === 0 || i === rest.length - 1);
    await Promise.all(points.map(([x, y]) => page.mouse.move(...at(x, y))));
    await page.mouse.up();
  }
  await page.locator('#draw[data-empty="false"][aria-busy="false"]').waitFor();
  const shown = { input: await ink(page, '#draw-input'), output: await ink(page, '#draw-output') };
  await page.locator('#draw-clear').click();
  await page.locator('#draw[data-empty="true"]').waitFor();
  return shown;
}

/**
 * Fails if the classifier reads less than this fraction of the images correctly.
 * @param {string} how @param {number[][]} images @param {number} least
 */
const readable = (how, images, least) =>
  visit(async (page) => {
    await servePackage(page);
    await page.goto(`${URL_BASE}icon.svg`);
    const readings = await page.evaluate(
      async ({ base, weights, pixels }) => {
        const engine = await import(`${base}pkg/cpu/inkling_web.js`);
        await engine.default();
        return Array.from(
          /** @type {Uint8Array} */ (await engine.classify(Uint8Array.from(weights), Uint8Array.from(pixels))),
        );
      },
      { base: URL_BASE, weights: [...CLASSIFIER], pixels: images.flat() },
    );
    assert.equal(readings.length, DRAWN.length);
    const wrong = DRAWN.flatMap(({ label, hand }, i) =>
      readings[i] === label ? [] : [`${label} (${hand}) as ${readings[i]}`],
    );
    const right = DRAWN.length - wrong.length;
    console.log(
      `    drawn digits ${how}: ${right} of ${DRAWN.length} are read rightly` +
        `${wrong.length > 0 ? `, not ${wrong.join(', ')}` : ''}`,
    );
    assert.ok(right >= least * DRAWN.length, `${right} of ${DRAWN.length}`);
  });
