// @ts-check
/** Opens the built page in a real Chromium; the helpers that the tests share. */
import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import { after, before } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

/** @typedef {import('playwright-core').Page} Page */

export const URL_BASE = process.env.INKLING_URL ?? 'http://localhost:8080/';
/** Address of a local copy of MNIST; empty if there is none. */
export const MNIST = process.env.INKLING_MNIST ?? '';
const OUTPUT = new URL('../output/', import.meta.url);
const ROOT = new URL('../../', import.meta.url);

/**
 * Both devices run the same tests. Without a GPU, WebGPU runs on a slow software adapter, so its models are small. The
 * loss falls to `factor` of the first within `steps`.
 */
export const DEVICES = /** @type {const} */ ([
  { device: 'cpu', settings: 'epochs=5', steps: 150, factor: 0.5 },
  { device: 'webgpu', settings: 'preset=linear&latent=8&batch=16&lr=0.01&epochs=2', steps: 60, factor: 0.8 },
]);

/** @type {import('playwright-core').Browser} */
let browser;

/**
 * Chromium loads the page that its address bar would unfold for every window, which took a fifth of the time of a
 * visit. Of several such lists it heeds the last, so those of Playwright that concern these tests are named again.
 */
const WITHOUT = [
  'WebUIOmniboxPopup',
  'WebUIOmniboxAimPopup',
  'AimEnabled',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsFirstBalancedModeAutoEnable',
  'HttpsUpgrades',
  'MediaRouter',
  'NetworkTimeServiceQuerying',
  'OptimizationHints',
  'PaintHolding',
  'PreconnectToSearch',
  'ThirdPartyStoragePartitioning',
];

export const BROWSER = {
  executablePath: process.env.CHROME || '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--enable-unsafe-webgpu',
    `--disable-features=${WITHOUT}`,
  ],
};

/** Shares one browser among all tests of a file. */
export function useBrowser() {
  before(async () => {
    browser = await chromium.launch(BROWSER);
  });
  after(() => browser.close());
}

/**
 * Runs `body` on a new visitor's page. Fails on any error or warning in the console, unless `expected` matches it.
 * @param {(page: Page) => Promise<void>} body
 * @param {{expected?: RegExp, context?: import('playwright-core').BrowserContextOptions}} [options]
 */
export async function visit(body, { expected, context: options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(120_000);
  /** @type {string[]} */
  const complaints = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(`${message.type()}: ${message.text()}`);
  });
  // The page asks before you leave a trained model.
  page.on('dialog', (dialog) => dialog.accept().catch(() => {}));
  page.on('pageerror', (error) => complaints.push(`page error: ${error.stack ?? error}`));
  try {
    await body(page);
  } catch (error) {
    if (complaints.length > 0) console.error('The console says:', complaints);
    await mkdir(OUTPUT, { recursive: true });
    await page.screenshot({ path: fileURLToPath(new URL('failed.png', OUTPUT)) }).catch(() => {});
    throw error;
  } finally {
    // The page may be fetching something still, by a test's route.
    if (!page.isClosed()) await page.unrouteAll({ behavior: 'ignoreErrors' });
    await context.close();
  }
  assert.deepEqual(
    complaints.filter((text) => !expected?.test(text)),
    [],
    'the console is empty',
  );
}

/** @param {Page} page @param {string} query */
export async function open(page, query) {
  await page.goto(`${URL_BASE}?${query}`);
  await page.locator('html[data-ready="true"]').waitFor();
}

/**
 * Turns to a chapter by its tab.
 * @param {Page} page @param {'studio' | 'inside' | 'uses'} name
 */
export async function chapter(page, name) {
  await page.locator(`#tab-${name}`).click();
  await page.locator(`#chapter-${name}`).waitFor();
}

/**
 * Turns to the map, in Inside, and waits until it is there. Like every picture it is made when it comes into sight.
 * @param {Page} page @param {'best' | 'yours' | 'plane'} [shows] whose map; by default anybody's
 */
export async function map(page, shows) {
  await chapter(page, 'inside');
  await page.locator('#map-plane').scrollIntoViewIfNeeded();
  await page.locator(`#map-plane${shows ? `[data-shows="${shows}"]` : '[data-shows]'}`).waitFor();
}

/**
 * Turns to Uses and scrolls through it, so that all its panels are mounted. Their figures may be under way.
 * @param {Page} page
 */
