// @ts-check
/** What the page says of a run that goes wrong, by recorded curves; it is silent about all others. Needs no browser. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { advise, FIRST_CHECK, nextCheck } from '../../www/src/app/advice.js';

/** @typedef {{config: any, rows: [number, number, number?][], active: [number, number][]}} Curve */

const file = new URL('../curves.json', import.meta.url);
/** @type {Record<string, Curve>} */
const CURVES = JSON.parse(await readFile(file, 'utf8')).curves;
const RATES = {
  classic: 6e-3,
  linear: 6e-3,
  wide: 6e-3,
  beta: 6e-3,
  conv: 6e-3,
  deep: 3e-3,
  residual: 2e-3,
  generator: 4e-3,
};

/** What is known after the first `count` rows of a curve. @param {Curve} curve @param {number} count */
function after({ config, rows, active }, count) {
  const seen = rows.slice(0, count);
  const now = seen.at(-1)?.[0] ?? 0;
  return {
    history: {
      step: seen.map(([step]) => step),
      total: seen.map(([, total]) => total),
      heldOut: seen.map(([, , heldOut]) => heldOut ?? null),
    },
    activity: active.filter(([step]) => step <= now).map(([step, count]) => ({ step, active: count })),
    config,
    usualRate: RATES[/** @type {keyof typeof RATES} */ (config.preset)],
    totalSteps: 790,
    since: 0,
    broke: false,
  };
}

/** Everything that is told while the run goes on, in the order in which it is first told. @param {Curve} curve */
function told(curve) {
  /** @type {Map<string, {step: number, advice: import('../../www/src/app/advice.js').Advice}>} */
  const all = new Map();
  for (let count = 1; count <= curve.rows.length; count++) {
    const advice = advise(after(curve, count));
    const said = advice?.text.key ?? '';
    if (advice && !all.has(said)) all.set(said, { step: curve.rows[count - 1]?.[0] ?? 0, advice });
  }
  return all;
}

/** @param {string} name */
const curve = (name) => /** @type {Curve} */ (CURVES[name]);
/** @param {string} name */
const only = (name) => {
  const all = [...told(curve(name))];
  assert.equal(all.length, 1, `${name}: ${all.map(([key]) => key)}`);
  return /** @type {NonNullable<(typeof all)[0]>} */ (all[0]);
};

