// @ts-check
/**
 * Measures the built page alone in Chromium, with the protocol of the peers' benchmark: it prints one JSON line per
 * workload and mode. `cargo xtask bench` runs it if the peers' benchmark is not on this machine.
 * Usage: node bench.mjs WORKLOADS MODES QUERY, with INKLING_URL, CHROME and CHROME_FLAGS in the environment.
 */
import { chromium } from 'playwright-core';
import { BROWSER, measureOnPage } from './support.js';

const [workloads = 'M', modes = 'time', query = ''] = process.argv.slice(2);

for (const mode of modes.split(',')) {
  for (const workload of workloads.split(',')) {
    // A new browser for each measurement, so that no caches are warm.
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
