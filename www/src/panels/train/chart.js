// @ts-check
/**
 * The live curves: losses above, KL (its own, smaller scale) below, one x axis. Drawn at most once a frame and only while the page
 * is seen.
 */
import uPlot from 'uplot';
import { colour, onTheme } from '../../ui/digit-canvas.js';
import { count, nats } from '../../ui/format.js';

/** @typedef {import('../../app/loss-history.js').History} History */

const LEFT = 46;

export class Chart {
  /** @type {History | null} */ #history = null;
  /** @type {uPlot[]} */ #plots = [];
  #asked = false;
  /** What the loss's second term is called. */
  prior = 'KL';

  /** @param {HTMLElement} losses @param {HTMLElement} kl */
  constructor(losses, kl) {
    this.hosts = [losses, kl];
    this.#build();
    onTheme(() => this.#build());
    new ResizeObserver(() => {
      this.#plots.forEach((plot, i) => plot.setSize(sizeOf(/** @type {HTMLElement} */ (this.hosts[i]))));
    }).observe(losses);
    document.addEventListener('visibilitychange', () => this.#draw());
  }

  /** @param {History} history */
  show(history) {
    this.#history = history;
    if (this.#asked || document.hidden) return;
    this.#asked = true;
    requestAnimationFrame(() => {
      this.#asked = false;
      this.#draw();
    });
  }

  #draw() {
    if (!this.#history || document.hidden) return;
    const { step, total, reconstruction, heldOut, kl } = this.#history;
    this.#plots[0]?.setData([step, reconstruction, total, heldOut]);
    this.#plots[1]?.setData([step, kl]);
    const [losses, below] = this.hosts;
    losses?.setAttribute(
      'aria-label',
      `Loss by training step: ${summary('total', total)}; ${summary('held-out total', heldOut)}`,
    );
    below?.setAttribute('aria-label', `${this.prior} by training step: ${summary(this.prior, kl)}`);
  }

  #build() {
    for (const plot of this.#plots) plot.destroy();
    const [losses, kl] = /** @type {[HTMLElement, HTMLElement]} */ (this.hosts);
    const [ink, muted, accent] = [colour('ink'), colour('muted'), colour('accent')];
    this.#plots = [
      new uPlot(
        options(losses, false, [
          line(muted, 1.25, { dash: dash(5, 3) }),
          line(ink, 2),
          line(accent, 1.75, {
            spanGaps: true,
            points: { show: true, size: 6, fill: colour('paper'), stroke: accent, width: 1.75 },
          }),
        ]),
        [[], [], [], []],
        losses,
      ),
      new uPlot(options(kl, true, [line(ink, 1.5, { dash: dash(1, 3), cap: 'round' })]), [[], []], kl),
    ];
    this.#draw();
  }
}

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

/** @param {HTMLElement} host @param {boolean} steps whether the x axis is written @param {uPlot.Series[]} series @returns {uPlot.Options} */
function options(host, steps, series) {
  const font = `11px ${getComputedStyle(host).fontFamily}`;
  const [muted, rule] = [colour('muted'), colour('rule')];
  const ticks = { show: false };
  return {
    ...sizeOf(host),
    padding: [6, 10, steps ? 0 : 4, 0],
    legend: { show: false },
    cursor: { sync: { key: 'inkling' }, drag: { x: false, y: false }, y: false, points: { size: 5 } },
    scales: {
      x: { time: false, range: (_, __, max) => [0, Math.max(max || 0, 20)] },
      y: { range: (plot) => bounds(plot.data.slice(1), steps) },
    },
    axes: [
      {
        show: steps,
        stroke: muted,
        font,
        size: 22,
        gap: 4,
        grid: { show: false },
        ticks,
        values: (plot, splits) =>
          splits.map((value) => (plot.data[0].length > 0 && Number.isInteger(value) ? count(value) : '')),
      },
      {
        stroke: muted,
        font,
        size: LEFT,
        gap: 6,
        space: steps ? 22 : 34,
        grid: { stroke: rule, width: 1 },
        ticks,
        values: (plot, splits) =>
          splits.map((value) => (plot.data[0].length > 0 ? String(Number(value.toPrecision(4))) : '')),
      },
    ],
    series: [{}, ...series],
  };
}

/**
 * The first steps fall from a height that would flatten all that follows: once there is a curve, its first twentieth may leave the picture.
 * The lower curve, which begins at zero and has its peak early, is held whole.
 * @param {(ArrayLike<number | null | undefined>)[]} columns @param {boolean} whole @returns {[number, number]}
 */
function bounds(columns, whole) {
  const values = columns
    .flatMap((column) => Array.from(column))
    .filter((value) => value != null && Number.isFinite(value));
  const sorted = /** @type {number[]} */ (values).sort((a, b) => a - b);
  if (sorted.length === 0) return [0, 1];
  const low = sorted[0] ?? 0;
  const high =
    sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * (!whole && sorted.length > 60 ? 0.95 : 1)))] ??
    low + 1;
  const margin = Math.max((high - low) * 0.06, Math.abs(high) * 0.01, 1e-3);
  return [low < 0 ? low - margin : whole ? 0 : Math.max(0, low - margin), high + margin];
}

/** @param {string} name @param {(number | null)[]} column */
function summary(name, column) {
  const values = column.filter((value) => value !== null);
  const [first, last] = [values[0], values[values.length - 1]];
  if (first === undefined || last === undefined) return `${name} not measured yet`;
  return `${name} from ${nats(first)} to ${nats(last)} nats`;
}
