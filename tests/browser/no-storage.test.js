// @ts-check
/** Browsers that store nothing, refuse, or never answer, and storage that is full. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { abouts, change, dialogs, offered, QUERY, save, wouldAsk } from './storage-support.js';
import {
  diverge,
  divergible,
  draw,
  kept,
  open,
  progress,
  reachStep,
  SEVEN,
  train,
  useBrowser,
  visit,
} from './support.js';

useBrowser();

const UNAVAILABLE = /storage is unavailable: this run is not being stored/;

describe('a run is lost with', () => {
  for (const [what, script, words] of /** @type {[string, string, RegExp][]} */ ([
    [
      'no IndexedDB and no localStorage',
      `Object.defineProperty(window, 'indexedDB', { value: undefined });
       Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } });`,
      UNAVAILABLE,
    ],
    [
      'an IndexedDB that refuses',
      `IDBFactory.prototype.open = () => { throw new DOMException('no', 'SecurityError'); }`,
      UNAVAILABLE,
    ],
    [
      'an IndexedDB that never answers',
      `IDBFactory.prototype.open = () => Object.create(IDBOpenDBRequest.prototype, {
         addEventListener: { value() {} }, removeEventListener: { value() {} },
       })`,
      UNAVAILABLE,
    ],
    [
      'no room left',
      `IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError'); }`,
      /storage is full: this run is not being stored/,
    ],
  ])) {
    test(`${what}: that is said, and the page works on and asks before it is left`, () =>
      visit(async (page) => {
        const asked = dialogs(page);
        await page.addInitScript(script);
        await open(page, QUERY);
        if (words === UNAVAILABLE) {
          await draw(page, SEVEN);
          await page.locator('#draw[aria-busy="false"][data-empty="false"]').waitFor();
          await page.locator('#own-label').selectOption('7');
          await page.locator('#own-add').click();
          await page.locator('#own-error').filter({ hasText: 'This digit lasts until you close the page.' }).waitFor();
        }
        await train(page, 5);
        await page.locator('#kept-note').filter({ hasText: words }).waitFor();
        await page.locator('#step').click();
        const { bytes } = await save(page);
        assert.ok(bytes.length > 1000);
        assert.equal(await wouldAsk(page), false, 'it is in the file');
        const step = await progress(page, 'step');
        await page.locator('#step').click();
        await reachStep(page, step + 1);
        await page.goto('about:blank');
        assert.deepEqual(asked, ['beforeunload']);
      }));
  }
});

describe('a connection that the browser has lost', () => {
  test('is replaced by a new one', () =>
    visit(async (page) => {
      await page.addInitScript(() => {
        const begin = IDBDatabase.prototype.transaction;
        let [seen, lost] = [new WeakSet(), new WeakSet()];
        Object.assign(window, {
          lose() {
            [seen, lost] = [new WeakSet(), seen];
          },
        });
        IDBDatabase.prototype.transaction = function (...args) {
          if (lost.has(this)) throw new DOMException('lost', 'InvalidStateError');
          seen.add(this);
          return begin.apply(this, args);
        };
      });
      await open(page, QUERY);
      await page.locator('#step').click();
      await kept(page, 1);
      await page.evaluate(() => /** @type {any} */ (window).lose());
      await page.locator('#step').click();
      await page.locator('#kept-note').filter({ hasText: UNAVAILABLE }).waitFor();
      await page.locator('#step').click();
      await kept(page, 3);
      await page.locator('#kept-note').waitFor({ state: 'hidden' });
    }));
});

describe('stored runs make room', () => {
  test('five are stored: one that has not finished an epoch goes first; when storage is full, one goes', () =>
    visit(async (page) => {
      await page.addInitScript(() => {
        const put = IDBObjectStore.prototype.put;
        const remove = IDBObjectStore.prototype.delete;
        IDBObjectStore.prototype.put = function (...args) {
          if (/** @type {any} */ (window).__full) throw new DOMException('full', 'QuotaExceededError');
          return put.apply(this, args);
        };
        IDBObjectStore.prototype.delete = function (...args) {
          /** @type {any} */ (window).__full &&= /** @type {any} */ (window).__stays;
          return remove.apply(this, args);
        };
      });
      await open(page, QUERY);
      await page.locator('#step').click();
      await reachStep(page, 1);
      await kept(page, 1);
      const [about] = await abouts(page);
      const { totalSteps } = about.progress;
      // Four earlier runs: the oldest three have finished.
      const steps = [totalSteps, totalSteps, totalSteps, 7];
      await change(
        page,
        'about',
        steps.map((step, i) => ({
          ...about,
          id: `run-${i}`,
          written: about.written - 1000 * (9 - i),
          progress: { ...about.progress, step },
        })),
      );
      const ids = async () => (await abouts(page)).map(({ id }) => id);
      await open(page, QUERY);
      await offered(page, 1);
      assert.equal((await ids()).length, 5);
      await page.locator('#step').click();
      await reachStep(page, 1);
      await page.locator('#status').filter({ hasText: 'At most 5 runs are stored' }).waitFor();
      assert.ok(!(await ids()).includes('run-3'));
      assert.equal((await ids()).length, 5);

      await page.evaluate(() => Object.assign(window, { __full: true }));
      await page.locator('#step').click();
      await page.locator('#status').filter({ hasText: 'storage was full' }).waitFor();
      await page.waitForFunction(() => window.dispatchEvent(new Event('beforeunload', { cancelable: true })));
      assert.ok(await page.locator('#kept-note').isHidden());
      const left = await ids();
      assert.equal(left.length, 4);
      assert.ok(!left.includes(about.id), 'it had not finished an epoch');

      // Where that does not help, no more runs are deleted.
      await page.evaluate(() => Object.assign(window, { __full: true, __stays: true }));
      for (const step of [3, 4, 5]) {
        await page.locator('#step').click();
        await reachStep(page, step);
        await page.locator('#kept-note').filter({ hasText: 'storage is full' }).waitFor();
      }
      assert.ok((await ids()).length >= 3);
      assert.ok(await wouldAsk(page));
    }));
});

describe('a run that diverged', () => {
  test('is left unasked once its good weights are stored', () =>
    visit(async (page) => {
      await divergible(page);
      await open(page, QUERY);
      await train(page, 8);
      await page.locator('#start').click();
      await reachStep(page, 12);
      await diverge(page);
      await page.locator('#train-error').filter({ hasText: 'Training diverged' }).waitFor();
      await kept(page, 8);
      await page.waitForFunction(() => window.dispatchEvent(new Event('beforeunload', { cancelable: true })));
      await page.locator('#undo-reset').click();
      await page.locator('#status').filter({ hasText: 'The model is back' }).waitFor({ state: 'attached' });
      await page.waitForFunction(() => window.dispatchEvent(new Event('beforeunload', { cancelable: true })));
    }));
});
