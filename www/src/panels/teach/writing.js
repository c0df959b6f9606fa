// @ts-check
/**
 * What the model writes: all of its classes in one hand, the symbol in the hands of held-out digits, and samples of it,
 * with how alike these are to the drawings. Before a lesson, the ten digits by the pretrained model.
 */
import { labelled, latentsOf } from '../../app/codes.js';
import { put } from '../../i18n/index.js';
import { digit, PIXELS, show } from '../../ui/digit-canvas.js';
import { digitGrid } from '../../ui/digit-grid.js';
import { finder } from '../../ui/dom.js';
import { liveUse } from '../../ui/live-use.js';
import { liveView } from '../../ui/live-view.js';
import { correlation, LABELS, meanOf, SYMBOL, taughtWith } from './lesson.js';

/** Hands, samples that are shown, and samples that are measured. */
const [HANDS, SHOWN, MEASURED] = [8, 24, 200];
/** Held-out digits among which the hands are. */
const AMONG = 40;

/** @param {import('../index.js').PanelContext} context */
export function writing({ root, store, session, uses, signal }) {
  const { element } = finder(root);
  const [figure, note] = [element('teach-figure'), element('teach-note')];
  const all = Array.from({ length: LABELS }, () => digit());
  element('teach-all').append(...all);
  const hands = digitGrid(element('teach-hands'), {
    count: HANDS,
    classes: ['input', 'output'],
    onPress: (index) => {
      chosen = index;
      refresh();
    },
  });
  const samples = Array.from({ length: SHOWN }, () => digit());
  element('teach-samples').append(...samples);
  /** Whose hand all classes are written in. */
  let chosen = 0;

  const knows = () => store.model?.labels === LABELS;
  for (const [i, canvas] of all.entries()) {
    canvas.setAttribute('role', 'img');
    put(canvas, i === SYMBOL ? { key: 'teach.class.symbol' } : String(i), 'aria-label');
  }
  for (let i = 0; i < HANDS; i++) hands.name(i, { key: 'teach.hand', n: i + 1 });

  /** The taught model writes. */
  async function write() {
    const { model } = store;
    if (!model || !knows()) return clear();
    const { input, codes } = await session.ask('heldOut', { count: AMONG, model: undefined });
    const latents = latentsOf(codes, model);
    // A small data set has fewer.
    const there = input.length / PIXELS;
    const count = Math.min(HANDS, there);
    const picked = Array.from({ length: count }, (_, i) => Math.floor((i * there) / count));
    if (chosen >= count) chosen = 0;
    const each = picked.map((i) => latents.slice(i * model.latent, (i + 1) * model.latent));
    const drawn = await session.ask('samples', { count: MEASURED, seed: 1, model: undefined });
    const hand = each[chosen] ?? new Float32Array(model.latent);
    const asked = [
      ...Array.from({ length: LABELS }, (_, label) => labelled(hand, model, label)),
      ...each.map((one) => labelled(one, model, SYMBOL)),
      labelled(latentsOf(drawn.codes, model), model, SYMBOL),
    ];
    const { pixels } = await session.ask('decode', {
      codes: Float32Array.from(asked.flatMap((code) => [...code])),
      model: undefined,
    });
    if (signal.aborted || store.model !== model) return;
    const images = (/** @type {number} */ from, /** @type {number} */ count) =>
      pixels.slice(from * PIXELS, (from + count) * PIXELS);
    showAll(images(0, LABELS));
    const sources = new Uint8Array(count * PIXELS);
    for (const [to, i] of picked.entries()) sources.set(input.subarray(i * PIXELS, (i + 1) * PIXELS), to * PIXELS);
    hands.show(sources, images(LABELS, count));
    hands.cells.forEach(({ button }, i) => {
      button.setAttribute('aria-pressed', String(i === chosen));
    });
    const measured = images(LABELS + count, MEASURED);
    for (const [i, sample] of samples.entries()) show(sample, measured, i);
    put(element('teach-samples'), { key: 'teach.samples.picture', n: SHOWN }, 'aria-label');
    const own = taughtWith(store.source);
    const alike = own ? correlation(meanOf(measured), meanOf(own)) : null;
    root.dataset.alike = alike === null ? '' : alike.toFixed(4);
    root.dataset.step = String(store.progress.step);
    put(figure, alike !== null && { key: 'teach.figure', alike: alike.toFixed(2), n: MEASURED }, 'rich');
  }

  function clear() {
    hands.show(null, null);
    for (const sample of samples) show(sample, null);
    put(element('teach-samples'), { key: 'teach.samples.none' }, 'aria-label');
    put(figure, { key: 'teach.figure.none' });
    root.dataset.alike = '';
  }

  /**
   * Before a lesson: the ten digits, in one hand, and a place for what comes.
   * @type {Parameters<typeof liveUse>[0]['work']}
   */
  async function greet(ask) {
    if (knows()) return;
    const { codes } = await ask('samples', { count: SYMBOL, seed: 3, model: 'hand' });
    const sizes = { latent: codes.length / SYMBOL - SYMBOL, labels: SYMBOL };
    const hand = latentsOf(codes, sizes).slice(0, sizes.latent);
    const asked = Array.from({ length: SYMBOL }, (_, label) => [...labelled(hand, sizes, label)]);
    const { pixels } = await ask('decode', { codes: Float32Array.from(asked.flat()), model: 'hand' });
    if (!knows() && !signal.aborted) showAll(pixels);
  }

  /** @param {Uint8Array} pixels of as many classes as there are */
  function showAll(pixels) {
    for (const [i, canvas] of all.entries()) show(canvas, (i + 1) * PIXELS <= pixels.length ? pixels : null, i);
  }

  clear();
  const greetAgain = liveUse({ uses, element: element('teach-all'), note, work: greet, on: [], signal });
  store.on('model', () => knows() || greetAgain(), { signal });
  const refresh = liveView({ store, element: element('teach-all'), every: 700, work: write, whose: 'yours', signal });
}
