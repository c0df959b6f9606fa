// @ts-check
/** The data set: generated digits, a published set, or a person's own IDX files; and a look at its images. */
import './data.css';
import { datasetName, GENERATED, sameImages } from '../../app/data-source.js';
import { put } from '../../i18n/index.js';
import { PUBLISHED, problem, textOf } from '../../protocol.js';
import { isModel, readModelFile } from '../../storage/save-file.js';
import { digit, PIXELS, show } from '../../ui/digit-canvas.js';
import { fill, finder } from '../../ui/dom.js';
import markup from './data.html?raw';
import { mixControl } from './mix-control.js';

/**
 * @typedef {import('../../protocol.js').DataSource} DataSource
 * @typedef {import('../index.js').PanelContext} PanelContext
 */

/** Images to look at. */
const SHOWN = 12;
/** Totals above this are bytes, below it images. */
const MOST_IMAGES = 1e5;

/** @type {import('../index.js').Panel} */
export default {
  id: 'data',
  chapter: 'studio',
  mount(context) {
    const { root, store, session, autosave, mirrors, signal } = context;
    fill(root, markup);
    const { element, button, input } = finder(root);
    const buttons = {
      generated: button('data-generated'),
      mnist: button('data-mnist'),
      fashion: button('data-fashion'),
      kmnist: button('data-kmnist'),
      files: button('data-files'),
    };
    const files = input('data-input');
    const error = element('data-error');
    /** The load under way. @type {DataSource | null} */
    let loading = null;
    let cancelled = false;

    const mix = mixControl(context, () => {
      // During a load the choice is for the data set on its way.
      const source = loading ?? store.source;
      if (source) load(source);
    });

    buttons.generated.addEventListener('click', () => {
      if (store.dataset?.kind !== 'generated') load(GENERATED);
    });
    for (const kind of PUBLISHED) {
      buttons[kind].addEventListener('click', () => {
        const from = mirrors[kind];
        if (store.dataset?.kind !== kind) load({ kind, ...(from && { mirrors: from }) });
      });
    }
    buttons.files.addEventListener('click', () => files.click());
    files.addEventListener('change', () => {
      take([...(files.files ?? [])]);
      files.value = '';
    });
    button('data-cancel').addEventListener('click', () => {
      cancelled = true;
      // A dead engine has no load to cancel; the failure is shown elsewhere.
      session.cancelLoad().catch(() => {});
    });
    acceptDrops(element('drop-veil'), take, signal);

    /** Opens a model, or loads the files as a data set. @param {File[]} chosen */
    async function take(chosen) {
      const [file] = chosen;
      if (!file) return;
      put(error, null);
      try {
        const models = await Promise.all(chosen.map(isModel));
        if (!models.includes(true)) return await load({ kind: 'files', files: chosen });
        if (chosen.length > 1) throw problem('data', 'data.modelAlone');
        await session.openModel(await readModelFile(file), file.name);
        autosave.saved(store.progress.step);
      } catch (failure) {
        put(error, textOf(failure));
        // Dropped in another chapter.
        if (root.getClientRects().length === 0) store.say(textOf(failure));
      }
    }

    /** @param {DataSource} bare */
    async function load(bare) {
      const source = mix.apply(bare);
      // A double click asks once; other files are another request.
      if (loading && sameImages(source, loading)) return;
      loading = source;
      cancelled = false;
      put(error, null);
      try {
        await session.load(source);
      } catch (failure) {
        if (loading !== source) return;
        put(error, textOf(failure));
        mix.restore();
        const { dataset } = store;
        // Dropped in another chapter.
        if (root.getClientRects().length === 0) store.say(textOf(failure));
        else if (cancelled) store.say({ key: 'data.cancelled' });
        // The status line may still say that the next mirror is tried.
        else if (dataset) store.say({ key: 'app.loaded', ...dataset, name: datasetName(dataset) });
      } finally {
        if (loading === source) loading = null;
      }
    }

    function follow() {
      const { dataset, failure } = store;
      put(element('data-name'), dataset ? datasetName(dataset) : { key: failure ? 'data.none' : 'data.waiting' });
      if (!dataset) return;
      const { kind, train, heldOut, own } = dataset;
      for (const [key, control] of Object.entries(buttons)) {
        control.disabled = false;
        control.setAttribute('aria-pressed', String(key === kind));
      }
      const numbers = element('data-numbers');
      put(numbers, { key: 'data.numbers', train, heldOut });
      Object.assign(numbers.dataset, { train, heldOut, own });
      root.dataset.kind = kind;
    }
    store.on('dataset', follow, { signal });
    store.on('fatal', follow, { signal });
    follow();

    loadingBar(context, () => buttons[loading?.kind ?? 'generated']);
    look(context);
  },
};

