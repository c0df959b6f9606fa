// @ts-check
/**
 * The latent plane of a model with two latents: what every place decodes to, and where held-out digits are encoded. Yours, if it has
 * two latents and is shown; else the one that came with the page.
 */
import { canvas, element } from './dom.js';
import { latest } from './engine.js';
import { colour, digit, drawDigit, onTheme, show } from './pixels.js';
import { refresher } from './refresh.js';

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

/** @param {import('./session.js').Session} session @param {import('./interpolate.js').Interpolate} interpolate */
export function mapPanel(session, interpolate) {
  const [decodedSheet, encodedSheet] = [canvas('map-decoded'), canvas('map-encoded')];
  const here = digit(canvas('map-here'));
  const [where, whose, error] = [element('map-where'), element('map-whose'), element('map-error')];
  /** @type {Decoded | null} */
  let decoded = null;
  /** @type {Encoded | null} */
  let encoded = null;
  /** What `decoded` and `encoded` show. */
  let shown = '';
  /** @type {Place} */
  let at = [0, 0];
  /** @type {{place: Place, pixels: Uint8Array} | null} */
  let found = null;

  const own = () => session.shown === 'yours' && session.model?.latent === 2;
  /** For requests: which model. */
  const asked = () => ({ model: own() ? undefined : /** @type {const} */ ('plane') });
  const key = () => `${own() ? `yours ${session.progress.step}` : 'plane'} ${session.dataset?.name}`;

  const refresh = refresher(session, decodedSheet, 1000, async () => {
    try {
      if (!own()) await session.ship('plane');
      const now = key();
      if (now !== shown) {
        const back = await session.ask('decode', { codes: grid(), ...asked() });
        const held = session.dataset && (await session.ask('heldOut', { count: DOTS, ...asked() }));
        [decoded, encoded, shown] = [back, held, now];
        decodedSheet.dataset.shows = encodedSheet.dataset.shows = own() ? 'yours' : 'plane';
        paint();
      }
      look(at);
      error.textContent = '';
    } catch (problem) {
      error.textContent = problem instanceof Error ? problem.message : String(problem);
    }
    tell();
  });

  const look = latest(async (/** @type {Place} */ place) => {
    const { pixels } = await session.ask('decode', { codes: new Float32Array(place), ...asked() });
    found = { place, pixels };
    show(here, pixels);
  });

  function tell() {
    const data = session.dataset?.name ?? 'the data';
    whose.textContent = own() ? `Your model. The numerals are held-out images of ${data}.` : `A ready-made model with two latents, trained on MNIST. Train one with latent size 2, and this becomes its map. The numerals are held-out images of ${data}.`;
  }

  function paint() {
    paintDecoded(decodedSheet, decoded);
    paintEncoded(encodedSheet, encoded);
    for (const sheet of [decodedSheet, encodedSheet]) cross(sheet, at);
    where.textContent = `z = (${at.map((number) => number.toFixed(2).replace('-', '−')).join(', ')})`;
  }

  /** @param {Place} to */
  function go([x, y]) {
    const within = (/** @type {number} */ number) => Math.min(EDGE, Math.max(-EDGE, number));
    at = [within(x), within(y)];
    paint();
    if (shown) look(at);
  }

  function pick() {
    if (!found) return;
    const { place, pixels } = found;
    const name = `the place (${place.map((number) => number.toFixed(1).replace('-', '−')).join(', ')})`;
    // Another model than this map's walks by its own codes: it encodes the image.
    interpolate.pick(own() ? { code: new Float32Array(place), pixels, source: null, name } : { code: new Float32Array(), pixels, source: pixels, name });
  }

  for (const sheet of [decodedSheet, encodedSheet]) {
    const place = (/** @type {PointerEvent | MouseEvent} */ event) => {
      const box = sheet.getBoundingClientRect();
      return /** @type {Place} */ ([((event.clientX - box.left) / box.width) * 2 * EDGE - EDGE, EDGE - ((event.clientY - box.top) / box.height) * 2 * EDGE]);
    };
    sheet.addEventListener('pointermove', (event) => go(place(event)));
    sheet.addEventListener('click', async (event) => {
      go(place(event));
      await settled();
      pick();
    });
    sheet.addEventListener('keydown', (event) => {
      const [x, y] = at;
      /** @type {Record<string, Place>} */
      const moves = { ArrowLeft: [x - STRIDE, y], ArrowRight: [x + STRIDE, y], ArrowUp: [x, y + STRIDE], ArrowDown: [x, y - STRIDE] };
      const to = moves[event.key];
      if (to) go(to);
      else if (event.key === 'Enter' || event.key === ' ') pick();
      else return;
      event.preventDefault();
    });
    new ResizeObserver(paint).observe(sheet);
  }

  /** The place under the pointer has been decoded. */
  async function settled() {
    const { pixels } = await session.ask('decode', { codes: new Float32Array(at), ...asked() }).catch(() => ({ pixels: null }));
    if (pixels) found = { place: at, pixels };
  }

  session.on('dataset', refresh);
  onTheme(paint);
  paint();
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

/** A square context of as many pixels as the screen gives it, `side` units wide, empty. @param {HTMLCanvasElement} sheet @param {number} side */
function fresh(sheet, side) {
  const pixels = Math.round(sheet.clientWidth * devicePixelRatio);
  const context = sheet.getContext('2d');
  if (!context || pixels === 0) return null;
  if (sheet.width !== pixels) sheet.width = sheet.height = pixels;
  context.setTransform(pixels / side, 0, 0, pixels / side, 0, 0);
  context.clearRect(0, 0, side, side);
  return context;
}

/** @param {HTMLCanvasElement} sheet @param {Decoded | null} decoded */
function paintDecoded(sheet, decoded) {
  const context = fresh(sheet, PLACES);
  if (!context || !decoded) return;
  for (let i = 0; i < PLACES * PLACES; i++) {
    context.save();
    context.translate(i % PLACES, Math.floor(i / PLACES));
    drawDigit(context, decoded.pixels.subarray(i * 784, (i + 1) * 784), 1);
    context.restore();
  }
}

/** Labels as numerals, so that nobody has to tell ten colours apart; dots where there are none. @param {HTMLCanvasElement} sheet @param {Encoded | null} encoded */
function paintEncoded(sheet, encoded) {
  const side = 300;
  const context = fresh(sheet, side);
  if (!context) return;
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
  context.font = `600 9px ${getComputedStyle(sheet).fontFamily}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  for (let i = 0; 2 * i + 1 < codes.length; i++) {
    const [x, y] = [to(codes[2 * i] ?? 0), to(-(codes[2 * i + 1] ?? 0))];
    const label = labels?.[i];
    context.fillStyle = label === undefined ? colour('ink') : colour(`class-${label % 10}`);
    if (label === undefined) context.fillRect(x - 1, y - 1, 2, 2);
    else context.fillText(String(label), x, y);
  }
}

/** @param {HTMLCanvasElement} sheet @param {Place} at */
function cross(sheet, [x, y]) {
  const context = sheet.getContext('2d');
  if (!context || sheet.width === 0) return;
  context.setTransform(1, 0, 0, 1, 0, 0);
  const [across, down] = [((x + EDGE) / (2 * EDGE)) * sheet.width, ((EDGE - y) / (2 * EDGE)) * sheet.width];
  context.strokeStyle = colour('accent');
  context.lineWidth = 2 * devicePixelRatio;
  context.beginPath();
  context.arc(across, down, 9 * devicePixelRatio, 0, 2 * Math.PI);
  context.stroke();
}
