// @ts-check
/**
 * A grid of buttons that takes one stop of the Tab key: arrow keys, Home and End move inside it, Enter and Space press.
 *
 * @param {HTMLElement} container its buttons are the cells, row by row
 * @param {() => number} columns how many cells a row has now
 * @returns {() => void} to be called when there are other cells: one of them is the stop, as before if it is still
 *   there
 */
export function roving(container, columns) {
  const cells = () => /** @type {HTMLButtonElement[]} */ ([...container.querySelectorAll('button')]);
  const stopAt = (/** @type {EventTarget | null | undefined} */ stop) => {
    for (const cell of cells()) cell.tabIndex = cell === stop ? 0 : -1;
  };
  // A button has tabIndex 0 by itself, but not the attribute.
  const settle = () => stopAt(container.querySelector('button[tabindex="0"]') ?? cells()[0]);
  settle();

  container.addEventListener('focusin', ({ target }) => stopAt(target));
  container.addEventListener('keydown', (event) => {
    const list = cells();
    const at = list.indexOf(/** @type {HTMLButtonElement} */ (event.target));
    if (at < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    /** @type {Record<string, number>} */
    const targets = {
      ArrowLeft: at - 1,
      ArrowRight: at + 1,
      ArrowUp: at - columns(),
      ArrowDown: at + columns(),
      Home: 0,
      End: list.length - 1,
    };
    const to = targets[event.key];
    if (to === undefined) return;
    event.preventDefault();
    list[to]?.focus();
  });
  return settle;
}

/** How many columns a CSS grid has now. @param {Element} grid */
export const gridColumns = (grid) => getComputedStyle(grid).gridTemplateColumns.split(' ').length;