export async function allUses(page) {
  await chapter(page, 'uses');
  for (const panel of await page.locator('#chapter-uses .panel').all()) {
    await panel.scrollIntoViewIfNeeded();
    await page.waitForFunction((one) => one && !('waiting' in one.dataset), await panel.elementHandle());
  }
  await page.evaluate(() => scrollTo({ top: 0, behavior: 'instant' }));
}

/**
 * Opens a panel of Uses by its address and waits until it has answered: nothing is on its way to it, nothing failed.
 * @param {Page} page @param {string} id
 */
export async function uses(page, id) {
  await page.evaluate((hash) => location.assign(hash), `#${id}`);
  await page.locator(`#${id}:not([data-waiting]) [data-rounds]`).first().waitFor();
  await page.waitForFunction((id) => {
    const panel = document.getElementById(id);
    const notes = [...(panel?.querySelectorAll('.use-note') ?? [])];
    return notes.every(({ textContent }) => !textContent) && !panel?.querySelector('[aria-busy="true"]');
  }, id);
}

/**
 * The 784 grey levels that a canvas shows; null if it is empty.
 * @param {Page} page @param {string} selector @returns {Promise<number[] | null>}
 */
export const pixels = (page, selector) =>
  page
    .locator(selector)
    .first()
    .evaluate((canvas) => {
      const { pixels } = /** @type {any} */ (canvas);
      return pixels ? Array.from(pixels) : null;
    });

/**
 * Waits until Interpolate shows the path between these two.
 * @param {Page} page
 * @param {string} from a sample's key, "sample SEED/INDEX", or the name of another pick: "draw.pickName" @param
 *   {string} to
 */
export const path = (page, from, to) => page.locator(`#strip[data-from="${from}"][data-to="${to}"]`).waitFor();

/** @param {Page} page @param {string} selector @returns {Promise<number[]>} */
export async function ink(page, selector) {
  const shown = await pixels(page, selector);
  assert.ok(shown?.length === 784, `${selector} shows an image`);
  return shown;
}

/** Sum of squared differences. @param {number[]} a @param {number[]} [b] a blank image if absent */
export const distance = (a, b) => a.reduce((sum, x, i) => sum + (x - (b?.[i] ?? 0)) ** 2, 0);

/**
 * A number from the data attributes of #progress; NaN if absent.
 * @param {Page} page @param {string} name @returns {Promise<number>}
 */
export async function progress(page, name) {
  return Number((await page.locator('#progress').getAttribute(`data-${name}`)) ?? NaN);
}

/** @param {Page} page @param {string} state */
export const reach = (page, state) => page.locator(`#progress[data-state="${state}"]`).waitFor();

/** Waits until this step is reached. @param {Page} page @param {number} step */
export const reachStep = (page, step) =>
  page.waitForFunction((step) => Number(document.getElementById('progress')?.dataset.step) >= step, step, {
    timeout: 300_000,
  });

/**
 * Clicks Start, trains until `steps` are done, then pauses.
 * @param {Page} page @param {number} steps @returns {Promise<{first: number, last: number}>} losses
 */
export async function train(page, steps) {
  await page.locator('#step').click();
  await reachStep(page, 1);
  const first = await progress(page, 'total');
  await page.locator('#start').click();
  await reachStep(page, steps);
  await page.locator('#pause').click();
  await reach(page, 'paused');
  return { first, last: await progress(page, 'total') };
}

/**
 * Waits until what is asked comes true. Playwright's `waitForFunction` would take the promise of an asynchronous
 * question for a yes.
 * @param {Page} page @param {() => Promise<boolean>} ask
 */
export async function comesTrue(page, ask) {
  for (let tries = 0; tries < 300; tries++) {
    if (await ask()) return;
    await page.waitForTimeout(100);
  }
  assert.fail(`not true after 30 s: ${ask}`);
}

/**
 * Waits until the browser has stored the newest run at `step`, by default the current step.
 * @param {Page} page @param {number} [step]
 */
export async function kept(page, step) {
  const wanted = step ?? (await progress(page, 'step'));
  for (let tries = 0; tries < 100; tries++) {
    const now = await keptStep(page);
    // Give the page a moment to notice.
    await page.waitForTimeout(100);
    if (now >= wanted) return;
  }
  assert.fail(`step ${wanted} is not kept`);
}

