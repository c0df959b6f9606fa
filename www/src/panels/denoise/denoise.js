// @ts-check
/** Noise on a digit, and what the model brings back of it: side by side, and as a curve over many held-out digits. */
import './denoise.css';
import { put } from '../../i18n/index.js';
import { nats, percent } from '../../i18n/number.js';
import { digit, show } from '../../ui/digit-canvas.js';
import { digitSource } from '../../ui/digit-source.js';
import { fill, finder } from '../../ui/dom.js';
import { liveUse } from '../../ui/live-use.js';
import { plot } from '../../ui/plot.js';
import { Curves, STRENGTHS } from './curve.js';
import markup from './denoise.html?raw';

const KINDS = /** @type {const} */ (['gaussian', 'salt', 'patches']);

/** @type {import('../index.js').Panel} */
export default {
  id: 'denoise',
  chapter: 'uses',
  mount({ root, uses, signal }) {
    fill(root, markup);
    const { button, canvas, element, input } = finder(root);
    const [noisy, back] = [digit(canvas('denoise-noisy')), digit(canvas('denoise-back'))];
    const slider = input('denoise-strength');
    const chart = plot(element('denoise-chart'), { onPick: (strength) => choose(strength), signal });
    const curves = new Curves();
    /** @type {import('./curve.js').Kind} */
    let kind = 'salt';
    let seed = 1;

    const model = () => (uses.model === 'yours' ? 'yours' : uses.conditional);
    const source = digitSource(element('denoise-source'), { uses, model, changed: () => refresh(), seed: 5, signal });

    /** @type {Parameters<typeof liveUse>[0]['work']} */
    async function work(ask) {
      const image = await source.image();
      if (!image) return clear();
      const query = { pixels: image.pixels, kind, strength: slider.valueAsNumber, seed, model: model() };
      const answer = await ask('denoise', query);
      show(noisy, answer.noisy);
      show(back, answer.pixels);
      const [name, share] = [image.name, percent(query.strength)];
      put(noisy, { key: `denoise.noisy.${query.kind}`, name, share }, 'aria-label');
      put(back, { key: 'denoise.back.of', name }, 'aria-label');
      for (const [i, id] of ['denoise-before', 'denoise-after'].entries()) {
        const values = { squared: (answer.squared[i] ?? 0).toFixed(3), nats: nats(answer.nats[i] ?? 0) };
        put(element(id), { key: 'denoise.error', ...values });
      }
      root.dataset.strength = String(query.strength);
    }

    function clear() {
      for (const picture of [noisy, back]) {
        show(picture, null);
        put(picture, { key: 'denoise.none' }, 'aria-label');
      }
      for (const id of ['denoise-before', 'denoise-after']) put(element(id), null);
    }

    /** @type {Parameters<typeof liveUse>[0]['work']} */
    async function grow(ask) {
      const now = kind;
      if (!curves.of(now).done) await curves.grow(now, ask, model());
      draw();
      if (!curves.of(kind).done) more();
    }

    function draw() {
      const { digits, done, before, after } = curves.of(kind);
      const mean = (/** @type {Float64Array} */ sums) => (digits > 0 ? sums.map((sum) => sum / digits) : []);
      const strength = slider.valueAsNumber;
      const nearest = Math.round(strength * (STRENGTHS.length - 1));
      const at = (/** @type {Float64Array} */ sums) => ((sums[nearest] ?? 0) / digits).toFixed(4);
      const values = { share: percent(STRENGTHS[nearest] ?? 0), before: at(before), after: at(after) };
      const figure = digits > 0 ? { key: 'denoise.figure', n: digits, ...values } : { key: 'denoise.figure.none' };
      chart.show({
        label: figure,
        x: { title: { key: 'denoise.strength' }, low: 0, high: 1, format: percent },
        y: { title: { key: 'denoise.squared' } },
        series: [
          {
            kind: 'line',
            x: STRENGTHS,
            y: mean(before),
            colour: 'muted',
            dash: [5, 3],
            name: { key: 'denoise.noisy' },
          },
          { kind: 'line', x: STRENGTHS, y: mean(after), colour: 'accent', dots: true, name: { key: 'denoise.back' } },
        ],
        marks: [{ x: strength, colour: 'ink', name: percent(strength) }],
      });
      put(element('denoise-figure'), figure);
      root.dataset.digits = String(digits);
      root.dataset.done = String(done);
    }

    function changed() {
      put(element('denoise-percent'), percent(slider.valueAsNumber));
      put(slider, percent(slider.valueAsNumber), 'aria-valuetext');
      draw();
      refresh();
    }
    /** @param {number} strength */
    function choose(strength) {
      slider.value = String(strength);
      changed();
    }

    slider.addEventListener('input', changed);
    for (const one of KINDS) {
      button(`denoise-${one}`).addEventListener('click', () => {
        kind = one;
        for (const other of KINDS) button(`denoise-${other}`).setAttribute('aria-pressed', String(other === one));
        changed();
        more();
      });
    }
    button('denoise-again').addEventListener('click', () => {
      seed += 1;
      refresh();
    });
    for (const change of /** @type {const} */ (['model', 'data'])) uses.on(change, () => curves.clear(), { signal });

    clear();
    const refresh = liveUse({ uses, element: element('denoise-desk'), note: element('denoise-note'), work, signal });
    const chartNote = element('denoise-chart-note');
    const more = liveUse({ uses, element: element('denoise-chart'), note: chartNote, work: grow, signal });
    changed();
  },
};
