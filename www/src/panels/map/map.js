// @ts-check
/**
 * The latent plane of a model with two latents: what every place decodes to, and where held-out digits are encoded. Yours, if it has
 * two latents and is shown; else the one that came with the page.
 */

import { latest } from '../../app/client.js';
import { hasEncoder } from '../../protocol.js';
import { colour, digit, drawDigit, onTheme, show } from '../../ui/digit-canvas.js';
import { canvas, element, words } from '../../ui/dom.js';
import { refresher } from '../../ui/live-view.js';

/** The plane is shown from -EDGE to EDGE in both directions: all but 0.5 % of the prior. */
const EDGE = 3;
/** Places decoded along an edge. */
const PLACES = 20;
/** Held-out digits that are shown where they are encoded. */
const DOTS = 600;
/** How far an arrow key moves. */
const STRIDE = 0.1;

/**
 * @typedef {[number, number]} Place
 * @typedef {{pixels: Uint8Array}} Decoded
 * @typedef {{codes: Float32Array, labels: Uint8Array | null}} Encoded
 */

/** @param {import('../../app/session.js').Session} session @param {import('../interpolate/interpolate.js').Interpolate} interpolate */
export function mapPanel(session, interpolate) {
  const sheets = { decoded: sheet('map-decoded'), encoded: sheet('map-encoded') };
  const here = digit(canvas('map-here'));
  const [where, whose, error] = [element('map-where'), element('map-whose'), element('map-error')];
  /** What the sheets show, and of which model and data. */
  /** @type {{decoded: Decoded, encoded: Encoded | null, of: unknown[]} | null} */
  let shown = null;
  /** @type {Place} */
  let at = [0, 0];

  const own = () => !session.shippedShown && session.model?.latent === 2;
  /** For requests: which model. */
  const asked = () => ({ model: own() ? undefined : /** @type {const} */ ('plane') });
  const now = () => [...(own() ? [session.model, session.progress.step] : ['plane']), session.dataset];
  // Without an encoder every code has to be sought, which takes a hundred times as long.
  const dots = () => (own() && session.preset && !hasEncoder(session.preset) ? 20 : DOTS);

  const refresh = refresher(
    session,
    sheets.decoded.element,
    1000,
    async () => {
      try {
        if (!own()) await session.ship('plane');
        const of = now();
        if (of.some((part, i) => part !== shown?.of[i])) {
          const decoded = await session.ask('decode', { codes: grid(), ...asked() });
          const encoded = session.dataset && (await session.ask('heldOut', { count: dots(), ...asked() }));
          shown = { decoded, encoded, of };
          for (const { element } of Object.values(sheets)) element.dataset.shows = own() ? 'yours' : 'plane';
          draw();
        }
        look();
        error.textContent = '';
      } catch (problem) {
        error.textContent = words(problem);
      }
      tell();
    },
    { lazy: true },
  );

  /** @param {Place} place @returns {Promise<Uint8Array>} */
  const decode = async (place) => (await session.ask('decode', { codes: new Float32Array(place), ...asked() })).pixels;
  const look = latest(async () => show(here, await decode(at)));

  function tell() {
    const data = session.dataset?.name ?? 'the data';
    whose.textContent = own()
      ? `Your model. The numerals are held-out images of ${data}.`
      : `A ready-made model with two latents, trained on MNIST. Train one with latent size 2, and this becomes its map. The numerals are held-out images of ${data}.`;
  }

  function draw() {
    sheets.decoded.draw(PLACES, (context) => shown && paintDecoded(context, shown.decoded));
    sheets.encoded.draw(300, (context) => paintEncoded(context, shown?.encoded ?? null, 300));
    point();
  }

  function point() {
    for (const sheet of Object.values(sheets)) sheet.point(at);
    const numbers = at.map((number) => number.toFixed(2).replace('-', '−')).join(', ');
    where.textContent = `z = (${numbers})`;
  }

  /** @param {Place} to */
  function go([x, y]) {
    const within = (/** @type {number} */ number) => Math.min(EDGE, Math.max(-EDGE, number));
    at = [within(x), within(y)];
    point();
    if (shown) look();
  }

  async function pick() {
    const place = at;
    const mine = own();
    try {
      const pixels = await decode(place);
      const name = `the place (${place.map((number) => number.toFixed(1).replace('-', '−')).join(', ')})`;
      // Another model than this map's walks by its own codes: it encodes the image.
      interpolate.pick(
        mine
          ? { code: new Float32Array(place), pixels, source: null, name }
          : { code: new Float32Array(), pixels, source: pixels, name },
      );
    } catch (problem) {
      error.textContent = words(problem);
    }
  }

  for (const { element } of Object.values(sheets)) {
    const place = (/** @type {PointerEvent | MouseEvent} */ event) => {
      const box = element.getBoundingClientRect();
      return /** @type {Place} */ ([
        ((event.clientX - box.left) / box.width) * 2 * EDGE - EDGE,
        EDGE - ((event.clientY - box.top) / box.height) * 2 * EDGE,
      ]);
    };
    element.addEventListener('pointermove', (event) => go(place(event)));
    element.addEventListener('click', (event) => {
      go(place(event));
      pick();
    });
    element.addEventListener('keydown', (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const [x, y] = at;
      /** @type {Record<string, Place>} */
      const moves = {
        ArrowLeft: [x - STRIDE, y],
        ArrowRight: [x + STRIDE, y],
        ArrowUp: [x, y + STRIDE],
        ArrowDown: [x, y - STRIDE],
      };
      const to = moves[event.key];
      if (to) go(to);
      else if (event.key === 'Enter' || event.key === ' ') pick();
      else return;
      event.preventDefault();
    });
    new ResizeObserver(draw).observe(element);
  }

  session.on('dataset', refresh);
  onTheme(draw);
}

