// @ts-check
/**
 * The latent plane of a model with two latents: what each point decodes to, and where held-out images are encoded.
 * Your model, if it has two latents and is shown; else the pretrained one.
 */
import './map.css';
import { datasetName } from '../../app/data-source.js';
import { put } from '../../i18n/index.js';
import { textOf, toFailure } from '../../protocol.js';
import { digit, onTheme, show } from '../../ui/digit-canvas.js';
import { fill, finder } from '../../ui/dom.js';
import { latest } from '../../ui/latest.js';
import { liveView } from '../../ui/live-view.js';
import markup from './map.html?raw';
import { CODE_UNITS, EDGE, gridCodes, POINTS, paintCodes, paintDecoded } from './plane.js';
import { sheet } from './sheet.js';

/** Held-out images that are encoded. */
const IMAGES = 600;
/** The same without an encoder: each code has to be searched for, which takes a hundred times as long. */
const IMAGES_SEARCHED = 20;
/** How far an arrow key moves. */
const STRIDE = 0.1;

/**
 * @typedef {import('./sheet.js').Point} Point
 * @typedef {import('../../protocol.js').Decoded} Decoded
 * @typedef {{decoded: Decoded, encoded: import('./plane.js').Encoded | null, of: unknown[]}} Shown
 */

/** @type {import('../index.js').Panel} */
export default {
  id: 'map',
  chapter: 'inside',
  mount({ root, store, session, picks, signal }) {
    fill(root, markup);
    const { element, canvas } = finder(root);
    const sheets = { decoded: sheet(canvas('map-decoded'), draw), encoded: sheet(canvas('map-encoded'), draw) };
    const here = digit(canvas('map-here'));
    const [where, whose, error] = [element('map-where'), element('map-whose'), element('map-error')];
    /** What the sheets show, and of which model and data. @type {Shown | null} */
    let shown = null;
    /** @type {Point} */
    let at = [0, 0];

    const own = () => !store.pretrainedShown && store.model?.latent === 2;
    /** For requests: which model. */
    const asked = () => ({ model: own() ? undefined : /** @type {const} */ ('plane') });
    const now = () => [...(own() ? [store.model, store.progress.step] : ['plane']), store.dataset];
    const images = () => (own() && !store.preset?.hasEncoder ? IMAGES_SEARCHED : IMAGES);

    async function work() {
      try {
        if (!own()) await session.loadPretrained('plane');
        const of = now();
        if (of.some((part, i) => part !== shown?.of[i])) {
          const decoded = await session.ask('decode', { codes: gridCodes(), ...asked() });
          const encoded = store.dataset && (await session.ask('heldOut', { count: images(), ...asked() }));
          if (signal.aborted) return;
          shown = { decoded, encoded, of };
          for (const { element } of Object.values(sheets)) element.dataset.shows = own() ? 'yours' : 'plane';
          draw();
        }
        look();
        put(error, null);
      } catch (problem) {
        // While one model takes another's place there is none: the next one brings a new picture.
        const { code, text } = toFailure(problem);
        if (code !== 'state' && code !== 'cancelled') put(error, text);
      }
      tell();
    }

    /** @param {Point} point @returns {Promise<Uint8Array>} */
    const decode = async (point) =>
      (await session.ask('decode', { codes: new Float32Array(point), ...asked() })).pixels;
    const look = latest(async () => show(here, await decode(at)));

    function tell() {
      const { dataset } = store;
      put(whose, [
        { key: own() ? 'map.yours' : 'map.pretrained' },
        dataset && { key: dataset.labelled ? 'map.numerals' : 'map.dots', data: datasetName(dataset) },
      ]);
    }

    function draw() {
      sheets.decoded.draw(POINTS, (context) => shown && paintDecoded(context, shown.decoded));
      sheets.encoded.draw(CODE_UNITS, (context) => paintCodes(context, shown?.encoded ?? null));
      point();
    }

    function point() {
      for (const sheet of Object.values(sheets)) sheet.point(at);
      put(where, { key: 'map.where', ...coordinates(at, 2) });
    }

    /** @param {Point} to */
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
        const name = { key: 'map.pick', ...coordinates(place, 1) };
        // A code of the pretrained plane means nothing to another model: that one encodes the image.
        const [code, source] = mine ? [new Float32Array(place), null] : [new Float32Array(), pixels];
        const slot = picks.next;
        picks.pick({ code, pixels, source, name });
        // Interpolate is in another chapter.
        store.say({ key: 'map.picked', name, slot: slot.toUpperCase() });
        put(error, null);
      } catch (problem) {
        put(error, textOf(problem));
      }
    }

    const resized = new ResizeObserver(draw);
    for (const { element, pointAt } of Object.values(sheets)) {
      element.addEventListener('pointermove', (event) => go(pointAt(event)));
      element.addEventListener('click', (event) => {
        go(pointAt(event));
        pick();
      });
      element.addEventListener('keydown', (event) => {
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        const [x, y] = at;
        /** @type {Record<string, Point>} */
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
      resized.observe(element);
    }
    signal.addEventListener('abort', () => resized.disconnect());
    onTheme(() => signal.aborted || draw());

    point();
    tell();
    const refresh = liveView({ store, element: sheets.decoded.element, every: 1000, work, lazy: true, signal });
    store.on('dataset', refresh, { signal });
  },
};

/** As text: "1.50", with a real minus. @param {Point} point @param {number} digits */
function coordinates([x, y], digits) {
  const text = (/** @type {number} */ number) => number.toFixed(digits).replace('-', '−');
  return { x: text(x), y: text(y) };
}
