// @ts-check
/**
 * The live curves: losses above, the second term on its own scale below, one shared x axis. Drawn a few times a second
 * at most, and only while the page is visible.
 */
import './intl-guard.js';
import 'uplot/dist/uPlot.min.css';
import uPlot from 'uplot';
import { onLanguage, put } from '../../i18n/index.js';
import { count } from '../../i18n/number.js';
import { colour, onTheme } from '../../ui/digit-canvas.js';
import { linearRange, logTicks, lossRange } from './chart-scale.js';

/** @typedef {import('../../app/loss-history.js').LossHistory} LossHistory */
/** @typedef {import('../../protocol.js').Message} Message */

const EVERY_MS = 250;
const LEFT = 46;
const PADDING = { top: 6, right: 10, bottom: 4 };

export class Chart {
  /** @type {LossHistory | null} */ #history = null;
  /** @type {uPlot[]} */ #plots = [];
  #asked = false;
  #drawn = -Infinity;
  /** What the loss's second term is called. @type {Message} */
  second = { key: 'train.kl' };

  /** @param {HTMLElement} losses @param {HTMLElement} below @param {AbortSignal} signal aborted on unmount */
  constructor(losses, below, signal) {
    this.hosts = { losses, below };
    const rebuild = () => signal.aborted || this.#build();
    this.#build();
    onTheme(rebuild);
    onLanguage(rebuild, { signal });
    const sizes = new ResizeObserver(() => {
      this.#plots[0]?.setSize(sizeOf(losses));
      this.#plots[1]?.setSize(sizeOf(below));
    });
    sizes.observe(losses);
    document.addEventListener('visibilitychange', () => this.#draw(), { signal });
    signal.addEventListener('abort', () => {
      sizes.disconnect();
      for (const plot of this.#plots.splice(0)) plot.destroy();
    });
  }

  /** @param {LossHistory} history */
  show(history) {
    this.#history = history;
    if (this.#asked || document.hidden) return;
    this.#asked = true;
    // Progress comes ten times a second or more; nobody reads a curve that fast, and all of it is drawn each time.
    const wait = Math.max(0, this.#drawn + EVERY_MS - performance.now());
    window.setTimeout(() => {
      requestAnimationFrame(() => {
        this.#asked = false;
        this.#draw();
      });
    }, wait);
  }

  #draw() {
    if (document.hidden) return;
    this.#drawn = performance.now();
    const { losses, below } = this.hosts;
    const { step, total, reconstruction, heldOut, kl } = this.#history ?? NOTHING;
    this.#plots[0]?.setData([step, reconstruction, total, heldOut]);
    this.#plots[1]?.setData([step, kl]);
    const summary = {
      key: 'train.chart.losses',
      total: range({ key: 'train.chart.total' }, total),
      heldOut: range({ key: 'train.chart.heldOut' }, heldOut),
    };
    put(losses, summary, 'aria-label');
    put(below, { key: 'train.chart.second', range: range(this.second, kl) }, 'aria-label');
  }

  #build() {
    for (const plot of this.#plots) plot.destroy();
    const { losses, below } = this.hosts;
    const [ink, muted, accent] = [colour('ink'), colour('muted'), colour('accent')];
    const points = { show: true, size: 6, fill: colour('paper'), stroke: accent, width: 1.75 };
    const curves = [
      line(muted, 1.25, { dash: dash(5, 3) }),
      line(ink, 2),
      line(accent, 1.75, { spanGaps: true, points }),
    ];
    this.#plots = [
      new uPlot(options(losses, 'losses', curves), [[], [], [], []], losses),
      new uPlot(options(below, 'second', [line(ink, 1.5, { dash: dash(1, 3), cap: 'round' })]), [[], []], below),
    ];
    this.#draw();
  }
}

/** @type {Pick<LossHistory, 'step' | 'total' | 'reconstruction' | 'heldOut' | 'kl'>} */
const NOTHING = { step: [], total: [], reconstruction: [], heldOut: [], kl: [] };

/** uPlot takes dashes in the screen's pixels, widths in the page's. @param {number[]} lengths */
const dash = (...lengths) => lengths.map((length) => length * devicePixelRatio);

/** @param {HTMLElement} host */
const sizeOf = (host) => ({ width: Math.max(host.clientWidth, 60), height: Math.max(host.clientHeight, 30) });

/** @param {string} stroke @param {number} width @param {Partial<uPlot.Series>} [more] @returns {uPlot.Series} */
const line = (stroke, width, more) => ({
  stroke,
  width,
  points: { show: ({ data }) => data[0].length < 3, size: 5, fill: stroke },
  ...more,
});

/** The curve of a model opened from a file starts at its step. @param {uPlot} plot @returns {[number, number]} */
function stepRange({ data: [steps] }) {
  const [first, last] = [steps[0] ?? 0, steps.at(-1) ?? 0];
  const from = first > Math.max(500, last / 10) ? first : 0;
  return [from, Math.max(last, from + 20)];
}

/**
 * @param {HTMLElement} host
 * @param {'losses' | 'second'} which the lower one labels the steps
 * @param {uPlot.Series[]} series
 * @returns {uPlot.Options}
 */
function options(host, which, series) {
  const font = `11px ${getComputedStyle(host).fontFamily}`;
  const [muted, rule] = [colour('muted'), colour('rule')];
  const ticks = { show: false };
  const lower = which === 'second';
  const empty = (/** @type {uPlot} */ { data }) => data[0].length === 0;
  return {
    ...sizeOf(host),
    padding: [PADDING.top, PADDING.right, lower ? 0 : PADDING.bottom, 0],
    legend: { show: false },
    cursor: { sync: { key: 'inkling' }, drag: { x: false, y: false }, y: false, points: { size: 5 } },
    scales: {
      x: { time: false, range: stepRange },
      y: lower
        ? { range: ({ data }) => linearRange(data.slice(1)) }
        : { distr: 3, range: ({ data }) => lossRange(data.slice(1)) },
    },
    axes: [
      {
        show: lower,
        stroke: muted,
        font,
        size: 22,
        gap: 4,
        grid: { show: false },
        ticks,
        values: (plot, splits) => splits.map((step) => (!empty(plot) && Number.isInteger(step) ? count(step) : '')),
      },
      {
        stroke: muted,
        font,
        size: LEFT,
        gap: 6,
        space: 22,
        grid: { stroke: rule, width: 1 },
        ticks,
        values: (plot, splits) => splits.map((value) => (empty(plot) ? '' : String(Number(value.toPrecision(6))))),
        ...(lower ? {} : { splits: lossTicks, filter: (_, splits) => splits }),
      },
    ],
    series: [{}, ...series],
  };
}

/** @param {uPlot} plot @param {number} _axis @param {number} low @param {number} high */
const lossTicks = ({ height }, _axis, low, high) => logTicks(low, high, height - PADDING.top - PADDING.bottom);

/** @param {Message} name @param {(number | null)[]} column @returns {Message} */
function range(name, column) {
  const values = column.filter((value) => value !== null);
  const [first, last] = [values[0], values.at(-1)];
  if (first === undefined || last === undefined) return { key: 'train.chart.unknown', name };
  return { key: 'train.chart.range', name, first, last };
}
