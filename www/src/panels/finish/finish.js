// @ts-check
/**
 * A digit of which a part is erased, and the ways in which the model would finish it: codes that explain what is left
 * best, sought by gradient through the decoder.
 *
 * @typedef {import('../../ui/digit-source.js').SourceImage} SourceImage
 * @typedef {Awaited<ReturnType<import('../../protocol.js').UsesEngine['finish']>>} Finished
 */
import './finish.css';
import { put } from '../../i18n/index.js';
import { nats, percent } from '../../i18n/number.js';
import { digit, PIXELS, show } from '../../ui/digit-canvas.js';
import { digitGrid } from '../../ui/digit-grid.js';
import { digitSource } from '../../ui/digit-source.js';
import { fill, finder } from '../../ui/dom.js';
import { liveUse } from '../../ui/live-use.js';
import { eraser } from './eraser.js';
import markup from './finish.html?raw';
import { Mask } from './mask.js';

/** The most ways that are shown. */
const WAYS = 8;
/** Held-out digits whose mean is the base line. */
const MEAN_OF = 500;
/** Of the pixels, if they are erased by chance. */
const SHARE = 0.6;
const HALVES = /** @type {const} */ (['left', 'right', 'upper', 'lower']);

/** @type {import('../index.js').Panel} */
export default {
  id: 'finish',
  chapter: 'uses',
  mount({ root, uses, signal }) {
    fill(root, markup);
    const { button, canvas, element } = finder(root);
    const chosen = digit(canvas('finish-digit'));
    const mask = new Mask();
    mask.half('lower');
    /** What the ways belong to. @type {{image: SourceImage, visible: Uint8Array, answer: Finished} | null} */
    let now = null;
    /** Which way is large. */
    let choice = 0;
    let restores = false;
    let seed = 0;
    /** Mean image of some held-out digits, and how many. @type {{mean: Float32Array, count: number} | null} */
    let base = null;

    const model = () => (uses.model === 'yours' ? 'yours' : uses.conditional);
    const source = digitSource(element('finish-source'), { uses, model, changed: () => refresh(), seed: 3, signal });
    const paper = eraser(canvas('finish-mask'), { mask, restores: () => restores, changed: () => refresh(), signal });
    const grid = digitGrid(element('finish-ways'), {
      count: WAYS,
      decorate: ({ button }) => button.append(document.createElement('b'), document.createElement('span')),
      onPress: (index) => {
        choice = index;
        tell();
      },
    });

    /** @type {Parameters<typeof liveUse>[0]['work']} */
    async function work(ask) {
      const image = await source.image();
      paper.show(image?.pixels ?? null);
      if (!image) {
        now = null;
        return tell();
      }
      const visible = mask.visible.slice();
      const answer = await ask('finish', { pixels: image.pixels, visible, seed: 1, model: model() });
      // The best one again, unless the person looks at the ways of the same digit.
      if (now?.image !== image) choice = 0;
      now = { image, visible, answer };
      tell();
      base ??= await meanImage(ask);
      tell();
    }

    /** @param {import('../../ui/live-use.js').Ask} ask */
    async function meanImage(ask) {
      const { pixels } = await ask('sampleImages', { split: 'heldOut', count: MEAN_OF, seed: 1 });
      const count = pixels.length / PIXELS;
      const mean = new Float32Array(PIXELS);
      pixels.forEach((level, i) => {
        mean[i % PIXELS] = (mean[i % PIXELS] ?? 0) + level / count;
      });
      return { mean, count };
    }

    function tell() {
      const found = now ? now.answer.share.length : 0;
      const count = Math.min(WAYS, found);
      if (choice >= count) choice = 0;
      const finished = now && together(now, count);
      grid.show(finished);
      grid.cells.forEach(({ button }, i) => {
        const [share, cost] = button.querySelectorAll('b, span');
        const there = i < count;
        button.setAttribute('aria-pressed', String(there && i === choice));
        const values = now && there ? valuesOf(now.answer, i) : null;
        if (share) put(share, values?.share);
        if (cost) put(cost, values && { key: 'finish.way.nats', nats: values.nats });
        grid.name(i, values ? { key: 'finish.way', n: i + 1, ...values } : { key: 'finish.way.none' });
      });
      show(chosen, finished, choice);
      const values = now && count > 0 ? valuesOf(now.answer, choice) : null;
      put(element('finish-words'), values && { key: 'finish.chosen', ...values });
      put(chosen, values ? { key: 'finish.chosen.picture', ...values } : { key: 'finish.way.none' }, 'aria-label');
      const hidden = now ? now.visible.reduce((sum, visible) => sum + (visible ? 0 : 1), 0) : 0;
      const named = now && { name: now.image.name, n: mask.hidden };
      put(canvas('finish-mask'), named ? { key: 'finish.mask', ...named } : { key: 'finish.mask.none' }, 'aria-label');
      put(element('finish-figure'), figure(hidden));
      root.dataset.ways = String(count);
    }

    /** How far the hidden pixels of the best way are from those that were erased. @param {number} hidden */
    function figure(hidden) {
      const { answer, image, visible } = now ?? {};
      if (!answer || !image || !visible || hidden === 0 || !base) return null;
      const { mean, count } = base;
      const error = (/** @type {(i: number) => number} */ level) => {
        let sum = 0;
        image.pixels.forEach((truth, i) => {
          if (!visible[i]) sum += ((level(i) - truth) / 255) ** 2;
        });
        return (sum / hidden).toFixed(3);
      };
      return {
        key: 'finish.figure',
        n: hidden,
        error: error((i) => answer.pixels[i] ?? 0),
        mean: error((i) => mean[i] ?? 0),
        count,
      };
    }

    for (const half of HALVES) button(`finish-${half}`).addEventListener('click', () => erase(() => mask.half(half)));
    button('finish-random').addEventListener('click', () => erase(() => mask.random(SHARE, ++seed)));
    button('finish-nothing').addEventListener('click', () => erase(() => mask.clear()));
    /** @param {() => void} change of the mask */
    function erase(change) {
      change();
      choice = 0;
      paper.show(now?.image.pixels ?? null);
      refresh();
    }
    const brushes = [button('finish-brush-erase'), button('finish-brush-restore')];
    brushes.forEach((brush, i) => {
      brush.addEventListener('click', () => {
        restores = i === 1;
        for (const other of brushes) other.setAttribute('aria-pressed', String(other === brush));
      });
    });
    uses.on('data', () => (base = null), { signal });
    tell();
    const refresh = liveUse({ uses, element: element('finish-ways'), note: element('finish-note'), work, signal });
  },
};

/**
 * What is visible as it is, and what is hidden as the model writes it: the first `count` ways.
 * @param {{image: SourceImage, visible: Uint8Array, answer: Finished}} now @param {number} count
 */
function together({ image, visible, answer }, count) {
  return answer.pixels
    .slice(0, count * PIXELS)
    .map((level, i) => (visible[i % PIXELS] ? (image.pixels[i % PIXELS] ?? 0) : level));
}

/** @param {Finished} answer @param {number} i */
function valuesOf({ visible, prior, share }, i) {
  const [pixels, code] = [visible[i] ?? 0, prior[i] ?? 0];
  return { pixels: nats(pixels), code: nats(code), nats: nats(pixels + code), share: told(share[i] ?? 0) };
}

/** A little is not nothing. @param {number} share */
const told = (share) => (share > 0 && share < 0.005 ? `<${percent(0.01)}` : percent(share));
