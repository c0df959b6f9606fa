// @ts-check
/** One visitor, several tabs: two pages of one context. Each run belongs to one of them. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { abouts, dialogs, notOffered, offered, QUERY, tab } from './storage-support.js';
import { comesTrue, kept, open, progress, reach, reachStep, train, useBrowser, visit } from './support.js';

/** @typedef {import('playwright-core').Page} Page */

useBrowser();

const ELSEWHERE = /open in another tab/;
const WITHOUT_LOCKS = `Object.defineProperty(Navigator.prototype, 'locks', { value: undefined })`;

/** Clicks Step and waits for it. @param {Page} page */
async function step(page) {
  const at = await progress(page, 'step');
  await page.locator('#step').click();
  await reachStep(page, at + 1);
}

/** Clicks Resume, which does nothing while it is disabled. @returns {boolean} whether the bar is gone */
function clickResume() {
  document.getElementById('resume-accept')?.click();
  return document.getElementById('resume')?.hidden === true;
}

describe('two tabs', () => {
  for (const [how, script] of [
    ['with Web Locks', ''],
    ['without them', WITHOUT_LOCKS],
  ]) {
    test(`do not destroy each other's runs, ${how}`, () =>
      visit(async (a) => {
        await a.context().addInitScript(script ?? '');
        const asked = dialogs(a);
        await open(a, QUERY);
        await train(a, 30);
        await kept(a);
        const trained = await progress(a, 'step');

        const b = await tab(a);
        await open(b, QUERY);
        await notOffered(b, ELSEWHERE);
        await step(b);
        await step(b);
        await kept(b, 2);
        await a.close({ runBeforeUnload: true });
        await b.waitForFunction(async () => (await indexedDB.databases()).length > 0);
        assert.deepEqual(asked, [], 'the run is stored');

        // The next visit, while B is still open.
        const c = await tab(b);
        await open(c, QUERY);
        await offered(c, trained);
        await c.locator('#resume-note').filter({ hasText: ELSEWHERE }).waitFor();
        // Another one offers it too: the first to take it has it.
        const d = await tab(b);
        await open(d, QUERY);
        await offered(d, trained);
        await c.locator('#resume-accept').click();
        await reachStep(c, trained);
        for (const button of ['#resume-discard', '#resume-accept']) {
          await d.locator(button).click();
          await d.locator('#resume-error').filter({ hasText: 'Close that tab first' }).waitFor();
        }
        await step(c);
        await kept(c, trained + 1);
        const steps = (await abouts(c)).map(({ progress }) => progress.step);
        assert.deepEqual(
          steps.sort((x, y) => x - y),
          [2, trained + 1],
        );
        await Promise.all([b.close(), c.close()]);
        // A tab that was closed holds nothing back, as soon as the browser has taken it down: until then the answer is
        // the one above, and a person would click again.
        await comesTrue(d, () => d.evaluate(clickResume));
        await reachStep(d, trained + 1);
        await d.close();
      }));
  }

  test('both training, store both runs; one that just goes is offered in the next visit of the other', () =>
    visit(async (a) => {
      await open(a, QUERY);
      await a.locator('#start').click();
      await kept(a, 1);
      const b = await tab(a);
      await open(b, QUERY);
      await notOffered(b, ELSEWHERE);
      await b.locator('#start').click();
      await comesTrue(b, async () => (await abouts(b)).length === 2);
      const first = (await abouts(a)).find(({ progress }) => progress.step > 0);
      assert.ok(first);
      await b.close({ runBeforeUnload: false });
      await a.locator('#pause').click();
      await reach(a, 'paused');
      await kept(a);
      const runs = await abouts(a);
      assert.equal(runs.length, 2);
      const own = await progress(a, 'step');
      const others = runs.filter(({ progress }) => progress.step !== own).map(({ progress }) => progress.step);
      await open(a, QUERY);
      await offered(a, own);
      await a.locator('#resume-choice').selectOption({ index: 1 });
      await offered(a, others[0] ?? NaN);
      await a.locator('#resume-accept').click();
      await reachStep(a, others[0] ?? NaN);
    }));
});
