// @ts-check
/** The browsers that the main job runs in, behind one small interface. */
import { existsSync } from 'node:fs';
import { openChromium, openFirefox } from './puppeteer.js';
import { openWebKit } from './webkitgtk.js';

/**
 * @typedef {object} Visitor   one person's page
 * @property {string[]} complaints   what the browser itself says in its console, as far as its driver tells
 * @property {((script: () => void) => Promise<void>) | null} before   runs a script before the page's own, from the
 *   next load on; null where the driver cannot
 * @property {(url: string) => Promise<void>} open
 * @property {() => Promise<void>} reload
 * @property {<T, A extends any[]>(work: (...args: A) => T | Promise<T>, ...args: A) => Promise<T>} run   in the page
 * @property {(selector: string) => Promise<void>} click
 * @property {(points: number[][]) => Promise<void>} drag   with the mouse, in pixels of the window
 * @property {(path: string) => Promise<void>} screenshot
 * @property {() => Promise<void>} close
 *
 * @typedef {object} Opened
 * @property {string} version
 * @property {() => Promise<Visitor>} visit
 * @property {() => Promise<void>} close
 *
 * @typedef {'cpu' | 'webgpu'} Device
 */

/**
 * What a variable names: empty if `cargo xtask test` looked in vain. Without xtask, the usual place on Debian.
 * @param {string} variable @param {string} usual
 */
const found = (variable, usual) => process.env[variable] ?? (existsSync(usual) ? usual : '');

/** Mesa's software renderer. */
export const LAVAPIPE = found('LAVAPIPE', '/usr/share/vulkan/icd.d/lvp_icd.x86_64.json');

/**
 * `program` is empty where the browser is missing.
 * @type {{name: string, program: string, devices: Device[], start: (program: string, downloads: string) =>
 *   Promise<Opened>}[]}
 */
export const BROWSERS = [
  {
    name: 'Chromium',
    program: found('CHROME', '/usr/bin/chromium'),
    devices: ['cpu', 'webgpu'],
    start: openChromium,
  },
  {
    name: 'Firefox',
    program: found('FIREFOX', '/usr/bin/firefox-esr'),
    // Without a driver for Vulkan, there is no adapter.
    devices: LAVAPIPE ? ['cpu', 'webgpu'] : ['cpu'],
    start: (program, downloads) => openFirefox(program, downloads, LAVAPIPE),
  },
  {
    name: 'WebKitGTK',
    program: found('WEBKIT_DRIVER', '/usr/bin/WebKitWebDriver'),
    devices: ['cpu'],
    start: openWebKit,
  },
];
