// @ts-check
/**
 * Is it a digit? The negative ELBO of a drawing among those of held-out digits, where in the picture the nats are, and
 * how well the score tells digits from what is none. It says where that fails, too.
 */
import './anomalies.css';
import { put } from '../../i18n/index.js';
import { digit, show } from '../../ui/digit-canvas.js';
import { digitSource } from '../../ui/digit-source.js';
import { fill, finder } from '../../ui/dom.js';
import { liveUse } from '../../ui/live-use.js';
import { plot } from '../../ui/plot.js';
import markup from './anomalies.html?raw';
import { exampleRows } from './examples.js';
import { heatMap } from './heat.js';
import { begin, goOn, histogram, KINDS, ROUGH, ROUNDS, shareBelow } from './survey.js';

const BINS = 48;
const COLOURS = { letters: 'class-1', scribbles: 'class-3', shapes: 'accent' };

/** @type {import('../index.js').Panel} */
export default {
  id: 'anomalies',
  chapter: 'uses',
  mount({ root, uses, signal }) {
    fill(root, markup);
    const { button, canvas, element } = finder(root);
    const input = digit(canvas('anomalies-input'));
    const heat = heatMap(canvas('anomalies-heat'), signal);
    const chart = plot(element('anomalies-chart'), { signal });
    const rows = tableRows(element('anomalies-rows'));
    /** An example that was clicked takes the place of the sheet. @type {import('./examples.js').Example | null} */
    let example = null;
    /** What the image at hand costs. @type {{nats: number, name: import('../../i18n/index.js').Message} | null} */
    let cost = null;
    /** The scores that are shown. @type {import('./survey.js').Survey | null} */
    let known = null;
    /** Those that are being measured: of a newer model, until they are worth to be shown. */
    let measured = begin();
    /** Whether they are out of date. */
    let changed = false;

    const source = digitSource(element('anomalies-source'), {
      uses,
      model: () => uses.model,
      changed: () => choose(null),
      seed: 3,
      signal,
    });
    const examples = exampleRows(element('anomalies-examples'), (one) => choose(one));

    /** @param {import('./examples.js').Example | null} one */
    function choose(one) {
      example = one;
      examples.press(one);
      look();
    }

    let loaded = false;
    const look = liveUse({
      uses,
      element: element('anomalies-map'),
      note: element('anomalies-note'),
      signal,
      work: async (ask) => {
        if (!loaded) {
          await examples.load(ask);
          loaded = true;
        }
        const image = example ?? (await source.image());
        const priced = image && (await ask('anomaly', { pixels: image.pixels, model: uses.model }));
        show(input, image?.pixels ?? null);
        heat(image && priced ? { pixels: image.pixels, nats: priced.nats } : null);
        cost = image && priced ? { nats: priced.total, name: image.name } : null;
        const named = image && { name: image.name };
        put(input, named ? { key: 'anomalies.input.of', ...named } : { key: 'anomalies.input.none' }, 'aria-label');
        put(
          canvas('anomalies-heat'),
          named ? { key: 'anomalies.heat.of', ...named } : { key: 'anomalies.heat.none' },
          'aria-label',
        );
        put(
          element('anomalies-sum'),
          priced && {
            key: 'anomalies.sum',
            reconstruction: priced.total - priced.kl,
            kl: priced.kl,
            total: priced.total,
          },
        );
        tell();
      },
    });
    button('anomalies-others').addEventListener('click', () => {
      loaded = false;
      examples.turn();
      choose(null);
    });

    for (const change of /** @type {const} */ (['model', 'data'])) {
      uses.on(
        change,
        () => {
          changed = true;
        },
        { signal },
      );
    }
    liveUse({
      uses,
      element: element('anomalies-figure'),
      note: element('anomalies-figure-note'),
      signal,
      work: async (ask) => {
        // One that was left goes on.
        if (changed || measured.rounds === ROUNDS) measured = begin();
        changed = false;
        const model = uses.model;
        while (measured.rounds < ROUNDS && !(changed && measured.rounds >= ROUGH)) {
          const now = await goOn(measured, (name, query) => ask(name, { ...query, model }));
          const rated = await rates(now, ask);
          measured = now;
          // A rough picture of this model is better than a fine one of the last.
          if (known !== null && now.rounds < ROUGH && known.rounds >= ROUGH) continue;
          known = now;
          for (const { kind, areas } of rated) rows.rate(kind, now[kind].nats.length, ...areas);
          tell();
        }
      },
    });

    /**
     * Areas under the curves.
     * @param {import('./survey.js').Survey} of @param {import('../../ui/live-use.js').Ask} ask
     */
    function rates(of, ask) {
      return Promise.all(
        KINDS.map(async (kind) => {
          const area = (/** @type {'nats' | 'surplus'} */ by) =>
            ask('auroc', {
              inside: Float32Array.from(of.heldOut[by]),
              outside: Float32Array.from(of[kind][by]),
            });
          return { kind, areas: [await area('nats'), await area('surplus')] };
        }),
      );
    }

    /** Where the image at hand lies among the digits. */
    function tell() {
      const digits = known?.heldOut.nats ?? [];
      root.dataset.images = String(digits.length);
      root.dataset.nats = String(cost?.nats ?? '');
      const beyond = cost && digits.length > 0 ? shareBelow(digits, cost.nats) : null;
      root.dataset.share = String(beyond ?? '');
      put(
        element('anomalies-cost'),
        cost === null
          ? { key: 'anomalies.cost.none' }
          : beyond === null
            ? { key: 'anomalies.cost', name: cost.name, nats: cost.nats }
            : {
                key: beyond < 0.02 ? 'anomalies.cost.cheap' : 'anomalies.cost.among',
                name: cost.name,
                nats: cost.nats,
                share: `${(100 * beyond).toFixed(1)}%`,
                n: digits.length,
              },
        'rich',
      );
      put(
        element('anomalies-progress'),
        known && known.rounds < ROUNDS
          ? { key: 'anomalies.progress', n: digits.length, all: known.all }
          : known && { key: 'anomalies.measured', n: digits.length },
      );
      if (!known) return;
      const bins = histogram(known, BINS);
      const middles = bins.edges.slice(0, -1).map((edge, i) => (edge + (bins.edges[i + 1] ?? edge)) / 2);
      chart.show({
        label: { key: 'anomalies.chart', n: digits.length },
        x: { title: { key: 'anomalies.chart.x' }, low: bins.low, high: bins.high },
        y: { title: { key: 'anomalies.chart.y' }, format: (share) => `${Math.round(100 * share)}%` },
        series: [
          {
            kind: 'bars',
            x: bins.edges,
            y: bins.shares(digits),
            colour: 'edge',
            name: { key: 'anomalies.chart.digits' },
          },
          ...KINDS.map((kind) => ({
            kind: /** @type {const} */ ('line'),
            x: middles,
            y: bins.shares(known?.[kind].nats ?? []),
            colour: COLOURS[kind],
            width: 1.5,
            name: { key: `anomalies.${kind}` },
          })),
        ],
        marks: cost ? [{ x: cost.nats, colour: 'ink', name: { key: 'anomalies.chart.this' } }] : [],
      });
    }
    tell();
  },
};

/** @param {HTMLElement} body of the table */
function tableRows(body) {
  const cells = KINDS.map((kind) => {
    const row = document.createElement('tr');
    const name = document.createElement('th');
    name.scope = 'row';
    put(name, { key: `anomalies.${kind}` });
    const numbers = [0, 1, 2].map(() => document.createElement('td'));
    for (const cell of numbers) cell.textContent = '–';
    row.dataset.kind = kind;
    row.append(name, ...numbers);
    body.append(row);
    return { kind, numbers };
  });
  return {
    /** @param {import('./survey.js').Kind} kind @param {number} count @param {...number} areas */
    rate(kind, count, ...areas) {
      const row = cells.find((one) => one.kind === kind);
      [String(count), ...areas.map((area) => area.toFixed(3))].forEach((text, i) => {
        const cell = row?.numbers[i];
        if (!cell) return;
        cell.textContent = text;
        // Little better than chance, or worse.
        if (i > 0) cell.classList.toggle('fails', Number(text) < 0.6);
      });
    },
  };
}
