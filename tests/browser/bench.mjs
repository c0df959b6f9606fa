// @ts-check
/**
 * Measures the built page alone in Chromium, by the protocol of the peers' bench: one JSON line for each workload and mode, as bench.py
 * prints them. For `cargo xtask bench` where the peers are not there.
 * Usage: node bench.mjs WORKLOADS MODES QUERY, with INKLING_URL, CHROME and CHROME_FLAGS in the environment.
 */
import { chromium } from 'playwright-core';
import { BROWSER, measureOnPage } from './support.js';

const [workloads = 'M', modes = 'time', query = ''] = process.argv.slice(2);

for (const mode of modes.split(',')) {
  for (const workload of workloads.split(',')) {
    // A browser of its own for each: nothing is warm that would not be.
    const browser = await chromium.launch({
      ...BROWSER,
      args: [...BROWSER.args, ...(process.env.CHROME_FLAGS ?? '').split(/\s+/).filter(Boolean)],
    });
    try {
      const result = await measureOnPage(await browser.newPage(), `w=${workload}&mode=${mode}&${query}`);
      console.log(JSON.stringify({ ...result, page: 'ours', workload, mode }));
      if (result.error) process.exitCode = 1;
    } finally {
      await browser.close();
    }
  }
}