/** @param {PanelContext} context @param {() => HTMLElement} chosen the button of the data set on its way */
function loadingBar({ root, store, signal }, chosen) {
  const { button, element, find } = finder(root);
  const [counts, place, label] = [element('data-counts'), element('data-loading'), element('data-loading-label')];
  const bar = find('data-progress', HTMLProgressElement);
  const cancel = button('data-cancel');
  const follow = (/** @type {import('../../app/store.js').Events['loading']} */ now) => {
    // The first data set cannot be cancelled: the page needs one.
    cancel.hidden = !store.dataset;
    if (!now && document.activeElement === cancel) chosen().focus();
    place.hidden = !now;
    counts.hidden = !!now;
    if (!now) return;
    const { done, total } = now;
    const key = total > MOST_IMAGES ? 'data.loadingBytes' : total > 1 ? 'data.loadingCount' : 'data.loadingBusy';
    put(label, { key, label: now.label, done, total });
    if (total > 0) {
      bar.max = total;
      bar.value = done;
    } else bar.removeAttribute('value');
  };
  store.on('loading', follow, { signal });
  // It may have begun in another chapter.
  if (store.loading) follow(store.loading);
}

/** Some images of the training split; "Show others" draws others. @param {PanelContext} context */
function look({ root, store, session, signal }) {
  const { button, element } = finder(root);
  const thumbs = element('data-thumbs');
  const canvases = Array.from({ length: SHOWN }, () => digit());
  thumbs.append(...canvases);
  const more = button('data-more');
  let seed = 1;

  async function refresh() {
    const { pixels, labels } = await session.ask('sampleImages', { split: 'train', count: SHOWN, seed });
    canvases.forEach((canvas, i) => {
      show(canvas, (i + 1) * PIXELS <= pixels.length ? pixels : null, i);
    });
    const labelled = labels?.length && { key: 'data.thumbsLabelled', labels: [...labels].join(', ') };
    put(thumbs, labelled || { key: 'data.thumbs' }, 'aria-label');
    more.disabled = false;
  }
  // An engine that broke says so itself; its next data set refreshes again.
  const tryRefresh = () => void refresh().catch(() => {});

  store.on(
    'dataset',
    () => {
      seed = 1;
      tryRefresh();
    },
    { signal },
  );
  more.addEventListener('click', () => {
    seed += 1;
    tryRefresh();
  });
  if (store.dataset) tryRefresh();
}

/**
 * Files can be dropped anywhere on the page, in any chapter: the veil moves out of the panel, which may be hidden.
 * @param {HTMLElement} veil @param {(files: File[]) => void} take @param {AbortSignal} signal
 */
function acceptDrops(veil, take, signal) {
  document.body.append(veil);
  signal.addEventListener('abort', () => veil.remove());
  const holdsFiles = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes('Files') ?? false;
  document.addEventListener(
    'dragover',
    (event) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      veil.hidden = false;
    },
    { signal },
  );
  document.addEventListener(
    'dragleave',
    ({ relatedTarget }) => {
      if (!relatedTarget) veil.hidden = true;
    },
    { signal },
  );
  document.addEventListener(
    'drop',
    (event) => {
      veil.hidden = true;
      if (!holdsFiles(event)) return;
      event.preventDefault();
      take([...(event.dataTransfer?.files ?? [])]);
    },
    { signal },
  );
}
