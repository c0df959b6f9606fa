// @ts-check
/** Runs that the browser stores: offered by the next visit, resumed, discarded. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  abouts,
  change,
  dialogs,
  leave,
  notOffered,
  offered,
  QUERY,
  samples,
  tab,
  toFormat1,
} from './storage-support.js';
import {
  breakDown,
  file,
  images,
  kept,
  keptStep,
  open,
  progress,
  reach,
  reachStep,
  train,
  useBrowser,
  visit,
} from './support.js';

useBrowser();

describe('the last session', () => {
  test('is offered after a reload, and goes on as if nothing had been', async () => {
    const query = 'device=cpu&preset=linear&batch=1024&epochs=2&seed=5';
    /** @type {{heldOut: number, drawn: number[][]}} */
    let whole = { heldOut: NaN, drawn: [] };
    await visit(async (page) => {
      await open(page, query);
      await page.locator('#start').click();
      await reach(page, 'finished');
      whole = { heldOut: await progress(page, 'held-out'), drawn: await samples(page) };
    });
    await visit(async (page) => {
      const asked = dialogs(page);
      await open(page, query);
      await page.locator('#start').click();
      await reachStep(page, 3);
      await page.locator('#pause').click();
      await reach(page, 'paused');
      await page.locator('#epochs').fill('3');
      await page.locator('#progress[data-epochs="3"]').waitFor();
      await page.locator('#epochs').fill('2');
      await page.locator('#progress[data-epochs="2"]').waitFor();
      await kept(page);
      const step = await progress(page, 'step');
      const before = {
        heldOut: await progress(page, 'held-out'),
        total: await progress(page, 'total'),
        chart: await page.locator('#chart').getAttribute('aria-label'),
      };
      // The address differs, and the session comes back all the same.
      await open(page, 'device=cpu&batch=many');
      assert.deepEqual(asked, [], 'what is kept is left unasked');
      await page.locator('#resume').waitFor();
      assert.match(
        (await page.locator('#resume').textContent()) ?? '',
        /Linear on Generated digits, epoch 1 of 2, loss [\d.]+, just now/,
      );
      const status = page.locator('#status').filter({ hasText: 'Resume your last session' });
      await status.filter({ hasText: 'Ignored in the address' }).filter({ hasText: 'batch=many' }).waitFor();
      await page.locator('#resume-accept').click();
      await page.locator('#resume').waitFor({ state: 'hidden' });
      await reach(page, 'paused');
      assert.equal(await progress(page, 'step'), step);
      assert.deepEqual(
        {
          heldOut: await progress(page, 'held-out'),
          total: await progress(page, 'total'),
          chart: await page.locator('#chart').getAttribute('aria-label'),
        },
        before,
      );
      assert.equal(await page.locator('#seed').inputValue(), '5');
      await page.locator('#start').click();
      await reach(page, 'finished');
      assert.equal(await progress(page, 'held-out'), whole.heldOut);
      assert.deepEqual(await samples(page), whole.drawn);
      await kept(page);
      await open(page, 'device=cpu');
      await page.locator('#resume[data-step="20"]').waitFor();
      assert.deepEqual(asked, []);
    });
  });

  test('stays until a person decides; a new one is stored beside it; Discard removes the chosen one', () =>
    visit(async (page) => {
      const asked = dialogs(page);
      await open(page, QUERY);
      await train(page, 30);
      await kept(page);
      const step = await progress(page, 'step');
      await open(page, QUERY);
      await offered(page, step);
      assert.ok(await page.locator('#resume-choice').isHidden(), 'there is nothing to choose from');
      await page.locator('#step').click();
      await reachStep(page, 1);
      await kept(page, 1);
      await offered(page, step);
      await page.waitForFunction(() => window.dispatchEvent(new Event('beforeunload', { cancelable: true })));
      await open(page, QUERY);
      assert.deepEqual(asked, [], 'both are stored');
      await offered(page, 1);
      const options = await page.locator('#resume-choice option').allTextContents();
      assert.equal(options.length, 2);
      assert.match(options[0] ?? '', /^Linear, step 1, just now$/);
      await page.locator('#resume-choice').selectOption({ index: 1 });
      await offered(page, step);
      await page.locator('#resume-discard').click();
      await offered(page, 1);
      assert.ok(await page.locator('#resume-choice').isHidden());
      await open(page, QUERY);
      await offered(page, 1);
      await page.locator('#resume-discard').click();
      await page.locator('#resume').waitFor({ state: 'hidden' });
      await open(page, QUERY);
      await notOffered(page, /^Ready\. Press Start/);
      assert.deepEqual(await abouts(page), []);
      assert.deepEqual(asked, []);
      // A crash starts a new engine in the same session, so there is nothing to offer.
      await page.locator('#step').click();
      await reachStep(page, 1);
      await kept(page, 1);
      await breakDown(page);
      await page.locator('#restart').click();
      await page.locator('#fatal').waitFor({ state: 'hidden' });
      await reach(page, 'paused');
      assert.ok(await page.locator('#resume').isHidden());
    }));

  test('on own files needs them, or goes on with what is there', () =>
    visit(async (page) => {
      await open(page, QUERY);
      await page.locator('#data-input').setInputFiles([file('mine-idx3-ubyte', images(60))]);
      await page.locator('#data[data-kind="files"]').waitFor();
      await page.locator('#step').click();
      await reachStep(page, 1);
      await kept(page);
      await open(page, QUERY);
      await page
        .locator('#resume')
        .filter({ hasText: 'on mine-idx3-ubyte' })
        .filter({ hasText: 'Choose them again first' })
        .waitFor();
      await page.locator('#resume-accept').click();
      await page.locator('#status').filter({ hasText: 'it continues on Generated digits' }).waitFor();
      assert.equal(await progress(page, 'step'), 1);
    }));

  test('that cannot be read is said, and nothing else happens', () =>
    visit(async (page) => {
      await open(page, QUERY);
      await page.locator('#step').click();
      await reachStep(page, 1);
      await kept(page);
      const [about] = await abouts(page);
      await change(page, 'weights', [{ id: about.id, version: about.version }]);
      await open(page, QUERY);
      await page.locator('#resume-accept').click();
      await page.locator('#resume-error').filter({ hasText: 'cannot be read' }).waitFor();
      assert.equal(await page.locator('#progress').getAttribute('data-state'), 'idle');
      await change(page, 'about', [{ id: about.id }]);
      await open(page, QUERY);
      await notOffered(page, /cannot be read/);
      await page.locator('#step').click();
      await reachStep(page, 1);
      await kept(page);
    }));

  test('of an older page is offered by this one', () =>
    visit(async (page) => {
      await open(page, QUERY);
      await train(page, 5);
      await kept(page);
      const step = await progress(page, 'step');
      const drawn = await samples(page);
      await leave(page);
      await toFormat1(page);
      await open(page, QUERY);
      await offered(page, step);
      await page.locator('#resume-accept').click();
      await reachStep(page, step);
      assert.deepEqual(await samples(page), drawn);
      await page.locator('#step').click();
      await reachStep(page, step + 1);
      await kept(page, step + 1);
      assert.equal((await abouts(page)).length, 1, 'it is the same run');
    }));

  test('loses two seconds at most when the page just goes', () =>
    visit(async (page) => {
      // A checkpoint of this model has 8 MB.
      await open(page, 'device=cpu&preset=classic&epochs=50');
      await page.locator('#start').click();
      await kept(page, 1);
      const lost = [];
      for (let i = 0; i < 5; i++) {
        await reachStep(page, (await progress(page, 'step')) + 7);
        const [step, stored] = [await progress(page, 'step'), await keptStep(page)];
        const rate = Number(await page.locator('#progress-rate').getAttribute('data-value'));
        lost.push((step - stored) / rate);
      }
      lost.sort((a, b) => a - b);
      assert.ok((lost[2] ?? NaN) <= 2, `seconds of training that are not stored: ${lost}`);
      for (const close of [true, false]) {
        const stored = await keptStep(page);
        if (close) {
          const other = await tab(page);
          await page.close({ runBeforeUnload: false });
          page = other;
        }
        await open(page, QUERY);
        await page.locator('#resume').waitFor();
        assert.ok(Number(await page.locator('#resume').getAttribute('data-step')) >= stored);
        if (!close) return;
        await page.locator('#resume-accept').click();
        await page.locator('#resume').waitFor({ state: 'hidden' });
        await page.locator('#start').click();
        await kept(page, stored + 20);
      }
    }));
});
