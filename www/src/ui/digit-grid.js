// @ts-check
/**
 * The one grid of digits that can be pressed: samples, frames of a walk, held-out digits over their reconstructions, a
 * person's own set.
 */
import { put } from '../i18n/index.js';
import { digit, show } from './digit-canvas.js';
import { gridColumns, roving } from './roving-focus.js';

/**
 * @typedef {object} Cell
 * @property {HTMLButtonElement} button    with `data-index`
 * @property {import('./digit-canvas.js').DigitCanvas[]} canvases
 *
 * @typedef {object} DigitGrid
 * @property {readonly Cell[]} cells
 * @property {(count: number) => void} resize   so many cells; those that stay keep the focus
 * @property {(...images: (Uint8Array | null)[]) => void} show   784 bytes a cell, for each canvas of a cell; cells
 *   without an image are disabled
 * @property {(index: number, name: import('../i18n/index.js').Content) => void} name   what a cell is called
 */

/**
 * @param {HTMLElement} root a CSS grid
 * @param {object} options
 * @param {number} options.count
 * @param {string[]} [options.classes]   one canvas a class in each cell, the first on top
 * @param {(index: number, cell: Cell) => void} options.onPress
 * @param {(cell: Cell) => void} [options.decorate]   adds to a new cell
 * @returns {DigitGrid}
 */
export function digitGrid(root, { count, classes = [''], onPress, decorate }) {
  /** Those in the grid, and behind them others that can be used again. @type {Cell[]} */
  const cells = [];
  let used = 0;

  function make() {
    const button = document.createElement('button');
    button.type = 'button';
    button.dataset.index = String(cells.length);
    const canvases = classes.map((name) => {
      const canvas = digit();
      if (name) canvas.classList.add(name);
      return canvas;
    });
    button.append(...canvases);
    const cell = { button, canvases };
    decorate?.(cell);
    cells.push(cell);
    return cell;
  }

  /** @param {number} wanted */
  function resize(wanted) {
    for (let i = 0; i < wanted; i++) {
      const { button } = cells[i] ?? make();
      // Cells stay where they are: to be moved would take the focus from them.
      if (!button.isConnected || button.parentNode !== root) root.append(button);
    }
    for (const { button } of cells.slice(wanted)) button.remove();
    used = wanted;
    settle();
  }

  const settle = roving(root, () => gridColumns(root));
  resize(count);

  root.addEventListener('click', ({ target }) => {
    const button = target instanceof Element ? target.closest('button') : null;
    const index = cells.findIndex((cell) => cell.button === button);
    const cell = cells[index];
    if (cell) onPress(index, cell);
  });

  return {
    get cells() {
      return cells.slice(0, used);
    },
    resize,
    show(...images) {
      cells.slice(0, used).forEach(({ button, canvases }, i) => {
        const there = images.map((pixels) => (pixels && (i + 1) * 784 <= pixels.length ? pixels : null));
        button.disabled = there.every((pixels) => pixels === null);
        canvases.forEach((canvas, c) => {
          show(canvas, there[c] ?? null, i);
        });
      });
    },
    name(index, name) {
      const cell = cells[index];
      if (cell) put(cell.button, name, 'aria-label');
    },
  };
}
