// @ts-check
/** "Add to my set" under the drawing, and the set: its digits, which can be taken out and brought back, and saved as IDX files. */

import { download } from '../../storage/save-file.js';
import { digit, show } from '../../ui/digit-canvas.js';
import { button, element, find, words } from '../../ui/dom.js';
import { count } from '../../ui/format.js';
import { gridColumns, roving } from '../../ui/roving-focus.js';

/**
 * @typedef {object} OwnPanel
 * @property {(pixels: Uint8Array | null) => void} offer   what can be added now: a drawing, or nothing
 * @property {(listener: () => void) => void} onAdded
 */

/** As many are shown at once; a canvas each. */
const SHOWN = 200;

/** @param {import('../../app/session.js').Session} session @param {import('../../storage/digit-store.js').OwnSet} own @returns {OwnPanel} */
export function ownPanel(session, own) {
  const [add, open] = [button('own-add'), button('own-open')];
  const [undo, clear, images, labels] = [
    button('own-undo'),
    button('own-clear'),
    button('own-images'),
    button('own-labels'),
  ];
  const label = find('own-label', HTMLSelectElement);
  const dialog = find('own-set', HTMLDialogElement);
  const [grid, note, error] = [element('own-digits'), element('own-note'), element('own-error')];
  const [pages, range, older, newer, close] = [
    element('own-pages'),
    element('own-range'),
    button('own-older'),
    button('own-newer'),
    button('own-close'),
  ];
  /** 0: the newest. */
  let page = 0;
  /** @type {Uint8Array | null} */
  let offered = null;
  /** @type {() => void} */
  let added = () => {};

  const follow = () => (add.disabled = !offered || label.value === '');
  label.addEventListener('change', follow);
  add.addEventListener('click', async () => {
    const pixels = offered;
    if (!pixels || label.value === '') return;
    offered = null;
    follow();
    error.textContent = '';
    try {
      error.textContent = await own.add(pixels, Number(label.value));
      session.say(`Added to your set as a ${label.value}: ${plural(own.digits.length)} in it.`);
      added();
    } catch (problem) {
      offered = pixels;
      error.textContent = words(problem);
    }
    follow();
  });

  open.addEventListener('click', () => {
    note.textContent = '';
    page = 0;
    dialog.showModal();
    draw();
  });
  close.addEventListener('click', () => dialog.close());
  // A click beside it.
  dialog.addEventListener('click', ({ target, clientX, clientY }) => {
    const { left, right, top, bottom } = dialog.getBoundingClientRect();
    if (target === dialog && (clientX < left || clientX > right || clientY < top || clientY > bottom)) dialog.close();
  });

  /** @param {() => Promise<string>} action what it says when it is done */
  async function attempt(action) {
    try {
      note.textContent = await action();
    } catch (problem) {
      note.textContent = words(problem);
    }
  }
  grid.addEventListener('click', ({ target }) => {
    const cell = target instanceof Element ? target.closest('button') : null;
    const chosen = own.digits.find(({ id }) => String(id) === cell?.dataset.id);
    if (!chosen) return;
    const at = cells.findIndex((one) => one.cell === cell);
    attempt(async () => {
      await own.remove([chosen]);
      (cells[Math.min(at, grid.children.length - 1)]?.cell ?? undo).focus();
      return `A ${chosen.label} was taken out.`;
    });
  });
  clear.addEventListener('click', () =>
    attempt(async () => {
      const before = own.digits.length;
      await own.remove([...own.digits]);
      undo.focus();
      return `${plural(before)} taken out. Undo brings them back, until the page is closed.`;
    }),
  );
  undo.addEventListener('click', () =>
    attempt(async () => {
      await own.undo();
      // There is nothing more to undo, and what is disabled has no focus.
      if (undo.disabled) (cells.find(({ cell }) => cell.isConnected && cell.tabIndex === 0)?.cell ?? close).focus();
      return 'Back again.';
    }),
  );
  for (const [control, what, name] of /** @type {const} */ ([
    [images, 'images', 'my-digits-images-idx3-ubyte'],
    [labels, 'labels', 'my-digits-labels-idx1-ubyte'],
  ])) {
    control.addEventListener('click', () =>
      attempt(async () => {
        const packed = await session.ask('pack', { pixels: own.pixels, labels: own.labels });
        download(packed[what], name);
        return `Saved as ${name}.`;
      }),
    );
  }

  for (const [control, step] of /** @type {const} */ ([
    [older, 1],
    [newer, -1],
  ])) {
    control.addEventListener('click', () => {
      page += step;
      draw();
      // At either end one of them is disabled.
      if (control.disabled) (control === older ? newer : older).focus();
    });
  }

  function draw() {
    element('own-count').textContent = count(own.digits.length);
    const none = own.digits.length === 0;
    element('own-empty').hidden = !none;
    clear.disabled = images.disabled = labels.disabled = none;
    undo.disabled = !own.undoable;
    if (!dialog.open) return;
    const all = own.digits.length;
    const last = Math.max(0, Math.ceil(all / SHOWN) - 1);
    page = Math.min(Math.max(page, 0), last);
    const [from, to] = [Math.max(0, all - (page + 1) * SHOWN), all - page * SHOWN];
    own.digits.slice(from, to).forEach(shown);
    for (const { cell } of cells.slice(to - from)) cell.remove();
    settle();
    pages.hidden = last === 0;
    range.textContent = `${count(from + 1)} to ${count(to)} of ${count(all)}, the oldest first`;
    older.disabled = page === last;
    newer.disabled = page === 0;
  }
  const settle = roving(grid, () => gridColumns(grid));
  /** Those in the grid, and behind them others that can be used again. @type {{cell: HTMLButtonElement, canvas: import('../../ui/digit-canvas.js').DigitCanvas, name: Text}[]} */
  const cells = [];
  /** @param {import('../../storage/digit-store.js').OwnDigit} digit @param {number} i */
  function shown({ id, pixels, label }, i) {
    const { cell, canvas, name } = (cells[i] ??= empty());
    cell.dataset.id = String(id);
    cell.setAttribute('aria-label', `A ${label}. Take it out`);
    name.data = String(label);
    // Cells stay where they are: to be moved would take the focus from them.
    if (!cell.isConnected) grid.append(cell);
    show(canvas, pixels);
  }
  function empty() {
    const [cell, canvas, name] = [document.createElement('button'), digit(), new Text()];
    cell.type = 'button';
    cell.append(canvas, name);
    return { cell, canvas, name };
  }
  own.onChange(draw);
  draw();

  return {
    offer(pixels) {
      offered = pixels;
      follow();
    },
    onAdded: (listener) => (added = listener),
  };
}

/** @param {number} n */
const plural = (n) => `${count(n)} digit${n === 1 ? '' : 's'}`;
