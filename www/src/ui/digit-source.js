// @ts-check
/**
 * Where a panel of Uses takes its digit from: a sheet to draw on, which greets with a held-out digit, and a button for
 * another one. `image()` is what is on the sheet, as the network sees it.
 *
 * @typedef {object} SourceImage
 * @property {Uint8Array} pixels   784 grey levels
 * @property {'drawing' | 'heldOut'} origin
 * @property {import('../i18n/index.js').Message} name   "held-out digit 3"
 * @property {number | null} label   the digit that it is, if known
 *
 * @typedef {object} DigitSource
 * @property {() => Promise<SourceImage | null>} image   null: the sheet is blank. Asks the engine where it must, and
 *   rejects with its errors; the same image as long as the sheet does not change
 * @property {boolean} own   whether the person drew it, or chose it
 * @property {HTMLCanvasElement} canvas   the sheet
 *
 * @typedef {object} Uses   what it needs of app/uses-engine.js
 * @property {(name: any, query: any) => Promise<any>} ask
 * @property {(event: 'data', listener: () => void, options: {signal: AbortSignal}) => void} on
 */
import './digit-source.css';
import { put } from '../i18n/index.js';
import { PIXELS } from './digit-canvas.js';
import { fill } from './dom.js';
import { Sheet } from './sheet.js';
import { flatten } from './strokes.js';

/** How wide the strokes are, in the sheet's units: as at first in the Studio. */
const PEN = 22;

const MARKUP = `
<div class="pad">
  <canvas data-part="sheet" tabindex="0" role="img"></canvas>
  <p data-part="invite" aria-hidden="true"></p>
</div>
<div class="digit-source-tools" role="group" data-t-aria-label="uses.source.tools">
  <button data-part="undo" type="button" disabled data-t="uses.source.undo"></button>
  <button data-part="clear" type="button" disabled data-t="uses.source.clear"></button>
  <button data-part="held-out" type="button" class="wide"><span data-t="uses.source.heldOut"></span></button>
  <p data-part="error" class="error" role="alert"></p>
</div>`;

/**
 * @param {HTMLElement} host   an empty element
 * @param {object} options
 * @param {Uses} options.uses   the engine of Uses
 * @param {() => string} [options.model]   which model the panel uses anyway: to draw fetches no other one
 * @param {() => void} options.changed   what is on the sheet is, or is about to be, another image
 * @param {number} [options.seed]   which held-out digits come: two panels need not show the same
 * @param {AbortSignal} options.signal
 * @returns {DigitSource}
 */
export function digitSource(host, { uses, model, changed, seed = 1, signal }) {
  host.classList.add('digit-source');
  fill(host, MARKUP);
  /** @template {HTMLElement} T @param {string} name @param {new () => T} type @returns {T} */
  const part = (name, type) => {
    const element = host.querySelector(`[data-part="${name}"]`);
    if (!(element instanceof type)) throw new Error(`there is no part ${name}`);
    return element;
  };
  const [heldOut, error] = [part('held-out', HTMLButtonElement), part('error', HTMLElement)];
  /** Held-out digits by what the sheet shows of them. @type {WeakMap<Uint8Array, SourceImage>} */
  const known = new WeakMap();
  /** The strokes that were read last, and how they look to the network. */
  let read = { strokes: '', image: /** @type {SourceImage | null} */ (null) };

  const sheet = new Sheet(
    {
      canvas: part('sheet', HTMLCanvasElement),
      pen: () => PEN,
      undo: part('undo', HTMLButtonElement),
      clear: part('clear', HTMLButtonElement),
      invite: part('invite', HTMLElement),
      signal,
    },
    changed,
  );
  const which = () => (model ? { model: model() } : {});

  /** The next held-out digit; null if the data set has none. @returns {Promise<SourceImage | null>} */
  async function another() {
    const { pixels, labels, indices } = await uses.ask('sampleImages', { split: 'heldOut', count: 1, seed });
    if (pixels.length !== PIXELS) return null;
    seed += 1;
    const label = labels?.[0] ?? null;
    const i = (indices[0] ?? 0) + 1;
    const name =
      label === null ? { key: 'uses.source.digit', i } : { key: 'uses.source.labelled', i, label: String(label) };
    /** @type {SourceImage} */
    const image = { pixels, origin: 'heldOut', name, label };
    known.set(pixels, image);
    return image;
  }

  /** @returns {Promise<SourceImage | null>} */
  async function image() {
    if (sheet.strokes.length > 0) return drawn();
    if (!sheet.touched && !sheet.example) {
      const greeting = await another();
      // The person may have begun to draw meanwhile.
      if (sheet.strokes.length > 0) return drawn();
      if (greeting) sheet.greet(greeting);
    }
    const laid = sheet.shownHeldOut;
    return (laid && known.get(laid.pixels)) ?? null;
  }

  /** @returns {Promise<SourceImage | null>} */
  async function drawn() {
    const strokes = sheet.strokes.map(flatten);
    const asked = strokes.map((stroke) => stroke.join()).join(';');
    if (read.strokes !== asked) {
      const { empty, input: pixels } = await uses.ask('draw', { strokes, pen: PEN, ...which() });
      /** @type {SourceImage | null} */
      const found = empty ? null : { pixels, origin: 'drawing', name: { key: 'uses.source.drawing' }, label: null };
      read = { strokes: asked, image: found };
    }
    return read.image;
  }

  // An example is of the page's data set.
  uses.on(
    'data',
    () => {
      if (sheet.touched) return;
      sheet.greet(null);
      changed();
    },
    { signal },
  );
  heldOut.addEventListener('click', async () => {
    put(error, null);
    heldOut.disabled = true;
    try {
      const next = await another();
      if (next) sheet.use(next);
    } catch (problem) {
      const { text } = /** @type {any} */ (problem)?.failure ?? {};
      put(error, text ?? { key: 'uses.source.failed' });
    } finally {
      heldOut.disabled = false;
    }
  });

  return {
    image,
    get own() {
      return sheet.touched;
    },
    canvas: sheet.canvas,
  };
}
