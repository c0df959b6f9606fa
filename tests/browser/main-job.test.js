// @ts-check
/** The main job, the losses of other libraries and the speed of training, in each browser that is there. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { BROWSERS } from './browsers/index.js';
import { mainJob } from './browsers/main-job.js';
import { startSite } from './browsers/site.js';
import { LOSSES, matches, screenshotPath, URL_BASE } from './support.js';

/** @typedef {import('./browsers/index.js').Opened} Opened */
/** @typedef {import('./browsers/index.js').Visitor} Visitor */

/** @type {import('./browsers/site.js').Site} */
let site;
/** @type {string[]} */
const table = [];

before(async () => {
  site = await startSite(URL_BASE);
});
after(() => {
  site?.close();
  if (table.length > 0) console.log(['browser, device: ready; main job; steps/s of M', ...table].join('\n    '));
});

for (const { name, program, devices, start } of BROWSERS) {
  describe(name, { skip: program ? false : 'it is not installed' }, () => {
    /** @type {Opened} */
    let browser;
    /** @type {string} */
    let downloads;
    before(async () => {
      downloads = await mkdtemp(join(tmpdir(), 'inkling-downloads-'));
      browser = await start(program, downloads);
    });
    after(async () => {
      await browser?.close();
      await rm(downloads, { recursive: true, force: true });
    });

    for (const device of devices) {
      test(`the main job on ${device}`, async () => {
        const visitor = await browser.visit();
        site.complaints.splice(0);
        const since = Date.now();
        // Chromium's software adapter is the slow one.
        const withInside = name !== 'Chromium' || device === 'cpu';
        try {
          const { adapter, ready } = await mainJob(visitor, device, site, downloads, withInside);
          const job = (Date.now() - since) / 1000;
          assert.deepEqual([...visitor.complaints, ...site.complaints], [], 'the console is empty');
          const rate = await speed(visitor, device);
          const [toReady, whole, steps] = [ready.toFixed(1), job.toFixed(1), rate.toFixed(2)];
          table.push(`${name} ${browser.version}, ${adapter.trim()}: ${toReady} s; ${whole} s; ${steps}`);
        } catch (error) {
          console.error('The console says:', [...visitor.complaints, ...site.complaints]);
          await visitor.screenshot(await screenshotPath(`failed-${name}-${device}`)).catch(() => {});
          throw error;
        } finally {
          await visitor.close();
        }
      });

      // Chromium's are in parity.test.js.
      if (name !== 'Chromium')
        test(`the losses of other libraries on ${device}`, async () => {
          const visitor = await browser.visit();
          for (const [workload, expected] of Object.entries(LOSSES)) {
            await visitor.open(`${site.url}icon.svg`);
            const found = await visitor.run(
              async (device, workload) => {
                const engine = await import(`/pkg/${device}/inkling_web.js`);
                await engine.default();
                return /** @type {number[]} */ (Array.from(await engine.parity(workload)));
              },
              device,
              workload,
            );
            matches(found, expected);
          }
          await visitor.close();
        });
    }
  });
}

/**
 * Training steps of M per second, loss reading included: the best of three short rounds.
 * @param {Visitor} visitor @param {string} device
 */
async function speed(visitor, device) {
  await visitor.open(`${site.url}icon.svg`);
  return visitor.run(async (device) => {
    const engine = await import(`/pkg/${device}/inkling_web.js`);
    await engine.default();
    const bench = await engine.Bench.open('M', false);
    let taken = 0;
    /** @param {number} steps @returns {Promise<number>} ms */
    const round = async (steps) => {
      const since = performance.now();
      for (let i = 0; i < steps; i++)
        bench.queue(Int32Array.from({ length: 128 }, (_, j) => ((taken++ * 128 + j) * 2654435761) % 8192));
      await bench.loss();
      return performance.now() - since;
    };
    // The first one compiles; the second says how many fill a round of one second.
    await round(1);
    const steps = Math.max(1, Math.min(100, Math.round(1000 / (await round(1)))));
    const rounds = [await round(steps), await round(steps), await round(steps)];
    return (1000 * steps) / Math.min(...rounds);
  }, device);
}