describe('advice', () => {
  for (const name of ['linear', 'classic', 'wide', 'beta', 'deep', 'conv', 'residual', 'generator']) {
    test(`an ordinary run of ${name} is left alone`, () => assert.deepEqual([...told(curve(name))], []));
  }

  test('so are two latents, a small data set, and a large β that latents survive', () => {
    for (const name of ['latent2', 'small', 'beta12']) assert.deepEqual([...told(curve(name)).keys()], [], name);
  });

  test('latents that stay silent are told, with three cures', () => {
    for (const [name, beta, bits] of /** @type {const} */ ([
      ['collapsed', 30, 0.8],
      ['collapsedDeep', 20, 0.8],
    ])) {
      const [key, { step, advice }] = only(name);
      assert.equal(key, 'app.advice.collapsed', name);
      assert.ok(step >= FIRST_CHECK, `${name}: not before step ${FIRST_CHECK}`);
      assert.equal(curve(name).config.beta, beta);
      assert.equal(advice.title.n, 20);
      assert.ok(Number(advice.title.active) < 10);
      assert.deepEqual(
        advice.cures.map(({ change, fresh }) => [change, fresh]),
        [
          [{ warmupSteps: 395 }, true],
          [{ freeBits: bits }, false],
          [{ beta: 1 }, false],
        ],
      );
    }
  });

  test('a learning rate that is far too high is to blame, not β', () => {
    for (const [name, rate] of /** @type {const} */ ([
      ['rateOne', 0.1],
      ['rateDeep', 0.01],
    ])) {
      // Both were recorded up to a step before the active units are counted twice.
      const { rows, active, config } = curve(name);
      const last = rows.at(-1) ?? [0, 0];
      const longer = /** @type {Curve['rows']} */ (
        Array.from({ length: 60 }, (_, i) => [last[0] + 4 * (i + 1), last[1]])
      );
      const later = /** @type {Curve['active']} */ ([200, 275].map((step) => [step, active.at(-1)?.[1] ?? 0]));
      const all = [...told({ config, rows: [...rows, ...longer], active: [...active, ...later] })];
      assert.deepEqual(
        all.map(([key]) => key),
        ['app.advice.silenced'],
        name,
      );
      assert.deepEqual(
        all[0]?.[1].advice.cures.map(({ change }) => change),
        [{ learningRate: rate }],
      );
    }
  });

  test('a loss that jumps up is told if it stays there, not if it comes back', () => {
    const { config, rows, active } = curve('classic');
    const calm = rows.slice(0, 100);
    const [step] = calm.at(-1) ?? [0];
    const then = (/** @type {number[]} */ losses) =>
      told({
        config,
        active,
        rows: [...calm, ...losses.map((total, i) => /** @type {[number, number]} */ ([step + 4 * (i + 1), total]))],
      });
    assert.deepEqual([...then([9000, ...Array(40).fill(112)]).keys()], [], 'a spike');
    assert.deepEqual([...then(Array(40).fill(160)).keys()], [], 'a rise that is no jump');
    const jumped = [...then([9000, ...Array(40).fill(260)])];
    assert.deepEqual(
      jumped.map(([key]) => key),
      ['app.advice.jumped'],
    );
    assert.deepEqual(
      jumped[0]?.[1].advice.cures.map(({ change, fresh }) => [change, fresh]),
      [[{ learningRate: 6e-4 }, false]],
    );
    // After a change of the objective, losses compare with those after it alone.
    const known = after({ config, active, rows: [...calm, ...rows.slice(100)] }, 198);
    const larger = known.history.total.map((total, i) => ((known.history.step[i] ?? 0) > step ? total + 2000 : total));
    const history = { ...known.history, total: larger, heldOut: larger.map(() => null) };
    assert.equal(advise({ ...known, history })?.kind, 'jumped');
    assert.equal(advise({ ...known, history, since: step }), null);
  });

  test('overfitting is told once the held-out loss has risen', () => {
    const [key, { step, advice }] = only('overfitted');
    assert.equal(key, 'app.advice.overfits');
    // Its best is at step 120.
    assert.ok(step > 120 && step < 330, `at step ${step}`);
    assert.ok(Number(advice.text.now) > 1.02 * Number(advice.text.best), 'by more than noise');
  });

  test('a run that broke off is told before all else', () => {
    const known = { ...after(curve('collapsed'), 50), broke: true };
    assert.equal(advise(known)?.kind, 'broke');
    assert.deepEqual(advise(known)?.cures, [
      { label: { key: 'app.cure.freshRate', rate: 6e-4 }, change: { learningRate: 6e-4 }, fresh: true },
    ]);
  });

  test('a cure that is in use is not offered again', () => {
    const known = after(curve('collapsed'), 50);
    const config = { ...known.config, warmupSteps: 500, freeBits: 1 };
    const late = known.activity.map(({ step, active }) => ({ step: step + 600, active }));
    assert.deepEqual(
      advise({ ...known, config, activity: late })?.cures.map(({ change }) => change),
      [{ beta: 1 }],
    );
    // While β warms up, silence means nothing yet.
    assert.equal(advise({ ...known, config }), null);
  });

  test('a long run is looked at seldom', () => {
    const steps = [];
    for (let step = nextCheck(0, 790); step < 10_000; step = nextCheck(step, 790)) steps.push(step);
    assert.deepEqual(steps.slice(0, 4), [150, 225, 300, 400]);
    assert.ok(steps.length < 20, `${steps}`);
    // Not while the learning rate rises: in a run of 4,690 steps over the first 469.
    assert.equal(nextCheck(0, 4690), 469);
    const known = after(curve('collapsed'), 100);
    assert.equal(advise(known)?.kind, 'collapsed');
    assert.equal(advise({ ...known, totalSteps: 4690 }), null);
  });
});
