// @ts-check
/**
 * A small chart on a canvas: lines, points and bars over two axes, with one value marked, in the colours of the page
 * and as sharp as the screen. Below it, what each series is.
 *
 * @typedef {import('./plot-axis.js').Axis} Axis
 *
 * @typedef {object} Series
 * @property {'line' | 'points' | 'bars'} kind
 * @property {ArrayLike<number>} x   of 'bars' the edges, one more than there are bars
 * @property {ArrayLike<number>} y   what is not finite leaves a gap
 * @property {string} [colour]   a colour of tokens.css: 'ink' (default), 'muted', 'accent', 'class-3'
 * @property {number} [width]    of a line
 * @property {number[]} [dash]
 * @property {boolean} [dots]    a line with its points
 * @property {import('../i18n/index.js').Content} [name]   for the legend; without it the series is not there
 *
 * @typedef {object} Mark   a value of x that is marked
 * @property {number} x
 * @property {string} [colour]   default: 'accent'
 * @property {import('../i18n/index.js').Content} [name]   beside the line
 *
 * @typedef {object} Picture
 * @property {Series[]} series   the last one lies on top
 * @property {Mark[]} [marks]
 * @property {Axis} [x]
 * @property {Axis} [y]
 * @property {import('../i18n/index.js').Content} label   what the picture shows, for those who do not see it
 *
 * @typedef {object} Plot
 * @property {(picture: Picture) => void} show
 * @property {HTMLCanvasElement} canvas
 */
import './plot.css';
import { onLanguage, put, words } from '../i18n/index.js';
import { colour, onTheme } from './digit-canvas.js';
import { APART, plainTick, scale, ticks } from './plot-axis.js';

const FONT = 11;
/** Of a tick's label from its axis, and around the whole, in pixels. */
const [GAP, RIM] = [6, 8];

/**
 * @param {HTMLElement} host   an empty element; `--plot-height` is the height of the canvas in it
 * @param {object} options
 * @param {(x: number) => void} [options.onPick]   the person points at a value of x
 * @param {AbortSignal} options.signal
 * @returns {Plot}
 */
