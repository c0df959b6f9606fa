// @ts-check
/**
 * How many bits a digit takes: by the model, whose ELBO is a code length, against PNG and gzip, for the image on the
 * sheet and for the mean of held-out digits.
 *
 * @typedef {import('../../protocol.js').Requests['compress']['back']} Compressed
 * @typedef {import('../../protocol.js').Requests['compressTogether']['back']} Together
 */
import './compress.css';
import { put } from '../../i18n/index.js';
import { digit, show } from '../../ui/digit-canvas.js';
import { digitSource } from '../../ui/digit-source.js';
import { fill, finder } from '../../ui/dom.js';
import { liveUse } from '../../ui/live-use.js';
import { bars } from './bars.js';
import markup from './compress.html?raw';

/** Held-out digits for the mean, and how many are asked for at a time. */
const [COUNT, PART, SEED] = [1000, 50, 1];
/** From so many on the mean takes the place of an older one. */
const ROUGH = 200;
/** Bits of an image as it is, and of the widest bar: a PNG with its headers. */
const [RAW, FULL] = [784, 1300];

/** @type {import('../index.js').Panel} */
export default {
  id: 'compress',
  chapter: 'uses',
  mount({ root, uses, signal }) {
    fill(root, markup);
    const { canvas, element } = finder(root);
    const [input, binary] = [digit(canvas('compress-input')), digit(canvas('compress-binary'))];
    const one = bars(element('compress-bars'), { key: 'compress.bars' });
    const many = bars(element('compress-mean'), { key: 'compress.mean' });
    /** Sums over held-out digits. @type {Compressed | null} */
    let sums = null;
    /** All of them in one file. @type {Together | null} */
    let together = null;
    let changed = false;

    /**
     * The model to ask: without a probability of black and white images, as with a Gaussian likelihood, there are no
     * bits, and the best of the page's own models takes its place.
     * @template {'compress' | 'compressHeldOut'} Name
     * @param {import('../../ui/live-use.js').Ask} ask
     * @param {Name} name @param {any} query @returns {Promise<{answer: Compressed, model: string}>}
     */
    async function price(ask, name, query) {
      const { model } = uses;
      const answer = await ask(name, { ...query, model });
      if (answer.model !== null || model === 'best') return { answer, model };
      return { answer: await ask(name, { ...query, model: 'best' }), model: 'best' };
    }

    const source = digitSource(element('compress-source'), {
      uses,
      model: () => uses.model,
      changed: () => look(),
      seed: 11,
      signal,
    });
    const look = liveUse({
      uses,
      element: element('compress-one'),
      note: element('compress-note'),
      signal,
      work: async (ask) => {
        const image = await source.image();
        const found = image && (await price(ask, 'compress', { pixels: image.pixels }));
        show(input, image?.pixels ?? null);
        show(binary, image?.pixels.map((level) => (level > 127 ? 255 : 0)) ?? null);
        const named = image && { name: image.name };
        put(input, named ? { key: 'compress.input.of', ...named } : { key: 'compress.input.none' }, 'aria-label');
        put(binary, named ? { key: 'compress.binary.of', ...named } : { key: 'compress.binary.none' }, 'aria-label');
        const bits = found?.answer.model ?? null;
        put(
          element('compress-words'),
          named && bits !== null
            ? { key: 'compress.words', ...named, bits: bits.toFixed(0), times: (RAW / bits).toFixed(1) }
            : { key: 'compress.words.none' },
          'rich',
        );
        one(
          [
            { id: 'raw', name: { key: 'compress.raw' }, data: RAW },
            ...files('alone', found?.answer ?? null, 1),
            { id: 'model', name: { key: 'compress.model' }, data: bits },
          ],
          FULL,
        );
        put(
          element('compress-counted'),
          found && {
            key: found.model === uses.model ? 'compress.counted' : 'compress.counted.instead',
            n: found.answer.weights,
          },
        );
      },
    });

    for (const change of /** @type {const} */ (['model', 'data'])) {
      uses.on(
        change,
        () => {
          changed = true;
          if (change === 'data') together = null;
        },
        { signal },
      );
    }
    liveUse({
      uses,
      element: element('compress-many'),
      note: element('compress-many-note'),
      signal,
      work: async (ask) => {
        changed = false;
        /** @type {Compressed | null} */
        let all = null;
        for (let first = 0; first < (all?.total ?? COUNT); first += PART) {
          const { answer } = await price(ask, 'compressHeldOut', { seed: SEED, count: COUNT, first, part: PART });
          all = all === null ? answer : add(all, answer);
          const rough = all.images >= Math.min(ROUGH, all.total);
          if (sums === null || sums.images < sums.total || rough) sums = all;
          tell();
          if (signal.aborted || (changed && all.images >= ROUGH)) return;
        }
        together = await ask('compressTogether', { seed: SEED, count: COUNT, first: 0, part: COUNT });
        tell();
      },
    });

    function tell() {
      const n = sums?.images ?? 0;
      element('compress-many').dataset.images = String(n);
      put(element('compress-mean-title'), { key: 'compress.meanOf', n: sums?.total ?? COUNT });
      const per = (/** @type {number | null | undefined} */ bits) => (bits === null || !n ? null : (bits ?? 0) / n);
      many(
        [
          { id: 'raw', name: { key: 'compress.raw' }, data: RAW },
          ...files('alone', sums, n),
          ...files('together', together, together?.images ?? 0),
          { id: 'model', name: { key: 'compress.model' }, data: per(sums?.model) },
        ],
        FULL,
      );
      put(
        element('compress-progress'),
        sums && sums.images < sums.total
          ? { key: 'compress.progress', n, all: sums.total }
          : { key: sums ? 'compress.measured' : 'compress.progress', n, all: sums?.total ?? COUNT },
      );
    }
    tell();
  },
};

/**
 * The rows of PNG and gzip.
 * @param {'alone' | 'together'} how @param {Compressed | Together | null} sums @param {number} n images
 * @returns {import('./bars.js').Row[]}
 */
function files(how, sums, n) {
  return /** @type {const} */ (['png', 'gzip']).map((format) => {
    const bits = sums?.[format];
    const row = { id: `${format}-${how}`, name: { key: `compress.${format}.${how}` } };
    if (!bits || n === 0) return { ...row, data: null };
    return { ...row, data: bits.data / n, headers: (bits.whole - bits.data) / n };
  });
}

/** @param {Compressed} a @param {Compressed} b @returns {Compressed} */
function add(a, b) {
  const file = (/** @type {'png' | 'gzip'} */ format) => ({
    whole: a[format].whole + b[format].whole,
    data: a[format].data + b[format].data,
  });
  return {
    ...b,
    images: a.images + b.images,
    model: a.model === null || b.model === null ? null : a.model + b.model,
    png: file('png'),
    gzip: file('gzip'),
  };
}
