// @ts-check
/** WebKitGTK's MiniBrowser, driven over WebDriver on a virtual display. */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Builder, By, error } from 'selenium-webdriver';

/** @param {string} program WebKitWebDriver @param {string} downloads @returns {Promise<import('./index.js').Opened>} */
export async function openWebKit(program, downloads) {
  const home = await mkdtemp(join(tmpdir(), 'inkling-webkit-'));
  await mkdir(join(home, '.config'));
  await writeFile(join(home, '.config/user-dirs.dirs'), `XDG_DOWNLOAD_DIR="${downloads}"\n`);
  const display = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1440x1000x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const said = /** @type {import('node:stream').Readable} */ (display.stdio[3]);
  const number = await /** @type {Promise<string>} */ (
    new Promise((resolve, reject) => {
      said.once('data', (data) => resolve(String(data).trim()));
      display.once('exit', () => reject(new Error('Xvfb did not start')));
      display.once('error', reject);
    })
  );
  const port = await freePort();
  const driver = spawn(program, [`--port=${port}`], {
    // With the locale C, the page's language is no language.
    env: {
      ...process.env,
      HOME: home,
      XDG_CONFIG_HOME: join(home, '.config'),
      DISPLAY: `:${number}`,
      LANG: 'en_US.UTF-8',
      // Its threads for painting on the GPU crash in Mesa's software renderer now and then.
      WEBKIT_SKIA_ENABLE_CPU_RENDERING: '1',
    },
    stdio: 'ignore',
  });
  const server = `http://127.0.0.1:${port}`;
  await answers(`${server}/status`, driver);
  const browser = await new Builder()
    .usingServer(server)
    .withCapabilities({ browserName: 'MiniBrowser', unhandledPromptBehavior: 'accept' })
    .build();
  await browser.manage().setTimeouts({ script: 600_000 });
  await browser.manage().window().setRect({ x: 0, y: 0, width: 1440, height: 1000 });
  return {
    version: String((await browser.getCapabilities()).get('browserVersion')),
    // One window, and with it one visitor, is all that the driver gives.
    visit: async () => ({
      complaints: [],
      before: null,
      open: (url) => browser.get(url),
      reload: () => browser.navigate().refresh(),
      run: (work, ...args) =>
        browser
          .executeAsyncScript(
            `const done = arguments[arguments.length - 1];
           Promise.resolve().then(() => (${work})(...Array.prototype.slice.call(arguments, 0, -1)))
             .then((value) => done({ value }), (error) => done({ error: String(error.stack ?? error) }));`,
            ...args,
          )
          .then((/** @type {any} */ { value, error }) => {
            if (error) throw new Error(error);
            return value ?? undefined;
          }),
      click: (selector) => clickOnceStill(browser, selector),
      async drag([start = [0, 0], ...points]) {
        const actions = browser
          .actions({ async: true })
          .move({ ...whole(start), duration: 0 })
          .press();
        for (const point of points) actions.move({ ...whole(point), duration: 20 });
        await actions.release().perform();
      },
      // The driver's own never come back under Xvfb.
      screenshot: async () => {},
      close: async () => {},
    }),
    async close() {
      await browser.quit().catch(() => {});
      driver.kill();
      display.kill();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/**
 * Clicks an element as soon as it lies still: the driver scrolls to it, and refuses to click where the page has moved
 * it away meanwhile.
 * @param {import('selenium-webdriver').WebDriver} browser @param {string} selector
 */
const clickOnceStill = (browser, selector) =>
  browser.wait(
    () =>
      browser
        .findElement(By.css(selector))
        .click()
        .then(
          () => true,
          (problem) => {
            if (problem instanceof error.ElementNotInteractableError) return false;
            throw problem;
          },
        ),
    10_000,
    `${selector} cannot be clicked`,
  );

/** WebDriver takes whole pixels only. @param {number[]} point */
const whole = ([x = 0, y = 0]) => ({ x: Math.round(x), y: Math.round(y) });

/** @returns {Promise<number>} */
const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });

/** Waits until a server answers. @param {string} url @param {import('node:child_process').ChildProcess} process */
async function answers(url, process) {
  while (process.exitCode === null) {
    const found = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
    if (found) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('WebKitWebDriver did not start');
}