export function plot(host, { onPick, signal }) {
  host.classList.add('plot');
  const canvas = document.createElement('canvas');
  canvas.setAttribute('role', 'img');
  const legend = document.createElement('ul');
  // The picture's label says what it shows.
  legend.setAttribute('aria-hidden', 'true');
  host.append(canvas, legend);
  /** @type {Picture | null} */
  let now = null;
  /** Where the axis of x lies, and its value at a share of it. */
  let axis = { left: 0, right: 1, back: (/** @type {number} */ share) => share };

  const repaint = () => signal.aborted || paint();
  const sizes = new ResizeObserver(repaint);
  sizes.observe(canvas);
  signal.addEventListener('abort', () => sizes.disconnect());
  onTheme(repaint);
  onLanguage(repaint, { signal });

  /** @param {Picture} picture */
  function show(picture) {
    now = picture;
    put(canvas, picture.label, 'aria-label');
    tell(picture.series);
    paint();
  }

  /** @param {Series[]} series */
  function tell(series) {
    const named = series.filter(({ name }) => name);
    while (legend.children.length > named.length) legend.lastElementChild?.remove();
    named.forEach(({ kind, name, colour: ink = 'ink', dash }, i) => {
      let item = legend.children[i];
      if (!item) {
        item = document.createElement('li');
        item.append(document.createElement('i'), document.createElement('span'));
        legend.append(item);
      }
      const [swatch, text] = item.children;
      if (!(swatch instanceof HTMLElement) || !text) return;
      swatch.dataset.kind = dash && kind === 'line' ? 'dashed' : kind;
      swatch.style.setProperty('--series', `var(--${ink})`);
      put(text, name);
    });
  }

  function paint() {
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    const context = canvas.getContext('2d');
    if (!context || !now || width === 0 || height === 0) return;
    const pixels = [Math.round(width * devicePixelRatio), Math.round(height * devicePixelRatio)];
    if (canvas.width !== pixels[0] || canvas.height !== pixels[1]) [canvas.width = 0, canvas.height = 0] = pixels;
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.clearRect(0, 0, width, height);
    context.font = `${FONT}px ${getComputedStyle(host).fontFamily}`;
    draw(context, now, width, height);
  }

  /** @param {CanvasRenderingContext2D} context @param {Picture} picture @param {number} width @param {number} height */
  function draw(context, picture, width, height) {
    const [x, y] = [range(picture, 'x'), range(picture, 'y')];
    const title = { x: words(picture.x?.title), y: words(picture.y?.title) };
    const top = RIM + (title.y ? FONT + GAP : 0);
    const bottom = height - RIM - FONT - GAP - (title.x ? FONT + 4 : 0);
    const yTicks = picture.y?.ticks ?? ticks(y.low, y.high, (bottom - top) / APART.y, y.log);
    const yNames = yTicks.map(picture.y?.format ?? plainTick);
    const left = Math.ceil(Math.max(0, ...yNames.map((name) => context.measureText(name).width))) + GAP + 1;
    const right = width - RIM;
    const xTicks = picture.x?.ticks ?? ticks(x.low, x.high, (right - left) / APART.x, x.log);
    const [along, up] = [scale(x.low, x.high, x.log), scale(y.low, y.high, y.log)];
    const at = (/** @type {number} */ value) => left + along(value) * (right - left);
    const high = (/** @type {number} */ value) => bottom - up(value) * (bottom - top);
    const back = (/** @type {number} */ share) =>
      x.log ? x.low * (x.high / x.low) ** share : x.low + share * (x.high - x.low);
    axis = { left, right, back };

    context.textBaseline = 'middle';
    context.textAlign = 'right';
    context.lineWidth = 1;
    yTicks.forEach((value, i) => {
      const line = Math.round(high(value)) + 0.5;
      context.strokeStyle = colour('rule');
      path(context, [left, right], [line, line]);
      context.fillStyle = colour('muted');
      context.fillText(yNames[i] ?? '', left - GAP, line);
    });
    context.textBaseline = 'top';
    context.textAlign = 'center';
    for (const value of xTicks) {
      const name = (picture.x?.format ?? plainTick)(value);
      const half = context.measureText(name).width / 2;
      context.fillText(name, Math.min(at(value), width - half), bottom + GAP);
    }
    context.textAlign = 'left';
    context.fillText(title.y, 0, RIM - 2);
    context.textAlign = 'right';
    context.fillText(title.x, width, height - FONT - 2);
    context.strokeStyle = colour('edge');
    path(context, [left, right], [bottom + 0.5, bottom + 0.5]);

    context.save();
    context.beginPath();
    context.rect(left - 4, top - 4, right - left + 8, bottom - top + 8);
    context.clip();
    for (const series of picture.series) series.kind === 'bars' ? bars(series) : curve(series);
    context.restore();
    for (const mark of picture.marks ?? []) marked(mark);

    /** @param {Series} series */
    function bars(series) {
      context.fillStyle = colour(series.colour ?? 'ink');
      for (let i = 0; i + 1 < series.x.length; i++) {
        const value = series.y[i] ?? 0;
        const [from, to] = [at(series.x[i] ?? 0), at(series.x[i + 1] ?? 0)];
        const height = Math.max(0, bottom - high(value));
        context.fillRect(
          from + 0.5,
          bottom - height,
          Math.max(0.5, to - from - 1),
          value > 0 ? Math.max(1, height) : 0,
        );
      }
    }

    /** @param {Series} series */
    function curve({ kind, x, y, colour: ink = 'ink', width = 1.75, dash = [], dots }) {
      const points = Array.from(x, (value, i) => [at(value), high(y[i] ?? NaN)]);
      context.strokeStyle = context.fillStyle = colour(ink);
      if (kind === 'line') {
        context.lineWidth = width;
        context.lineJoin = 'round';
        context.setLineDash(dash);
        context.beginPath();
        let down = false;
        for (const [px = 0, py = 0] of points) {
          if (!Number.isFinite(py)) down = false;
          else if (down) context.lineTo(px, py);
          else {
            context.moveTo(px, py);
            down = true;
          }
        }
        context.stroke();
        context.setLineDash([]);
      }
      if (kind === 'line' && !dots) return;
      for (const [px = 0, py = 0] of points) {
        if (!Number.isFinite(py)) continue;
        context.beginPath();
        context.arc(px, py, 2.75, 0, 2 * Math.PI);
        context.fill();
      }
    }

    /** @param {Mark} mark */
    function marked({ x: value, colour: ink = 'accent', name }) {
      if (!Number.isFinite(value)) return;
      // Beyond the axis it stands at its end.
      const place = Math.min(right, Math.max(left, at(value)));
      context.strokeStyle = context.fillStyle = colour(ink);
      context.lineWidth = 1.5;
      path(context, [place, place], [top, bottom]);
      const text = words(name);
      if (!text) return;
      const room = place + GAP + context.measureText(text).width < width;
      context.textBaseline = 'top';
      context.textAlign = room ? 'left' : 'right';
      context.fillText(text, place + (room ? GAP : -GAP), top);
    }
  }

  if (onPick) {
    const pick = (/** @type {PointerEvent} */ event) => {
      const share = (event.offsetX - axis.left) / (axis.right - axis.left);
      if (now) onPick(axis.back(Math.min(1, Math.max(0, share))));
    };
    canvas.addEventListener('pointerdown', (event) => {
      if (!event.isPrimary || event.button !== 0) return;
      canvas.setPointerCapture(event.pointerId);
      pick(event);
    });
    canvas.addEventListener('pointermove', (event) => canvas.hasPointerCapture(event.pointerId) && pick(event));
    canvas.classList.add('pickable');
  }
  return { show, canvas };
}

/** @param {CanvasRenderingContext2D} context @param {number[]} x @param {number[]} y */
function path(context, x, y) {
  context.beginPath();
  x.forEach((value, i) => {
    context.lineTo(value, y[i] ?? 0);
  });
  context.stroke();
}

/**
 * The ends of an axis: as asked for, or those of the data with a little room above.
 * @param {Picture} picture @param {'x' | 'y'} which
 */
function range(picture, which) {
  const { low, high, log = false } = picture[which] ?? {};
  let [least, most] = [Infinity, -Infinity];
  for (const series of picture.series) {
    for (const value of Array.from(series[which])) {
      if (!Number.isFinite(value) || (log && value <= 0)) continue;
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
  }
  if (most < least) [least, most] = log ? [1, 10] : [0, 1];
  if (which === 'y' && !log) [least, most] = [Math.min(0, least), most + 0.06 * (most - Math.min(0, least))];
  const [from, to] = [low ?? least, high ?? most];
  return { low: from, high: to > from ? to : log ? from * 10 : from + 1, log };
}
