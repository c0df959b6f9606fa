// @ts-check
/**
 * Ten digits in your hand: a digit is drawn, and a conditional model writes all ten in its hand. A slider walks from
 * there to another hand, and a number is written in whichever is shown.
 */
import './hand.css';
import { put } from '../../i18n/index.js';
import { digit, show } from '../../ui/digit-canvas.js';
import { digitSource } from '../../ui/digit-source.js';
import { fill, finder } from '../../ui/dom.js';
import { liveUse } from '../../ui/live-use.js';
import markup from './hand.html?raw';
import { keptHand } from './kept.js';
import { writeNumber } from './number.js';
import { swing } from './swing.js';
import { tenDigits } from './ten.js';

/** Which held-out digit is the first other hand, and the sheet's first digit: far from each other. */
const [OTHER_SEED, SOURCE_SEED] = [1001, 1];

/**
 * @typedef {import('../../ui/digit-source.js').SourceImage} SourceImage
 *
 * @typedef {object} Hand
 * @property {Float32Array} z
 * @property {number} label
 * @property {Float32Array} probabilities
 * @property {Uint8Array} pixels   every class in this hand
 * @property {SourceImage} image   whose hand it is
 * @property {number | null} chosen   the label that the person gave
 * @property {number} of   the value of `models` that it belongs to
 */

/** @type {import('../index.js').Panel} */
export default {
  id: 'hand',
  chapter: 'uses',
  mount({ root, store, uses, signal }) {
    fill(root, markup);
    const { button, canvas, element, input } = finder(root);
    const [mine, theirs] = [digit(canvas('hand-mine')), digit(canvas('hand-other'))];
    const [between, play, another] = [input('hand-between'), button('hand-play'), button('hand-another')];
    const read = element('hand-read');
    const digits = element('hand-digits');

    /** What the person says that the digit is; null: what the model guesses. @type {number | null} */
    let chosen = null;
    /** What was read last. @type {Hand | null} */
    let hand = null;
    /** Another hand to walk to. @type {{image: Uint8Array, z: Float32Array, of: number, turn: number} | null} */
    let other = null;
    /** How often another hand was wanted, and how often the model changed. */
    let [others, models] = [0, 0];
    /** Of the last round. */
    let last = { image: /** @type {SourceImage | null} */ (null), model: uses.conditional };

    const ten = tenDigits(digits, (label) => {
      // Pressed again, it is the model's guess once more.
      chosen = chosen === label ? null : label;
      refresh();
    });
    const number = writeNumber(root, { changed: () => refresh(), signal });
    const walk = swing(between, play, tellAndRefresh, signal);
    const source = digitSource(element('hand-source'), {
      uses,
      model: () => uses.conditional,
      changed: () => refresh(),
      seed: SOURCE_SEED,
      signal,
    });
    // Before those of liveUse: a round must know.
    uses.on('model', () => models++, { signal });
    uses.on('data', () => others++, { signal });

    /** @type {Parameters<typeof liveUse>[0]['work']} */
    async function round(ask) {
      const image = await source.image();
      const [of, model] = [models, uses.conditional];
      // A label belongs to its digit: strokes that are added to a drawing do not change what it is. Another model may
      // have other classes.
      const same = image === last.image || (image?.origin === 'drawing' && last.image?.origin === 'drawing');
      if (!same || model !== last.model) chosen = null;
      last = { image, model };
      if (!image) return blank();
      const label = chosen;
      if (hand?.image !== image || hand.chosen !== label || hand.of !== of) {
        const query = { pixels: image.pixels, label, model };
        hand = { ...(await ask('handwriting', query)), image, chosen: label, of };
      }
      const mine = /** @type {Hand} */ (hand);
      const turn = others;
      if (other?.of !== of || other.turn !== turn) other = { ...(await readAnother(ask, model, mine)), of, turn };
      await display(ask, mine, other, model);
    }

    /**
     * The hand of another held-out digit.
     * @param {import('../../ui/live-use.js').Ask} ask @param {'hand' | 'yours'} model @param {Hand} mine
     */
    async function readAnother(ask, model, { probabilities: { length: classes } }) {
      // The model is not asked, but another one would be fetched.
      const query = { split: /** @type {const} */ ('heldOut'), count: 1, seed: OTHER_SEED + others, model };
      const { pixels, labels } = await ask('sampleImages', query);
      const label = labels?.[0] ?? classes;
      const { z } = await ask('handwriting', { pixels, label: label < classes ? label : null, model });
      return { image: pixels, z };
    }

    /**
     * @param {import('../../ui/live-use.js').Ask} ask
     * @param {Hand} from @param {NonNullable<typeof other>} to @param {'hand' | 'yours'} model
     */
    async function display(ask, from, to, model) {
      const percent = between.valueAsNumber;
      const at = percent / 100;
      const z = from.z.map((value, i) => value + at * ((to.z[i] ?? 0) - value));
      const classes = from.probabilities.length;
      const all = Uint8Array.from({ length: classes }, (_, label) => label);
      const { labels, spread, seed } = number.wanted(classes);
      const write = (/** @type {Uint8Array} */ labels, spread = 0, seed = 1) =>
        ask('write', { z, labels, spread, seed, model });
      const { pixels } = at === 0 ? from : await write(all);
      const text = labels.length > 0 ? await write(labels, spread, seed) : null;
      if (signal.aborted) return;
      ten.show(pixels, from);
      number.show(text?.pixels ?? null, labels);
      show(mine, from.image.pixels);
      show(theirs, to.image);
      put(mine, { key: 'hand.mine.of', name: from.image.name }, 'aria-label');
      put(theirs, { key: 'hand.other.of' }, 'aria-label');
      between.disabled = play.disabled = another.disabled = false;
      const key = from.chosen !== null ? 'hand.chosen' : 'hand.guessed';
      put(read, { key, digit: String(from.label), share: from.probabilities[from.label] ?? 0 });
      Object.assign(digits.dataset, { label: from.label, between: percent, model });
    }

    /** Nothing is on the sheet. */
    function blank() {
      hand = null;
      walk.stop();
      ten.show(null, null);
      number.show(null, new Uint8Array());
      show(mine, null);
      put(mine, { key: 'hand.mine.none' }, 'aria-label');
      between.disabled = play.disabled = true;
      put(read, { key: 'hand.blank' });
      digits.dataset.label = '';
    }

    function tellAndRefresh() {
      tell();
      refresh();
    }
    function tell() {
      put(between, { key: 'hand.between.at', share: between.valueAsNumber / 100 }, 'aria-valuetext');
    }

    another.addEventListener('click', () => {
      others += 1;
      // Nobody sees the other hand from afar.
      if (between.valueAsNumber === 0) between.value = between.max;
      tellAndRefresh();
    });

    put(read, { key: 'hand.blank' });
    put(mine, { key: 'hand.mine.none' }, 'aria-label');
    put(theirs, { key: 'hand.other.of' }, 'aria-label');
    tell();
    const refresh = liveUse({ uses, element: digits, note: element('hand-note'), work: round, signal });
    keptHand({ uses, store, element: element('hand-kept'), note: element('hand-kept-note'), signal });
  },
};
