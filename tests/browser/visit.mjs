// @ts-check
/**
 * Measures a first visit over a slow line, from a cold cache: when the page paints, shows the data set's digits, is
 * ready, shows the pretrained model's digits and its reconstruction, and draws its map; and when the last byte of the
 * engine and of the model's decoder went, because a software adapter, unlike a visitor's GPU, then takes seconds more.
 * It prints one JSON line per device. `cargo xtask bench --visit` builds the page and runs it.
 * Usage: node visit.mjs [DEVICES] [KBIT_PER_SECOND] [ROUND_TRIP_MS], with INKLING_URL and CHROME in the environment.
 */
import { chromium } from 'playwright-core';
import { slowLine } from './slow-line.js';
import { BROWSER, chapter, URL_BASE } from './support.js';

const [devices = 'cpu,webgpu', kbit = '1600', roundTrip = '300'] = process.argv.slice(2);
/** Longest wait for one of the marks, in ms. */
const PATIENCE = 120_000;

/** What to wait for, in the page. @type {Record<string, () => boolean>} */
const MARKS = {
  dataDigits: () =>
    [...document.querySelectorAll('#data-thumbs canvas')].some((one) => /** @type {any} */ (one).pixels),
  ready: () => document.documentElement.dataset.ready === 'true',
  modelDigits: () => document.getElementById('samples-grid')?.dataset.shows === 'best',
  reconstruction: () => document.getElementById('draw')?.dataset.shows === 'best',
};

/** Files whose last byte counts. */
const FILES = { engineHere: /_bg-[^/]*\.wasm$/, decoderHere: /best-decoder/ };

const line = await slowLine(URL_BASE, { bytesPerSecond: (Number(kbit) * 1000) / 8, roundTrip: Number(roundTrip) });
try {
  for (const device of devices.split(',')) {
    const browser = await chromium.launch(BROWSER);
    try {
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
      line.reset();
      const start = performance.now();
      const at = () => Math.round(performance.now() - start);
      await page.goto(`${line.url}?device=${device}`, { waitUntil: 'commit' });
      /** @type {Record<string, number>} */
      const times = {};
      await Promise.all(
        Object.entries(MARKS).map(async ([name, condition]) => {
          const found = page.waitForFunction(condition, undefined, { timeout: PATIENCE, polling: 50 });
          // What never comes is left out, and the others count.
          times[name] = await found.then(at, () => Number.NaN);
        }),
      );
      const painted = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime);
      for (const [name, file] of Object.entries(FILES)) {
        times[name] = Math.round(line.sent.find(({ path }) => file.test(path))?.done ?? NaN);
      }
      const bytes = Math.round(line.sent.reduce((sum, one) => sum + one.bytes, 0));
      const opened = at();
      await chapter(page, 'inside');
      await page.locator('#map-plane').waitFor({ timeout: PATIENCE });
      await page.locator('#map-plane').scrollIntoViewIfNeeded();
      await page.locator('#map-plane[data-shows]').waitFor({ timeout: PATIENCE });
      const map = at() - opened;
      const requests = line.sent.map(({ path, asked, done, bytes }) => [
        path.replace(/\?.*/, ''),
        Math.round(asked),
        Math.round(done),
        Math.round(bytes),
      ]);
      const firstPaint = Math.round(painted ?? NaN);
      console.log(JSON.stringify({ visit: device, kbit, roundTrip, firstPaint, ...times, map, bytes, requests }));
    } finally {
      await browser.close();
    }
  }
} finally {
  await line.close();
}
