// @ts-check
/** "Add to my set" under the drawing, and the dialog with the set: remove, restore, save as IDX files. */
import { put } from '../../i18n/index.js';
import { textOf } from '../../protocol.js';
import { download } from '../../storage/save-file.js';
import { digitGrid } from '../../ui/digit-grid.js';
import { finder } from '../../ui/dom.js';

/**
 * @typedef {import('../../i18n/index.js').Content} Content
 * @typedef {'empty' | 'heldOut' | 'drawing'} OnSheet   what the sheet shows
 *
 * @typedef {object} MyDigits
 * @property {(pixels: Uint8Array | null, sheet: OnSheet) => void} offer   what can be added now, if anything
 */

/** How many are shown at once: each has a canvas. */
const SHOWN = 200;

/** @param {import('../index.js').PanelContext} context @param {{added: () => void}} after @returns {MyDigits} */
export function myDigits(context, { added }) {
  const { root, store, digits, signal } = context;
  const { button, element, find } = finder(root);
  const [add, open, label] = [button('own-add'), button('own-open'), find('own-label', HTMLSelectElement)];
  const [why, error, count] = [element('own-why'), element('own-error'), element('own-count')];
  const dialog = setDialog(context);
  /** @type {Uint8Array | null} */
  let offered = null;
  /** @type {OnSheet} */
  let onSheet = 'empty';

  /** Why nothing can be added. @returns {Content} */
  function reason() {
    if (onSheet !== 'drawing') return { key: `draw.add.${onSheet}` };
    return label.value === '' ? { key: 'draw.add.label' } : null;
  }
  function follow() {
    add.disabled = !offered || label.value === '';
    put(why, reason());
  }
  label.addEventListener('change', follow);

  add.addEventListener('click', async () => {
    const pixels = offered;
    if (!pixels || label.value === '') return;
    const chosen = Number(label.value);
    offered = null;
    follow();
    put(error, null);
    try {
      put(error, await digits.add(pixels, chosen));
      store.say({ key: 'draw.added', label: chosen, n: digits.digits.length });
      added();
    } catch (problem) {
      offered = pixels;
      put(error, textOf(problem));
    }
    follow();
  });
  open.addEventListener('click', dialog.open);

  const size = () => put(count, { key: 'draw.count', n: digits.digits.length });
  digits.onChange(size, { signal });
  size();

  return {
    offer(pixels, sheet) {
      offered = pixels;
      onSheet = sheet;
      follow();
    },
  };
}

/** @param {import('../index.js').PanelContext} context */
function setDialog({ root, session, digits, signal }) {
  const { button, element, find } = finder(root);
  const dialog = find('own-set', HTMLDialogElement);
  const [undo, clear] = [button('own-undo'), button('own-clear')];
  const [images, labels] = [button('own-images'), button('own-labels')];
  const [older, newer, close] = [button('own-older'), button('own-newer'), button('own-close')];
  const [note, range] = [element('own-note'), element('own-range')];
  /** 0: the newest. */
  let page = 0;
  /** The digits of the page that is shown. @type {import('../../storage/digit-store.js').OwnDigit[]} */
  let shown = [];

  const grid = digitGrid(element('own-digits'), {
    count: 0,
    decorate: ({ button }) => button.append(document.createElement('span')),
    onPress: (index) => {
      const chosen = shown[index];
      if (!chosen) return;
      attempt(async () => {
        await digits.remove([chosen]);
        (grid.cells[Math.min(index, grid.cells.length - 1)]?.button ?? undo).focus();
        return { key: 'draw.set.removed', label: chosen.label };
      });
    },
  });

  /** @param {() => Promise<Content>} action returns what to say when it is done */
  async function attempt(action) {
    try {
      put(note, await action());
    } catch (problem) {
      put(note, textOf(problem));
    }
  }

  close.addEventListener('click', () => dialog.close());
  // A click outside closes it.
  dialog.addEventListener('click', ({ target, clientX, clientY }) => {
    const { left, right, top, bottom } = dialog.getBoundingClientRect();
    if (target === dialog && (clientX < left || clientX > right || clientY < top || clientY > bottom)) dialog.close();
  });
  clear.addEventListener('click', () =>
    attempt(async () => {
      const n = digits.digits.length;
      await digits.remove([...digits.digits]);
      undo.focus();
      return { key: 'draw.set.cleared', n };
    }),
  );
  undo.addEventListener('click', () =>
    attempt(async () => {
      await digits.undo();
      // With nothing left to undo the button is disabled and would lose the focus.
      if (undo.disabled) (grid.cells.find(({ button }) => button.tabIndex === 0)?.button ?? close).focus();
      return { key: 'draw.set.restored' };
    }),
  );
  for (const [control, what, name] of /** @type {const} */ ([
    [images, 'images', 'my-digits-images-idx3-ubyte'],
    [labels, 'labels', 'my-digits-labels-idx1-ubyte'],
  ])) {
    control.addEventListener('click', () =>
      attempt(async () => {
        const packed = await session.ask('pack', { pixels: digits.pixels, labels: digits.labels });
        download(packed[what], name);
        return { key: 'draw.set.saved', name };
      }),
    );
  }
  for (const [control, step] of /** @type {const} */ ([
    [older, 1],
    [newer, -1],
  ])) {
    control.addEventListener('click', () => {
      page += step;
      render();
      // At either end one of them is disabled and would lose the focus.
      if (control.disabled) (control === older ? newer : older).focus();
    });
  }

  function render() {
    const all = digits.digits.length;
    element('own-empty').hidden = all > 0;
    clear.disabled = images.disabled = labels.disabled = all === 0;
    undo.disabled = !digits.undoable;
    if (!dialog.open) return;
    const last = Math.max(0, Math.ceil(all / SHOWN) - 1);
    page = Math.min(Math.max(page, 0), last);
    const [from, to] = [Math.max(0, all - (page + 1) * SHOWN), all - page * SHOWN];
    shown = digits.digits.slice(from, to);
    grid.resize(shown.length);
    const pixels = new Uint8Array(shown.length * 784);
    shown.forEach((digit, i) => {
      pixels.set(digit.pixels, i * 784);
      const caption = grid.cells[i]?.button.querySelector('span');
      if (caption) put(caption, String(digit.label));
      grid.name(i, { key: 'draw.set.digit', label: digit.label });
    });
    grid.show(pixels);
    element('own-pages').hidden = last === 0;
    put(range, { key: 'draw.set.range', from: from + 1, to, all });
    older.disabled = page === last;
    newer.disabled = page === 0;
  }
  digits.onChange(render, { signal });
  render();

  return {
    open() {
      put(note, null);
      page = 0;
      dialog.showModal();
      render();
    },
  };
}
