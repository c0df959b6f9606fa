// @ts-check
/**
 * A person's digit: strokes on a sheet, and live beside it the 28x28 image that the network sees and its
 * reconstruction.
 * A held-out digit can take the place of the drawing.
 */
import './draw.css';
import { put } from '../../i18n/index.js';
import { textOf } from '../../protocol.js';
import { digit, PIXELS, show } from '../../ui/digit-canvas.js';
import { fill, finder } from '../../ui/dom.js';
import { latest } from '../../ui/latest.js';
import { liveView } from '../../ui/live-view.js';
import { Sheet } from '../../ui/sheet.js';
import { flatten } from '../../ui/strokes.js';
import markup from './draw.html?raw';
import { myDigits } from './my-digits.js';

/**
 * @typedef {import('../../ui/sheet.js').Laid} HeldOut
 *
 * @typedef {object} Result
 * @property {Uint8Array} input
 * @property {Uint8Array} output
 * @property {Float32Array} code
 * @property {HeldOut | null} heldOut   the digit that was encoded; null for a drawing
 */

/** @type {import('../index.js').Panel} */
export default {
  id: 'draw',
  chapter: 'studio',
  mount(context) {
    const { root, store, session, picks, subject, signal } = context;
    fill(root, markup);
    const { button, canvas, element, find, input } = finder(root);
    const [seen, written] = [digit(canvas('draw-input')), digit(canvas('draw-output'))];
    const [borrow, error] = [button('draw-held-out'), element('draw-error')];
    const uses = /** @type {const} */ ([
      ['a', button('draw-use-a')],
      ['b', button('draw-use-b')],
    ]);
    const pen = input('draw-pen');
    const parts = {
      canvas: canvas('draw-canvas'),
      pen: () => pen.valueAsNumber,
      undo: button('draw-undo'),
      clear: button('draw-clear'),
      invite: element('draw-invite'),
      label: find('own-label', HTMLSelectElement),
      signal,
    };
    const sheet = new Sheet(parts, changed);
    pen.addEventListener('input', () => sheet.penChanged());
    const own = myDigits(context, { added: () => sheet.clear() });

    /** @type {Result | null} */
    let result = null;
    /** The value of `changes` that the result belongs to. */
    let resultOf = -1;
    let changes = 0;
    /** The value of `changes` of what became the image at hand last. */
    let handed = -1;
    let asks = 0;
    /** The data set of the example. @type {import('../../protocol.js').DatasetInfo | null} */
    let greetedBy = null;

    const update = latest(ask);
    const refresh = liveView({ store, element: sheet.canvas, every: 600, work: ask, signal });

    async function ask() {
      if (!store.standing) return;
      await greet();
      const asked = ++asks;
      const upTo = changes;
      const heldOut = sheet.shownHeldOut;
      const nothing = () => sheet.empty && !sheet.example;
      if (nothing()) return display(null);
      const shows = store.pretrainedShown;
      try {
        const now = sheet.strokes.length > 0 ? await drawn() : heldOut && (await encoded(heldOut));
        // If the sheet was cleared or replaced meanwhile, a newer request is under way.
        if (!nothing() && asked === asks && heldOut === sheet.shownHeldOut) {
          display(now);
          root.dataset.shows = shows ?? 'yours';
          resultOf = upTo;
          hand(upTo);
        }
        put(error, null);
      } catch (problem) {
        // Errors of the example are not the person's concern: the next model tries again.
        if (asked === asks && !sheet.empty) put(error, textOf(problem));
      }
      // Otherwise a newer request is under way.
      if (upTo === changes && asked === asks) busy(false);
    }

    /** At first the sheet shows a held-out digit of the current data set. */
    async function greet() {
      const { dataset } = store;
      if (sheet.touched || !dataset || !store.model || greetedBy === dataset) return;
      greetedBy = dataset;
      try {
        const { input: pixels } = await session.ask('heldOut', { count: 1 });
        if (greetedBy === dataset) sheet.greet(pixels.length === PIXELS ? laid(pixels, 0) : null);
      } catch {
        // Without an example the invitation to draw is enough; the next model tries again.
        greetedBy = null;
      }
      follow();
    }

    /** @returns {Promise<Result | null>} */
    async function drawn() {
      const strokes = sheet.strokes.map(flatten);
      const { empty, ...back } = await session.ask('draw', { strokes, pen: sheet.pen() });
      return empty ? null : { ...back, heldOut: null };
    }

    /** @param {HeldOut} heldOut @returns {Promise<Result>} */
    async function encoded(heldOut) {
      const { pixels: output, codes } = await session.ask('encode', { pixels: heldOut.pixels });
      return { input: heldOut.pixels, output, code: codes, heldOut };
    }

    /**
     * What is on the sheet becomes the image at hand, once: not again with each step of training.
     * @param {number} of
     */
    function hand(of) {
      if (!result || handed === of) return;
      handed = of;
      const { input: pixels, heldOut } = result;
      if (!heldOut) subject.set({ pixels, origin: 'drawing', name: { key: 'draw.pickName' } });
      else if (sheet.example) subject.propose({ pixels, origin: 'example', name: nameOf(heldOut) });
      else subject.set({ pixels, origin: 'heldOut', name: nameOf(heldOut) });
    }

    /** @param {Result | null} now */
    function display(now) {
      result = now;
      show(seen, now?.input ?? null);
      show(written, now?.output ?? null);
      const whose = !now ? 'none' : now.heldOut ? 'heldOut' : 'drawing';
      const i = (now?.heldOut?.index ?? 0) + 1;
      put(seen, { key: `draw.input.${whose}`, i }, 'aria-label');
      put(written, { key: `draw.output.${whose}`, i }, 'aria-label');
      for (const [, use] of uses) use.disabled = !now;
      // The example does not count: the person did not put it there.
      root.dataset.empty = String(!now || sheet.empty);
    }

    function changed() {
      changes += 1;
      busy(!sheet.empty);
      if (sheet.empty) {
        asks += 1;
        display(null);
      } else update();
      follow();
    }

    /** Whether the result lags behind the sheet. @param {boolean} now */
    function busy(now) {
      root.setAttribute('aria-busy', String(now));
      // Held-out digits must never be trained on.
      const mine = !now && resultOf === changes && !sheet.empty && !result?.heldOut ? result?.input : null;
      own.offer(mine ?? null, sheet.shownHeldOut ? 'heldOut' : sheet.empty ? 'empty' : 'drawing');
    }

    function follow() {
      put(borrow, { key: sheet.shownHeldOut ? 'draw.anotherHeldOut' : 'draw.useHeldOut' });
      borrow.disabled = !store.model;
    }

    /** Says whose model reconstructs. */
    function tellWho() {
      put(element('draw-who'), { key: `draw.caption.${who()}` });
    }
    function who() {
      if (store.pretrainedShown) return 'best';
      if (store.model && !store.learned) return 'untrained';
      return store.encoderShown ? 'yours' : 'free';
    }

    borrow.addEventListener('click', async () => {
      const now = sheet.shownHeldOut;
      const wanted = now ? (now.index ?? 0) + 1 : 0;
      put(error, null);
      try {
        const { input: pixels } = await session.ask('heldOut', { count: wanted + 1 });
        const there = pixels.length / PIXELS;
        if (there === 0) return;
        const index = wanted < there ? wanted : 0;
        sheet.use(laid(pixels.slice(index * PIXELS, (index + 1) * PIXELS), index));
      } catch (problem) {
        put(error, textOf(problem));
      }
    });
    for (const [slot, use] of uses) {
      use.addEventListener('click', () => {
        if (!result) return;
        const { code, output: pixels, input: source, heldOut } = result;
        const name = heldOut ? nameOf(heldOut) : { key: 'draw.pickName' };
        picks.pick({ code, pixels, source, name }, slot);
        session.reveal('interpolate');
      });
    }

    // A new data set always comes with a new model. The example waits for it, so that Start need not wait for the
    // example.
    store.on('model', () => sheet.touched || refresh(), { signal });
    store.on('model', follow, { signal });
    for (const event of /** @type {const} */ (['model', 'shown', 'pretrained', 'progress'])) {
      store.on(event, tellWho, { signal });
    }
    display(null);
    busy(false);
    follow();
    tellWho();
  },
};

/** @param {{index?: number}} heldOut */
const nameOf = ({ index = 0 }) => ({ key: 'draw.pickName.heldOut', i: index + 1 });

/** @param {Uint8Array} pixels @param {number} index @returns {HeldOut} */
const laid = (pixels, index) => ({ pixels, index, name: nameOf({ index }) });
