// @ts-check
/** Where the digits come from: written by the page, a published data set by one click, or a person's own IDX files; and a look at them. */

import { sameImages } from '../../app/boot-choices.js';
import { PUBLISHED } from '../../protocol.js';
import { isModel } from '../../storage/save-file.js';
import { digit, show } from '../../ui/digit-canvas.js';
import { button, element, find, input, words } from '../../ui/dom.js';
import { count, megabytes } from '../../ui/format.js';

/**
 * @typedef {import('../../app/session.js').Session} Session
 * @typedef {import('../../protocol.js').DataSource} DataSource
 */

const SHOWN = 12;

/** @type {DataSource} */
export const GENERATED = { kind: 'generated', count: 12_000, seed: 1 };

/**
 * @param {Session} session @param {import('../../app/url-state.js').Mirrors} mirrors where published data sets are fetched from, if not from their usual addresses
 * @param {import('./mix-control.js').MixPanel} mix what goes with any of them
 * @param {(file: File) => Promise<void>} openModel for a model among the files that are dropped
 */
export function dataPanel(session, mirrors, mix, openModel) {
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
  let asked = null;
  let cancelled = false;

  buttons.generated.addEventListener('click', () => {
    if (session.dataset?.kind !== 'generated') load(GENERATED);
  });
  for (const kind of PUBLISHED) {
    buttons[kind].addEventListener('click', () => {
      const from = mirrors[kind];
      if (session.dataset?.kind !== kind) load({ kind, ...(from && { mirrors: from }) });
    });
  }
  buttons.files.addEventListener('click', () => files.click());
  files.addEventListener('change', () => {
    take([...(files.files ?? [])]);
    files.value = '';
  });
  button('data-cancel').addEventListener('click', () => {
    cancelled = true;
    session.cancelLoad();
  });
  dropping(take);

  /** @param {File[]} files */
  async function take(files) {
    const models = await Promise.all(files.map(isModel));
    const [file] = files;
    if (!models.includes(true)) await load({ kind: 'files', files });
    else if (file && files.length === 1) await openModel(file);
    else error.textContent = 'A model comes alone: one file, and no images with it.';
  }

  mix.onChange(() => {
    // During a load it is for what is on its way.
    const source = asked ?? session.source;
    if (source) load(source);
  });

  /** @param {DataSource} bare */
  async function load(bare) {
    const source = mix.with(bare);
    // A second click is no second wish; other files are.
    if (asked && sameImages(source, asked)) return;
    asked = source;
    cancelled = false;
    error.textContent = '';
    try {
      await session.load(source);
    } catch (problem) {
      if (asked !== source) return;
      error.textContent = words(problem);
      mix.stand();
      if (cancelled) session.say('Cancelled; the data set is the one from before.');
    } finally {
      if (asked === source) asked = null;
    }
  }

  session.on('dataset', ({ kind, name, train, heldOut, own }) => {
    for (const [key, control] of Object.entries(buttons)) {
      control.disabled = false;
      control.setAttribute('aria-pressed', String(key === kind));
    }
    element('data-name').textContent = name;
    const numbers = element('data-numbers');
    numbers.textContent = `${count(train)} to learn from, ${count(heldOut)} held out`;
    Object.assign(numbers.dataset, { train, heldOut, own });
    element('data').dataset.kind = kind;
  });
  loadingBar(session, () => buttons[asked?.kind ?? 'generated']);
  look(session);
}

/** @param {Session} session @param {() => HTMLElement} chosen the button whose data are on their way */
function loadingBar(session, chosen) {
  const [counts, place, label] = [element('data-counts'), element('data-loading'), element('data-loading-label')];
  const bar = find('data-progress', HTMLProgressElement);
  const cancel = button('data-cancel');
  session.on('loading', (now) => {
    // The first digits of a first visit come with the page: nothing to cancel.
    cancel.hidden = !session.dataset;
    if (!now && document.activeElement === cancel) chosen().focus();
    place.hidden = !now;
    counts.hidden = !!now;
    if (!now) return;
    const amount =
      now.total > 1e5
        ? `, ${megabytes(now.done)} of ${megabytes(now.total)}`
        : now.total > 1
          ? `, ${count(now.done)} of ${count(now.total)}`
          : '…';
    label.textContent = `${now.label}${amount}`;
    if (now.total > 0) {
      bar.max = now.total;
      bar.value = now.done;
    } else bar.removeAttribute('value');
  });
}

/** Twelve images; "Show others" takes twelve more. @param {Session} session */
function look(session) {
  const thumbs = element('data-thumbs');
  const canvases = Array.from({ length: SHOWN }, () => digit());
  thumbs.append(...canvases);
  const more = button('data-more');
  let seed = 1;

  async function peek() {
    const { pixels, labels } = await session.ask('peek', { split: 'train', count: SHOWN, seed });
    canvases.forEach((canvas, i) => show(canvas, i < pixels.length / 784 ? pixels : null, i));
    thumbs.setAttribute(
      'aria-label',
      labels?.length
        ? `Twelve images from the data set, labelled ${[...labels].join(', ')}`
        : 'Twelve images from the data set',
    );
    more.disabled = false;
  }
  session.on('dataset', () => {
    seed = 1;
    peek().catch(() => {});
  });
  more.addEventListener('click', () => {
    seed += 1;
    peek().catch(() => {});
  });
}

/** Files may be dropped anywhere on the page. @param {(files: File[]) => void} take */
function dropping(take) {
  const veil = element('drop-veil');
  const holds = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes('Files') ?? false;
  document.addEventListener('dragover', (event) => {
    if (!holds(event)) return;
    event.preventDefault();
    veil.hidden = false;
  });
  document.addEventListener('dragleave', ({ relatedTarget }) => {
    if (!relatedTarget) veil.hidden = true;
  });
  document.addEventListener('drop', (event) => {
    veil.hidden = true;
    if (!holds(event)) return;
    event.preventDefault();
    const files = [...(event.dataTransfer?.files ?? [])];
    if (files.length > 0) take(files);
  });
}