/** The step of the run that was stored last, 0 if there is none. @param {Page} page @returns {Promise<number>} */
export const keptStep = (page) =>
  page.evaluate(async () => {
    if (!(await indexedDB.databases()).some(({ name }) => name === 'inkling')) return 0;
    const ask = (/** @type {IDBRequest} */ request) =>
      new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
    const database = await ask(indexedDB.open('inkling'));
    const all = await ask(database.transaction('about').objectStore('about').getAll());
    database.close();
    // A damaged record says neither.
    const when = (/** @type {any} */ about) => about.written ?? 0;
    all.sort((/** @type {any} */ a, /** @type {any} */ b) => when(b) - when(a));
    return all[0]?.progress?.step ?? 0;
  });

/**
 * Types a value and leaves the field, so that it takes effect at once.
 * @param {Page} page @param {string} selector @param {string | number} value
 */
export async function enter(page, selector, value) {
  await page.locator(selector).fill(String(value));
  await page.locator(selector).blur();
}

/** An IDX file of images, each with a bright block in a different place. @param {number} count */
export function images(count) {
  const file = Buffer.alloc(16 + count * 784);
  for (const [i, number] of [0x803, count, 28, 28].entries()) file.writeUInt32BE(number, 4 * i);
  for (let i = 0; i < count; i++)
    for (let y = 0; y < 8; y++)
      file.fill(255, 16 + i * 784 + ((i % 20) + y) * 28 + (i % 18), 16 + i * 784 + ((i % 20) + y) * 28 + (i % 18) + 8);
  return file;
}

/** @param {number} count */
export function labels(count) {
  const file = Buffer.alloc(8 + count);
  file.writeUInt32BE(0x801, 0);
  file.writeUInt32BE(count, 4);
  for (let i = 0; i < count; i++) file[8 + i] = i % 10;
  return file;
}

/** For `setInputFiles`. @param {string} name @param {Buffer} buffer */
export const file = (name, buffer) => ({ name, mimeType: 'application/octet-stream', buffer });

/**
 * Draws with the mouse. Points are fractions of the canvas.
 * @param {Page} page @param {number[][][]} strokes @param {string} [canvas]
 */
export async function draw(page, strokes, canvas = '#draw-canvas') {
  const box = await page.locator(canvas).boundingBox();
  assert.ok(box);
  for (const stroke of strokes) {
    for (const [i, [x = 0, y = 0]] of stroke.entries()) {
      await page.mouse.move(box.x + x * box.width, box.y + y * box.height, { steps: i === 0 ? 1 : 6 });
      if (i === 0) await page.mouse.down();
    }
    await page.mouse.up();
  }
}

/** What TF.js, jax-js and PyTorch reach with the same networks from the same weights, step by step. */
export const LOSSES = {
  M: [543.3194, 533.2677, 520.8198, 502.644, 478.063, 446.328, 319.489],
  C: [543.4517, 542.1924, 540.724, 387.74],
};

/** Checks losses against those of the others. @param {number[]} found @param {number[]} expected */
export function matches(found, expected) {
  assert.equal(found.length, expected.length);
  for (const [i, value] of expected.entries()) {
    assert.ok(Math.abs((found[i] ?? NaN) / value - 1) < 1e-3, `${found[i]} instead of ${value}`);
  }
}

/** An ordinary seven and zero. */
export const SEVEN = [
  [
    [0.25, 0.2],
    [0.75, 0.2],
    [0.6, 0.5],
    [0.45, 0.85],
  ],
];
export const NOUGHT = [
  Array.from({ length: 17 }, (_, i) => [
    0.5 + 0.22 * Math.sin((i / 16) * 2 * Math.PI),
    0.5 - 0.32 * Math.cos((i / 16) * 2 * Math.PI),
  ]),
];

