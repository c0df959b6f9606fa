// @ts-check
/**
 * Few labels: how well classifiers read digits that were taught a handful, from codes and from pixels; and the same
 * with labels that a person gives.
 */
import './labels.css';
import { put } from '../../i18n/index.js';
import { fill, finder } from '../../ui/dom.js';
import { liveUse } from '../../ui/live-use.js';
import { plot } from '../../ui/plot.js';
import { points } from './format.js';
import markup from './labels.html?raw';
import { ownLabels } from './own.js';
import { accuracy, Curves, SEEN, study, whose } from './study.js';
import { taughtDigits } from './taught.js';

/** Accuracies that are no further apart say nothing: half a point is 5 of 1,000 images. */
const EVEN = 0.005;

/** @type {import('../index.js').Panel} */
export default {
  id: 'labels',
  chapter: 'uses',
  mount({ root, uses, signal }) {
    fill(root, markup);
    const { button, canvas, element, find, input } = finder(root);
    const figure = element('labels-figure');
    const bar = find('labels-bar', HTMLProgressElement);
    const chart = plot(element('labels-chart'), { onPick: (x) => choose(nearest(x)), signal });
    const taught = taughtDigits(canvas('labels-taught'), signal);
    const own = ownLabels(root, { uses, changed: show, failed: anew, signal });
    const slider = input('labels-size');
    const methods = { neighbour: button('labels-neighbour'), logistic: button('labels-logistic') };
    /** @type {import('./study.js').Method} */
    let method = 'neighbour';
    /** Place among the sizes. */
    let at = Number(slider.value);
    let curves = new Curves();
    /** The study that the engine has. @type {{begun: import('./study.js').Begun, latents: number} | null} */
    let now = null;
    /** Of whom its codes are. @type {import('./study.js').Whose} */
    let of = 'pretrained';
    /** There are other digits, or codes of other models, to be had. */
    let stale = true;
    /** One's own model has newer weights. */
    let newer = false;
    /** What the engine does just now, in words. @type {import('../../i18n/index.js').Sentence} */
    let doing = null;
    /** How much of that is done; null while nothing is computed. @type {number | null} */
    let done = null;

    const sizes = () => [...(now?.begun.sizes ?? [])];
    const size = () => sizes()[at] ?? 0;
    const nearest = (/** @type {number} */ x) =>
      sizes().reduce((best, one, i) => {
        const away = (/** @type {number} */ of) => Math.abs(Math.log(of / x));
        return away(one) < away(sizes()[best] ?? 1) ? i : best;
      }, 0);

    /** @param {number} to */
    function choose(to) {
      at = to;
      show();
      picture().catch(() => {});
    }

    /** The digits of the first draw. */
    async function picture() {
      const wanted = size();
      if (!now || !wanted) {
        taught(null, []);
        put(element('labels-taught-name'), null);
        put(canvas('labels-taught'), { key: 'labels.taught.none' }, 'aria-label');
        return;
      }
      const { pool } = now.begun;
      const places = await uses.ask('labelsDrawn', { size: wanted, draw: 0 });
      if (wanted !== size() || pool !== now?.begun.pool) return;
      taught(pool, [...places]);
      const said = { key: 'labels.taught', n: places.length, size: wanted };
      put(element('labels-taught-name'), said);
      put(canvas('labels-taught'), said, 'aria-label');
    }

    function show() {
      for (const [name, one] of Object.entries(methods)) one.setAttribute('aria-pressed', String(name === method));
      const known = sizes();
      slider.max = String(Math.max(0, known.length - 1));
      slider.disabled = known.length === 0;
      // A slider that ends before its value moves it.
      slider.value = String(at);
      const many = size() ? { key: 'labels.size', n: size() } : { key: 'labels.size.unknown' };
      put(element('labels-size-name'), many);
      put(slider, many, 'aria-valuetext');
      put(element('labels-codes-name'), { key: `labels.codes.${of}` });
      const [codes, pixels] = SEEN.map((seen) => curves.mean(method, seen, size()));
      for (const [seen, share] of /** @type {const} */ ([
        ['codes', codes],
        ['pixels', pixels],
      ])) {
        put(element(`labels-${seen}`), points(share));
        element(`labels-${seen}`).dataset.draws = String(curves.draws(method, seen, size()));
      }
      put(element('labels-verdict'), verdict(codes ?? NaN, pixels ?? NaN));
      put(element('labels-progress'), doing ?? counted());
      bar.hidden = done === null;
      bar.value = done ?? 0;
      draw(known);
    }

    /** Who is ahead. @param {number} codes @param {number} pixels */
    function verdict(codes, pixels) {
      if (now && sizes().length === 0) return { key: 'labels.unlabelled' };
      const ahead = codes - pixels;
      if (!Number.isFinite(ahead)) return null;
      if (Math.abs(ahead) <= EVEN) return { key: 'labels.verdict.even', n: size() };
      const key = ahead > 0 ? 'labels.verdict.codes' : 'labels.verdict.pixels';
      return { key, n: size(), by: (100 * Math.abs(ahead)).toFixed(1) };
    }

    /** What the figures are taken over. */
    function counted() {
      if (!now || sizes().length === 0) return null;
      const { begun, latents } = now;
      const values = { images: begun.heldOut.length / 784, draws: begun.draws, latents };
      return { key: `labels.counted.${of}`, ...values };
    }

    /** @param {number[]} known */
    function draw(known) {
      const line = (/** @type {import('./study.js').Seen} */ seen) => known.map((n) => curves.mean(method, seen, n));
      const mine = own.standing();
      chart.show({
        label: { key: 'labels.chart' },
        x: { title: { key: 'labels.axis.size' }, low: 1, high: 50, log: true, ticks: [1, 2, 5, 10, 20, 50] },
        y: {
          title: { key: 'labels.axis.accuracy' },
          low: 0,
          high: 1,
          format: (share) => `${Math.round(100 * share)}%`,
        },
        series: [
          {
            kind: 'line',
            x: known,
            y: line('pixels'),
            colour: 'muted',
            dash: [5, 3],
            dots: true,
            name: { key: 'labels.pixels' },
          },
          {
            kind: 'line',
            x: known,
            y: line('codes'),
            colour: 'accent',
            dots: true,
            name: { key: `labels.codes.${of}` },
          },
          ...(mine && mine.size >= 1
            ? [
                /** @type {const} */ ({
                  kind: 'points',
                  x: [mine.size],
                  y: [mine.accuracy],
                  colour: 'ink',
                  name: { key: 'labels.yours' },
                }),
              ]
            : []),
        ],
        marks: size() ? [{ x: size(), colour: 'edge' }] : [],
      });
    }

    /** What is not yet measured of the chosen classifier: the first draws of all sizes before the second ones. */
    function missing() {
      if (!now) return null;
      for (let draw = 0; draw < now.begun.draws; draw++)
        for (const one of sizes())
          for (const seen of SEEN)
            if (curves.draws(method, seen, one) <= draw) return { method, seen, size: one, draw };
      return null;
    }

    /** The engine has forgotten it all. */
    function anew() {
      stale = true;
      refresh();
    }

    /** @type {Parameters<typeof liveUse>[0]['work']} */
    async function work(ask, left) {
      if (stale || newer || !now) {
        stale = newer = false;
        of = whose(uses);
        curves = new Curves();
        now = null;
        own.pause();
        try {
          now = await study(ask, of, {
            begun: (begun) => {
              own.deal(begun);
              encoding(0);
            },
            encoded: encoding,
          });
        } finally {
          doing = done = null;
          show();
        }
        if (at >= sizes().length) at = Math.max(0, sizes().length - 1);
        own.ready(method);
        await picture();
      }
      try {
        for (let next = missing(); next; next = missing()) {
          doing = { key: 'labels.measuring', draw: next.draw + 1, draws: now.begun.draws };
          done = share();
          show();
          const found = await accuracy(ask, next);
          curves.add(next.method, next.seen, next.size, found);
        }
      } catch (error) {
        // Else the engine broke, and what it knew is gone.
        if (!left.aborted) stale = true;
        throw error;
      } finally {
        doing = done = null;
        show();
      }
    }

    /** @param {number} share */
    function encoding(share) {
      doing = { key: 'labels.encoding', share };
      done = share;
      show();
    }

    /** How much of the chosen classifier's curves is measured. */
    function share() {
      const draws = sizes().flatMap((one) => SEEN.map((seen) => curves.draws(method, seen, one)));
      return draws.reduce((sum, one) => sum + one, 0) / (draws.length * (now?.begun.draws ?? 1));
    }

    uses.on(
      'data',
      () => {
        stale = true;
        own.clear();
      },
      { signal },
    );
    uses.on(
      'model',
      () => {
        // While it trains it changes every few seconds: a round that has begun comes to its end.
        if (of !== whose(uses)) stale = true;
        else if (of === 'yours') newer = true;
      },
      { signal },
    );
    const refresh = liveUse({ uses, element: figure, note: element('labels-note'), work, signal });

    slider.addEventListener('input', () => choose(Number(slider.value)));
    for (const [name, one] of Object.entries(methods))
      one.addEventListener('click', () => {
        method = /** @type {import('./study.js').Method} */ (name);
        own.use(method);
        show();
        refresh();
      });
    choose(at);
  },
};
