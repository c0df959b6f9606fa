// @ts-check
/**
 * Measures the built page alone in Chromium, with the protocol of the peers' benchmark: it prints one JSON line per
 * turn, workload and page. `cargo xtask bench` runs it if the peers' benchmark is not on this machine.
 * Usage: node bench.mjs PAGES WORKLOADS MODE TURNS QUERY, with INKLING_URL, CHROME and CHROME_FLAGS in the environment.
 * A page is `ours`, with options behind an @: ours@device:cpu
 */
import { chromium } from 'playwright-core';
import { BROWSER, measureOnPage } from './support.js';

const [pages = 'ours', workloads = 'M', mode = 'time', turns = '1', query = ''] = process.argv.slice(2);

for (let rep = 0; rep < Number(turns); rep++) {
  for (const workload of workloads.split(',')) {
    for (const page of pages.split(',')) {
      // A new browser for each measurement, so that no caches are warm.
      const browser = await chromium.launch({
        ...BROWSER,
        args: [...BROWSER.args, ...(process.env.CHROME_FLAGS ?? '').split(/\s+/).filter(Boolean)],
      });
      try {
        const opts = (page.split('@')[1] ?? '').replaceAll('+', ',');
        const address = `w=${workload}&mode=${mode}&opts=${opts}&${query}`;
        const result = await measureOnPage(await browser.newPage(), address);
        console.log(JSON.stringify({ ...result, page, workload, mode, rep }));
        if (result.error) process.exitCode = 1;
      } finally {
        await browser.close();
      }
    }
  }
}
