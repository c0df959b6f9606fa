// @ts-check
/** Sixty-four draws from the prior, decoded; each can be picked for Interpolate. */
import './samples.css';
import { codeSize, labelOf } from '../../app/codes.js';
import { datasetName } from '../../app/data-source.js';
import { parse, setting } from '../../app/settings.js';
import { put } from '../../i18n/index.js';
import { PIXELS } from '../../ui/digit-canvas.js';
import { digitGrid } from '../../ui/digit-grid.js';
import { fill, finder } from '../../ui/dom.js';
import { liveView } from '../../ui/live-view.js';
import { chooseTwo } from './choose-two.js';
import markup from './samples.html?raw';

const COUNT = 64;
const SEED = setting('seed');
/** The kinds of data whose samples are no digits. */
const OTHERS = ['fashion', 'kmnist', 'files'];

/** @type {import('../index.js').Panel} */
export default {
  id: 'samples',
  chapter: 'studio',
  mount({ root, store, session, picks, subject, signal }) {
    fill(root, markup);
    const { element, button, input } = finder(root);
    const [caption, whose, source, note] = [
      element('samples-caption'),
      element('samples-shown'),
      element('samples-source'),
      element('samples-note'),
    ];
    const [renew, seed, error] = [button('new-samples'), input('samples-seed'), element('samples-error')];
    seed.min = String(SEED.min);
    seed.max = String(SEED.max);

    /** @type {(import('../../protocol.js').Decoded & {seed: number}) | null} */
    let shown = null;
    /** The last valid seed in the field. */
    let wanted = 1;

    const host = element('samples-grid');
    const grid = digitGrid(host, {
      count: COUNT,
      onPress: (i) => {
        const pick = pickOf(i);
        if (!pick) return;
        picks.pick(pick);
        const model = store.standing?.model;
        const label = model ? labelOf(pick.code, model) : null;
        subject.set({ pixels: pick.pixels, origin: 'sample', name: pick.name, label });
      },
    });
    grid.show(null);

    const key = (/** @type {number} */ i) => `sample ${shown?.seed}/${i}`;

    /**
     * Null where the samples are not yet those of the model that is shown: their codes may not fit it.
     * @param {number} i @returns {import('../../app/picks.js').Pick | null}
     */
    function pickOf(i) {
      const size = (shown?.codes.length ?? 0) / COUNT;
      const model = store.standing?.model;
      if (!shown || !model || size !== codeSize(model)) return null;
      return {
        code: shown.codes.slice(i * size, (i + 1) * size),
        pixels: shown.pixels.slice(i * PIXELS, (i + 1) * PIXELS),
        source: null,
        name: { key: 'samples.pick', n: i + 1 },
        key: key(i),
      };
    }

    function mark() {
      grid.cells.forEach(({ button }, i) => {
        const slots = [picks.a?.key === key(i) && 'A', picks.b?.key === key(i) && 'B'].filter(Boolean);
        button.dataset.mark = slots.join(' ');
        const name = ['samples.cell', 'samples.cellPicked', 'samples.cellPickedTwice'][slots.length] ?? 'samples.cell';
        grid.name(i, { key: name, n: i + 1, slot: slots[0] });
      });
    }

    async function draw() {
      const [asked, step, shows] = [wanted, store.standing?.step ?? 0, store.pretrainedShown];
      const back = await session.ask('samples', { count: COUNT, seed: asked });
      if (signal.aborted) return;
      shown = { ...back, seed: asked };
      grid.show(back.pixels);
      Object.assign(host.dataset, { step, seed: asked, shows: shows ?? 'yours' });
      mark();
      picks.propose();
    }

    function sow() {
      const value = parse(SEED, seed.value);
      seed.setAttribute('aria-invalid', String(value === null));
      put(error, value === null && { key: 'samples.seedRefused', low: SEED.min, high: SEED.max, seed: wanted });
      if (value === null) return;
      wanted = value;
      refresh();
    }
    seed.addEventListener('input', sow);
    renew.addEventListener('click', () => {
      seed.value = String((wanted + 1) % (SEED.max + 1));
      sow();
    });

    function tell() {
      const { standing, dataset, pretrainedShown } = store;
      renew.disabled = !standing;
      // The pretrained model has seen digits only, whatever yours trains on.
      const kind = pretrainedShown || !dataset || !OTHERS.includes(dataset.kind) ? 'digits' : dataset.kind;
      put(caption, { key: `samples.caption.${kind}` });
      const state = pretrainedShown ? 'pretrained' : store.learned ? 'trained' : 'untrained';
      put(whose, standing && { key: `samples.shown.${state}`, step: standing.step });
      put(source, dataset && { key: 'samples.source', data: datasetName(dataset) }, 'rich');
      put(note, { key: store.encoderShown ? 'samples.note.encoder' : 'samples.note.free' });
    }
    for (const event of /** @type {const} */ (['model', 'shown', 'dataset', 'progress']))
      store.on(event, tell, { signal });
    tell();

    picks.onChange(mark, { signal });
    // Yours is sampled anew with each model; the pretrained one is there before.
    store.on('model', () => store.pretrainedShown && shown && picks.propose(), { signal });
    picks.chooseFrom(() => {
      const two = shown && chooseTwo(shown.pixels);
      const [a, b] = [two && pickOf(two[0]), two && pickOf(two[1])];
      return a && b ? [a, b] : null;
    });
    signal.addEventListener('abort', () => picks.chooseFrom(() => null));
    mark();

    // Last: it may ask at once.
    const refresh = liveView({ store, element: host, every: 450, work: draw, signal });
  },
};