/** Runs a script in the worker before the worker's own code. @param {Page} page @param {string} script */
export async function beforeWorker(page, script) {
  await page.route(/worker[^/]*\.js$/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${script};\n${await response.text()}` });
  });
}

/** Keeps the engine's exports where `crash` can find them. @param {Page} page */
export const crashable = (page) =>
  beforeWorker(
    page,
    `for (const name of ['instantiate', 'instantiateStreaming']) {
       const made = WebAssembly[name];
       WebAssembly[name] = async (...args) => {
         const all = await made.apply(WebAssembly, args);
         self.__engine = (all.instance ?? all).exports;
         return all;
       };
     }`,
  );

/** Makes the engine panic. @param {Page} page on which `crashable` was called before it was opened */
export const crash = (page) =>
  worker(page).evaluate(() => {
    try {
      /** @type {any} */ (self).__engine.crash();
    } catch {
      // The trap itself. The tests look at how the page handles it.
    }
  });

/**
 * Has the worker say that its engine broke, without breaking it.
 * @param {Page} page @param {import('playwright-core').Worker} [which] by default the newest
 */
export const breakDown = (page, which = worker(page)) =>
  which.evaluate(() => {
    const error = { code: 'panic', message: 'a test', text: { key: 'errors.panic', detail: 'a test' } };
    self.postMessage({ event: 'fatal', error });
  });

/**
 * Lets the engine report, once the worker's `__diverge` is set, that training has diverged: no valid setting is certain
 * to.
 * @param {Page} page before it is opened
 */
export const divergible = (page) =>
  page.route(/inkling_web[^/]*\.js$/, async (route) => {
    const response = await route.fetch();
    const spoilt = `if (self.__diverge)
      return Promise.reject(
        Object.assign(new Error('training has diverged'), { code: 'state', reason: 'diverged' }),
      );`;
    await route.fulfill({
      response,
      body: (await response.text()).replace(/\badvance\(\w*\)\s*\{/, (found) => found + spoilt),
    });
  });

/** @param {Page} page as `divergible` made it */
export const diverge = (page) => worker(page).evaluate(() => /** @type {any} */ ((self.__diverge = true)));

/**
 * What the page asks its worker for, from now on. `asked` gives each request as "TYPE" or "TYPE MODEL"; `forget` clears
 * it.
 * @param {Page} page before it is opened
 */
export async function listen(page) {
  await page.addInitScript(() => {
    /** @type {string[]} */
    const asked = [];
    Object.assign(window, { asked });
    const post = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (/** @type {any[]} */ ...args) {
      const { type, send } = args[0];
      asked.push([type, send?.model ?? (type === 'heldOut' ? String(send.count) : '')].filter(Boolean).join(' '));
      return post.apply(this, /** @type {any} */ (args));
    };
  });
  return {
    /** @returns {Promise<string[]>} */
    asked: () => page.evaluate('asked'),
    forget: () => page.evaluate('asked.splice(0)'),
    /** Waits until requests of this kind have been sent so often. @param {string} kind @param {number} times */
    wait: (kind, times) =>
      page.waitForFunction(
        // A function: the page's Content-Security-Policy refuses to evaluate a string again and again.
        ({ kind, times }) =>
          /** @type {any} */ (window).asked.filter((/** @type {string} */ one) => one === kind).length >= times,
        { kind, times },
      ),
  };
}

/** The page's engines, the oldest first, without their threads. @param {Page} page */
export const engines = (page) => page.workers().filter((worker) => !isThread(worker));

/** The threads of the CPU device. @param {Page} page */
export const threads = (page) => page.workers().filter(isThread);

/** @param {import('playwright-core').Worker} worker */
const isThread = (worker) => /\/thread-[^/]*$/.test(worker.url());

/** The page's newest engine: a restart makes one, and so does the chapter Uses. @param {Page} page */
export function worker(page) {
  const found = engines(page).at(-1);
  assert.ok(found, 'the page has a worker');
  return found;
}

/** Serves the built package under /pkg/. @param {Page} page */
export async function servePackage(page) {
  await page.route('**/pkg/**', async (route) => {
    const path = new URL(route.request().url()).pathname.replace(/^.*\/pkg\//, 'pkg/');
    const contentType = path.endsWith('.wasm') ? 'application/wasm' : 'text/javascript';
    await route.fulfill({ body: await readFile(new URL(path, ROOT)), contentType });
  });
}

/**
 * Runs the benchmark page with the protocol of the peers' benchmark.
 * @param {Page} page @param {string} query @returns {Promise<Record<string, any>>} the result that it posts
 */
export async function measureOnPage(page, query) {
  await page.route(/\/(progress|result)\?id=/, (route) => route.fulfill({ status: 204 }));
  // Until it is answered: the route ends with the visit.
  const posted = page.waitForResponse(/\/result\?id=/, { timeout: 900_000 });
  await page.goto(`${URL_BASE}bench.html?id=1&${query}`);
  return (await posted).request().postDataJSON();
}

/** @param {string} name @returns {Promise<string>} the path for a screenshot of this name */
export async function screenshotPath(name) {
  await mkdir(OUTPUT, { recursive: true });
  return fileURLToPath(new URL(`${name}.png`, OUTPUT));
}
