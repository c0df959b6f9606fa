// @ts-check
/** More data: labelled digits that a conditional model writes, to download, and what they teach a classifier. */
import './augment.css';
import { put } from '../../i18n/index.js';
import { textOf } from '../../protocol.js';
import { download } from '../../storage/save-file.js';
import { digit, show } from '../../ui/digit-canvas.js';
import { fill, finder } from '../../ui/dom.js';
import { liveUse } from '../../ui/live-use.js';
import markup from './augment.html?raw';
import { bars } from './bars.js';
import { JOBS, measure } from './measure.js';

/** Digits that are shown. */
const SHOWN = 40;
const NAMES = { idx: 'inkling-digits-idx.zip', files: 'inkling-digits-png.zip', sheet: 'inkling-digits.png' };

/** @type {import('../index.js').Panel} */
export default {
  id: 'augment',
  chapter: 'uses',
  mount({ root, uses, signal }) {
    fill(root, markup);
    const { button, element, find } = finder(root);
    const [count, format] = [find('augment-count', HTMLSelectElement), find('augment-format', HTMLSelectElement)];
    const [save, others] = [button('augment-download'), button('augment-others')];
    const grid = element('augment-written');
    const cells = Array.from({ length: SHOWN }, () => cell(grid));
    const rows = bars(element('augment-rows'), JOBS);
    let seed = 1;
    /** Accuracies are to be measured anew. */
    let stale = true;
    /** One's own model has newer weights. */
    let newer = false;
    let of = uses.conditional;
    /** What is being measured, of whom. @type {import('./measure.js').Measured | null} */
    let measured = null;
    let saving = false;

    function told() {
      put(element('augment-honest'), { key: `augment.honest.${of}` });
      rows.show(measured);
      const done = measured && measured.draw === measured.draws;
      const values = { draw: (measured?.draw ?? 0) + 1, draws: measured?.draws, images: measured?.heldOut };
      put(
        element('augment-progress'),
        measured && {
          key: done ? 'augment.counted' : measured.written ? 'augment.measuring' : 'augment.writing',
          ...values,
        },
      );
    }

    /** @type {Parameters<typeof liveUse>[0]['work']} */
    async function work(ask) {
      of = uses.conditional;
      const { pixels, labels } = await ask('augmentWrite', { model: of, count: SHOWN, seed });
      grid.dataset.seed = String(seed);
      put(grid, { key: 'augment.written', n: SHOWN }, 'aria-label');
      cells.forEach(({ canvas, name }, i) => {
        show(canvas, pixels, i);
        put(name, String(labels[i]));
      });
      if (!stale && !newer && measured) return;
      stale = newer = false;
      measured = null;
      try {
        await measure(ask, of, (now) => {
          measured = now;
          told();
        });
      } catch (error) {
        stale = true;
        measured = null;
        throw error;
      } finally {
        told();
      }
    }

    async function pack() {
      saving = true;
      save.disabled = true;
      const said = element('augment-saved');
      try {
        const query = { model: uses.conditional, count: Number(count.value), seed, format: kind() };
        /** @type {Uint8Array | null} */
        let bytes = null;
        for (let first = true; !bytes; first = false) {
          if (signal.aborted) return;
          const back = await uses.ask('augmentPack', { ...query, first });
          bytes = back.bytes;
          put(said, { key: 'augment.saving', done: back.done, n: query.count });
        }
        download(bytes, NAMES[query.format]);
        put(said, { key: 'augment.saved', n: query.count, name: NAMES[query.format], size: bytes.length });
      } catch (error) {
        put(said, textOf(error));
      } finally {
        saving = false;
        save.disabled = false;
      }
    }
    const kind = () => /** @type {keyof typeof NAMES} */ (format.value);

    for (const change of /** @type {const} */ (['model', 'data']))
      uses.on(
        change,
        () => {
          // While a model trains it changes every few seconds: a round that has begun comes to its end.
          if (change === 'data' || of !== uses.conditional) stale = true;
          else if (of === 'yours') newer = true;
        },
        { signal },
      );
    const refresh = liveUse({ uses, element: element('augment-figure'), note: element('augment-note'), work, signal });
    save.addEventListener('click', () => saving || pack());
    others.addEventListener('click', () => {
      seed += 1;
      refresh();
    });
    told();
  },
};

/** A digit and its label. @param {HTMLElement} grid */
function cell(grid) {
  const place = document.createElement('div');
  const canvas = digit();
  const name = document.createElement('span');
  place.append(canvas, name);
  grid.append(place);
  return { canvas, name };
}
