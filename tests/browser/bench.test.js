// @ts-check
/** The benchmark page: the WebGPU calls of a training step, which do not depend on speed, and what a person sees. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { measureOnPage, screenshotPath, URL_BASE, useBrowser, visit } from './support.js';

useBrowser();

/**
 * Bounds, not targets: a change that makes a step more expensive to launch should be deliberate. There are few steps,
 * because a software adapter is slow: workload C would take minutes here, and `cargo xtask bench` prints its calls. The
 * first three steps prepare the recorded one.
 */
const BOUNDS = { dispatches: 30, submits: 2, pipelines: 25 };
/** The losses of M that all peers share. */
const LOSSES = [543.3194, 533.2677, 520.8198, 502.644, 478.063, 446.328];

test('a training step on WebGPU is launched with little work', () =>
  visit(async (page) => {
    const result = await measureOnPage(page, `w=M&mode=count&warm=2&count=2&check=${LOSSES.length}&opts=gpu:large`);
    assert.equal(result.error, undefined);
    // More launches than usual: `parity.test.js` trains as on other GPUs.
    assert.equal(result.large_gpu, true);
    const {
      dispatch = 0,
      dispatch_indirect = 0,
      submit = 0,
      create_bind_group = 0,
      create_buffer = 0,
      ...others
    } = result.per_step;
    console.log(
      `    M, per step: ${JSON.stringify(result.per_step)}; ` +
        `reading the loss: ${JSON.stringify(result.loss_read)}; pipelines: ${result.training_pipelines} to train`,
    );
    assert.ok(dispatch > 0, 'the step runs on the GPU');
    assert.ok(dispatch + dispatch_indirect <= BOUNDS.dispatches, `${dispatch} dispatches`);
    // A read flushes the queue, so the worst case is a read after each step.
    assert.ok(
      submit + (result.loss_read.submit ?? 0) <= BOUNDS.submits,
      `${submit} submits, and ${result.loss_read.submit} to read the loss`,
    );
    assert.ok(result.training_pipelines <= BOUNDS.pipelines, `${result.training_pipelines} pipelines`);
    const made = create_bind_group + create_buffer + (others.pipeline_sync ?? 0) + (others.pipeline_async ?? 0);
    assert.equal(made, 0, 'nothing is created per step');
    assert.equal(result.check_losses.length, LOSSES.length);
    for (const [i, loss] of LOSSES.entries()) {
      assert.ok(Math.abs(result.check_losses[i] / loss - 1) < 1e-3, `${result.check_losses[i]} instead of ${loss}`);
    }
  }));

describe('the benchmark page', () => {
  for (const [width, colorScheme] of /** @type {const} */ ([
    [1440, 'light'],
    [390, 'dark'],
  ])) {
    test(`measures on the CPU, ${width} wide, ${colorScheme}`, () =>
      visit(
        async (page) => {
          await page.goto(`${URL_BASE}bench.html?device=cpu&w=M`);
          await page.locator('body[data-ready="true"]').waitFor();
          assert.match((await page.locator('#device-badge').textContent()) ?? '', /^CPU · simd128$/);
          assert.equal(await page.locator('#measure-C').isChecked(), false);
          await page.locator('#start').click();
          await page.locator('#M[data-state="done"]').waitFor();
          assert.ok(
            Number(await page.locator('#M [data-field="steps_per_s"]').getAttribute('data-value')) > 0,
            'a speed is shown',
          );
          assert.equal(await page.locator('#M .error').textContent(), '');
          assert.match(
            (await page.locator('#device-badge').textContent()) ?? '',
            /^CPU · (one core|\d+ cores), simd128$/,
          );
          await page.screenshot({ path: await screenshotPath(`bench-${width}-${colorScheme}`), fullPage: true });
          assert.ok(
            (await page.evaluate(() => document.documentElement.scrollWidth)) <= width,
            'nothing sticks out to the side',
          );
        },
        {
          context: { viewport: { width, height: 900 }, colorScheme, hasTouch: width === 390, isMobile: width === 390 },
        },
      ));
  }

  test('keeps what there is after Stop, and hands it over', () =>
    visit(
      async (page) => {
        await page.goto(`${URL_BASE}bench.html?device=cpu&w=M,C`);
        await page.locator('body[data-ready="true"]').waitFor();
        await page.locator('#start').click();
        await page.waitForFunction(
          () => Number(/** @type {any} */ (document.querySelector('#M [data-field="steps_per_s"]')).dataset.value) > 0,
        );
        await page.locator('#stop').click();
        await page.locator('#start').waitFor();
        assert.match((await page.locator('#status').textContent()) ?? '', /^Stopped/);
        await page.locator('#copy-json').click();
        await page.getByText('Copied.').waitFor();
        const { results } = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()));
        assert.ok(results[0].steps_per_s > 0);
        assert.equal(results[0].workload, 'M');
        assert.ok(results[0].cores >= 1 && results[0].simd === 'simd128', 'what it was measured with');
      },
      { context: { permissions: ['clipboard-read', 'clipboard-write'] } },
    ));

  test('says in words why it failed', () =>
    visit(
      async (page) => {
        await page.route(/\.wasm$/, (route) => route.abort());
        await page.goto(`${URL_BASE}bench.html?device=cpu&w=M`);
        await page.locator('#start').click();
        await page.locator('#M[data-state="failed"]').waitFor();
        assert.match((await page.locator('#M .error').textContent()) ?? '', /could not be loaded/);
      },
      { expected: /Failed to load resource/ },
    ));
});