/** A square canvas whose picture is kept, so that only a ring has to be drawn when the place moves. @param {string} id */
function sheet(id) {
  const element = canvas(id);
  const picture = document.createElement('canvas');

  /** @param {Place} at */
  function point([x, y]) {
    const context = element.getContext('2d');
    const { width } = element;
    if (!context || width === 0) return;
    context.clearRect(0, 0, width, width);
    if (picture.width > 0) context.drawImage(picture, 0, 0);
    context.strokeStyle = colour('accent');
    context.lineWidth = 2 * devicePixelRatio;
    context.beginPath();
    context.arc(
      ((x + EDGE) / (2 * EDGE)) * width,
      ((EDGE - y) / (2 * EDGE)) * width,
      9 * devicePixelRatio,
      0,
      2 * Math.PI,
    );
    context.stroke();
  }

  /** Anew, in units of which `side` make an edge, with as many pixels as the screen gives. @param {number} side @param {(context: CanvasRenderingContext2D) => void} paint */
  function draw(side, paint) {
    const pixels = Math.round(element.clientWidth * devicePixelRatio);
    const context = picture.getContext('2d');
    if (!context || pixels === 0) return;
    if (element.width !== pixels) element.width = element.height = picture.width = picture.height = pixels;
    context.setTransform(pixels / side, 0, 0, pixels / side, 0, 0);
    context.clearRect(0, 0, side, side);
    paint(context);
  }

  return { element, draw, point };
}

/** The codes of the places, row by row from the upper left. */
function grid() {
  const codes = new Float32Array(2 * PLACES * PLACES);
  for (let i = 0; i < PLACES * PLACES; i++) {
    const [row, column] = [Math.floor(i / PLACES), i % PLACES];
    codes[2 * i] = (((column + 0.5) / PLACES) * 2 - 1) * EDGE;
    codes[2 * i + 1] = (1 - ((row + 0.5) / PLACES) * 2) * EDGE;
  }
  return codes;
}

/** @param {CanvasRenderingContext2D} context @param {Decoded} decoded */
function paintDecoded(context, { pixels }) {
  for (let i = 0; i < PLACES * PLACES; i++) {
    context.save();
    context.translate(i % PLACES, Math.floor(i / PLACES));
    drawDigit(context, pixels.subarray(i * 784, (i + 1) * 784), 1);
    context.restore();
  }
}

/** Labels as numerals, so that nobody has to tell ten colours apart; dots where there are none. @param {CanvasRenderingContext2D} context @param {Encoded | null} encoded @param {number} side */
function paintEncoded(context, encoded, side) {
  const to = (/** @type {number} */ number) => ((number + EDGE) / (2 * EDGE)) * side;
  context.strokeStyle = colour('rule');
  context.lineWidth = 1;
  context.beginPath();
  for (const line of [-2, -1, 0, 1, 2]) {
    context.moveTo(to(line), 0);
    context.lineTo(to(line), side);
    context.moveTo(0, to(line));
    context.lineTo(side, to(line));
  }
  context.stroke();
  if (!encoded) return;
  const { codes, labels } = encoded;
  const [ink, ...inks] = ['ink', ...Array.from({ length: 10 }, (_, i) => `class-${i}`)].map(colour);
  context.font = `600 9px ${getComputedStyle(document.documentElement).fontFamily}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  for (let i = 0; 2 * i + 1 < codes.length; i++) {
    const [x, y] = [to(codes[2 * i] ?? 0), to(-(codes[2 * i + 1] ?? 0))];
    const label = labels?.[i];
    context.fillStyle = (label === undefined ? ink : inks[label % 10]) ?? '';
    if (label === undefined) context.fillRect(x - 1, y - 1, 2, 2);
    else context.fillText(String(label), x, y);
  }
}
