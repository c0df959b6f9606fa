// @ts-check
/**
 * The image at hand, which all of Inside looks into: a sheet to draw it on, what the network sees of it, and what it
 * decodes to. Held-out digits and samples can take its place.
 */
import './athand.css';
import { labelOf } from '../../app/codes.js';
import { put } from '../../i18n/index.js';
import { signed } from '../../i18n/number.js';
import { textOf } from '../../protocol.js';
import { digit, PIXELS, show } from '../../ui/digit-canvas.js';
import { fill, finder } from '../../ui/dom.js';
import { labelChoice } from '../../ui/label-choice.js';
import { latest } from '../../ui/latest.js';
import { Sheet } from '../../ui/sheet.js';
import { flatten } from '../../ui/strokes.js';
import markup from './athand.html?raw';

/** How wide the strokes are, in the sheet's units: as at first in the Studio. */
const PEN = 22;

/** @type {import('../index.js').Panel} */
export default {
  id: 'athand',
  chapter: 'inside',
  mount(context) {
    const { root, store, session, subject, inspection, signal } = context;
    fill(root, markup);
    const { button, canvas, element, find } = finder(root);
    const [input, output] = [digit(canvas('athand-input')), digit(canvas('athand-output'))];
    const [heldOut, sample, settle] = [button('athand-held-out'), button('athand-sample'), button('athand-settle')];
    const error = element('athand-error');
    const sheet = new Sheet(
      {
        canvas: canvas('athand-pad'),
        pen: () => PEN,
        undo: button('athand-undo'),
        clear: button('athand-clear'),
        invite: element('athand-invite'),
        signal,
      },
      drawn,
    );
    /** What came from the sheet itself. @type {import('../../app/subject.js').Image | null} */
    let mine = null;
    /** The image that the sheet shows or was told of. @type {import('../../app/subject.js').Image | null} */
    let laid = null;
    /** The data set that an example was taken from. @type {import('../../protocol.js').DatasetInfo | null} */
    let greetedBy = null;
    let seed = 0;
    /** How often the strokes changed, and up to which change they were read. */
    let [changes, readTo] = [0, 0];

    /** The strokes, as the network sees them. */
    const read = latest(async () => {
      const strokes = sheet.strokes.map(flatten);
      if (strokes.length === 0) return;
      const upTo = changes;
      try {
        const { empty, input: pixels } = await session.ask('draw', { strokes, pen: PEN, ...quick() });
        // Cleared or replaced meanwhile.
        if (empty || sheet.strokes.length === 0) return;
        mine = { pixels, origin: 'drawing', name: { key: 'draw.pickName' } };
        subject.set(mine);
        put(error, null);
      } catch (problem) {
        put(error, textOf(problem));
      } finally {
        readTo = Math.max(readTo, upTo);
        busy();
      }
    });

    function drawn() {
      changes += 1;
      if (sheet.strokes.length === 0) readTo = changes;
      busy();
      if (sheet.strokes.length > 0) read();
      else if (subject.image && subject.image === mine) subject.set(null);
    }

    /** Whether the pictures lag behind the hand. */
    function busy() {
      const behind = readTo !== changes || (inspection.now?.image ?? null) !== subject.image;
      root.setAttribute('aria-busy', String(behind && !inspection.problem));
    }

    /** Only the pixels matter: a model without an encoder would search for a code in vain. */
    function quick() {
      const [pretrained] = store.pretrained.keys();
      return store.encoderShown || !pretrained ? {} : { model: pretrained };
    }

    /** At first, a held-out digit of the data set that is there. */
    async function greet() {
      const { dataset } = store;
      const { image } = subject;
      if (!dataset || !store.standing || greetedBy === dataset || (image && image.origin !== 'example')) return;
      greetedBy = dataset;
      try {
        const { input: pixels, labels } = await session.ask('heldOut', { count: 1, ...quick() });
        if (greetedBy !== dataset || pixels.length !== PIXELS) return;
        const label = labels?.[0] ?? null;
        subject.propose({ pixels, origin: 'example', name: nameOf(0, label), label });
      } catch {
        // Without an example the invitation to draw is enough; the next model tries again.
        greetedBy = null;
      }
    }

    /** @param {() => Promise<import('../../app/subject.js').Image | null>} bring */
    async function take(bring) {
      put(error, null);
      try {
        const image = await bring();
        if (image) subject.set(image);
      } catch (problem) {
        put(error, textOf(problem));
      }
    }
    heldOut.addEventListener('click', () =>
      take(async () => {
        seed += 1;
        const { pixels, labels, indices } = await session.ask('sampleImages', { split: 'heldOut', count: 1, seed });
        const label = labels?.[0] ?? null;
        if (pixels.length !== PIXELS) return null;
        return { pixels, origin: 'heldOut', name: nameOf(indices[0] ?? 0, label), label };
      }),
    );
    sample.addEventListener('click', () =>
      take(async () => {
        seed += 1;
        const { model } = store.standing ?? {};
        // Samples have the labels in turn: the last of so many has another one each time.
        const count = 1 + (model?.labels ? seed % model.labels : 0);
        const { pixels, codes } = await session.ask('samples', { count, seed });
        const [image, code] = [pixels.slice(-PIXELS), codes.slice(-codes.length / count)];
        const label = model ? labelOf(code, model) : null;
        return { pixels: image, origin: 'sample', name: { key: 'athand.name.sample' }, label };
      }),
    );
    settle.addEventListener('click', () => subject.settle());

    /** What is at hand, and what z is. */
    function tell() {
      const { image, source, moved, z } = subject;
      if (image !== laid) {
        laid = image;
        if (image && image !== mine) {
          sheet.lay({ pixels: image.pixels, name: image.name });
          readTo = changes;
        }
      }
      show(input, subject.pixels);
      settle.disabled = subject.settled;
      const named = image && { name: image.name };
      put(input, image ? { key: 'athand.input.of', ...named } : { key: 'athand.input.none' }, 'aria-label');
      put(element('athand-output-caption'), { key: subject.settled ? 'athand.output' : 'athand.decoded' });
      if (!image) put(element('athand-state'), { key: 'athand.state.none' });
      else {
        const state = source === 'mean' && !store.encoderShown ? 'sought' : source;
        const [one] = moved;
        const turned =
          moved.size === 1 && one !== undefined
            ? { key: 'athand.moved.one', i: one + 1, value: signed(z?.[one] ?? 0, 2) }
            : moved.size > 1 && { key: 'athand.moved.many', n: moved.size };
        put(element('athand-state'), [{ key: `athand.state.${state}`, ...named }, turned]);
      }
      heldOut.disabled = !store.dataset;
      sample.disabled = !store.standing;
      decoded();
    }

    /** What it decodes to, and what that costs. */
    function decoded() {
      const now = subject.image && inspection.now;
      show(output, now ? now.answer.mean : null);
      const { reconstruction = 0, divergence: kl = 0 } = now?.answer ?? {};
      const kind = now?.answer.logvar.length === 0 ? 'athand.loss.free' : 'athand.loss';
      put(element('athand-loss'), now && { key: kind, reconstruction, kl, total: reconstruction + kl });
      const decodes = subject.settled ? 'athand.output.of' : 'athand.decoded.of';
      put(output, now ? { key: decodes, name: now.image.name } : { key: 'athand.output.none' }, 'aria-label');
      root.dataset.step = String(now?.step ?? '');
      busy();
      put(error, inspection.problem ? textOf(inspection.problem) : null);
    }

    labelChoice(
      {
        row: element('athand-label-row'),
        select: find('athand-label', HTMLSelectElement),
        note: element('athand-label-note'),
      },
      context,
    );
    subject.onChange(tell, { signal });
    inspection.watch(root, signal, decoded);
    for (const event of /** @type {const} */ (['model', 'shown', 'dataset'])) {
      store.on(event, greet, { signal });
      store.on(event, tell, { signal });
    }
    tell();
    greet();
  },
};

/** @param {number} index @param {number | null} label */
const nameOf = (index, label) =>
  label === null
    ? { key: 'draw.pickName.heldOut', i: index + 1 }
    : { key: 'athand.name.heldOut', i: index + 1, label: String(label) };
