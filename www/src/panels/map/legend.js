// @ts-check
/** The classes with their colours. Pressed ones are shown alone; none pressed, all are. */
import { put } from '../../i18n/index.js';
import { roving } from '../../ui/roving-focus.js';
import { CLASSES } from './points.js';

/**
 * @param {HTMLElement} root @param {() => void} onChange
 * @returns {{classes: ReadonlySet<number>, offer: (labels: Uint8Array | null) => void}} `classes`: those that are
 *   wanted; `offer` shows the classes that there are
 */
export function legend(root, onChange) {
  /** @type {Set<number>} */
  const classes = new Set();
  const all = make('all');
  put(all, { key: 'map.legend.all' });
  const chips = Array.from({ length: CLASSES }, (_, i) => {
    const chip = make(String(i));
    const swatch = document.createElement('i');
    swatch.className = `swatch class-${i}`;
    chip.append(swatch, String(i));
    put(chip, { key: 'map.legend.class', name: String(i) }, 'aria-label');
    chip.addEventListener('click', () => {
      if (!classes.delete(i)) classes.add(i);
      // All of them is what none of them says, too.
      if (classes.size === CLASSES) classes.clear();
      changed();
    });
    return chip;
  });
  all.addEventListener('click', () => {
    classes.clear();
    changed();
  });
  root.append(all, ...chips);
  roving(root, () => root.childElementCount);

  /** @param {string} name */
  function make(name) {
    const button = document.createElement('button');
    button.type = 'button';
    button.dataset.class = name;
    return button;
  }

  function mark() {
    all.setAttribute('aria-pressed', String(classes.size === 0));
    for (const [i, chip] of chips.entries()) chip.setAttribute('aria-pressed', String(classes.has(i)));
  }
  function changed() {
    mark();
    onChange();
  }
  mark();

  return {
    classes,
    offer(labels) {
      root.classList.toggle('none', !labels);
      for (const button of [all, ...chips]) button.disabled = !labels;
      if (!labels) classes.clear();
      mark();
    },
  };
}
