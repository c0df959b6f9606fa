// @ts-check
/** Chromium over CDP and Firefox over WebDriver BiDi: one client drives both. */
import puppeteer from 'puppeteer-core';
import { BROWSER } from '../support.js';

/** @typedef {import('./index.js').Visitor} Visitor */

/** @param {string} program @param {string} downloads a folder */
export const openChromium = (program, downloads) =>
  open({
    browser: 'chrome',
    executablePath: program,
    args: BROWSER.args,
    downloadBehavior: { policy: 'allow', downloadPath: downloads },
  });

/**
 * Mesa's software renderer gives Firefox WebGPU on any machine.
 * @param {string} program @param {string} downloads @param {string} lavapipe its file for Vulkan's loader, or empty
 */
export const openFirefox = (program, downloads, lavapipe) =>
  open({
    browser: 'firefox',
    executablePath: program,
    protocol: 'webDriverBiDi',
    env: { ...process.env, ...(lavapipe ? { VK_ICD_FILENAMES: lavapipe } : {}) },
    extraPrefsFirefox: {
      'dom.webgpu.enabled': true,
      'gfx.webgpu.ignore-blocklist': true,
      'browser.download.dir': downloads,
      'browser.download.folderList': 2,
    },
  });

/** @param {import('puppeteer-core').LaunchOptions} options @returns {Promise<import('./index.js').Opened>} */
async function open({ downloadBehavior, ...options }) {
  // Shaders compile for minutes on a software adapter; the tests have limits of their own.
  const browser = await puppeteer.launch({ ...options, headless: true, protocolTimeout: 600_000 });
  return {
    version: (await browser.version()).replace(/^\w+\//, ''),
    async visit() {
      const context = await browser.createBrowserContext({ downloadBehavior });
      const page = await context.newPage();
      await page.setViewport({ width: 1440, height: 900 });
      /** @type {string[]} */
      const complaints = [];
      page.on('console', (message) => {
        if (['error', 'warn', 'warning'].includes(message.type()))
          complaints.push(`${message.type()}: ${message.text()}`);
      });
      page.on('pageerror', (error) => complaints.push(`page error: ${error}`));
      page.on('dialog', (dialog) => dialog.accept().catch(() => {}));
      return {
        complaints,
        before: async (script) => {
          await page.evaluateOnNewDocument(script);
        },
        open: async (url) => {
          await page.goto(url, { waitUntil: 'domcontentloaded' });
        },
        reload: async () => {
          await page.reload({ waitUntil: 'domcontentloaded' });
        },
        run: (work, ...args) => page.evaluate(/** @type {any} */ (work), ...args),
        click: (selector) => page.click(selector),
        async drag([start = [0, 0], ...points]) {
          await page.mouse.move(start[0], start[1]);
          await page.mouse.down();
          for (const [x, y] of points) await page.mouse.move(x, y, { steps: 6 });
          await page.mouse.up();
        },
        screenshot: async (path) => {
          await page.screenshot({ path: /** @type {`${string}.png`} */ (path) });
        },
        close: () => context.close(),
      };
    },
    close: () => browser.close(),
  };
}
