// @ts-check
/** Every class in one hand, a button each: which of them the source is, and how likely the model finds that. */
import { put } from '../../i18n/index.js';
import { digitGrid } from '../../ui/digit-grid.js';

/**
 * @param {HTMLElement} root a CSS grid
 * @param {(label: number) => void} onPress   a person says that the source is this one
 */
export function tenDigits(root, onPress) {
  const grid = digitGrid(root, {
    count: 10,
    onPress,
    decorate: ({ button }) => {
      const foot = document.createElement('span');
      foot.className = 'hand-foot';
      const [name, bar] = [document.createElement('b'), document.createElement('i')];
      put(name, String(button.dataset.index));
      foot.append(bar, name);
      button.append(foot);
      button.setAttribute('aria-pressed', 'false');
    },
  });
  grid.show(null);
  grid.cells.forEach((_, i) => {
    grid.name(i, { key: 'hand.digit.empty', digit: String(i) });
  });

  return {
    /**
     * @param {Uint8Array | null} pixels 784 grey levels a class
     * @param {{label: number, probabilities: Float32Array} | null} read   the source
     */
    show(pixels, read) {
      const classes = read?.probabilities.length ?? grid.cells.length;
      if (classes !== grid.cells.length) grid.resize(classes);
      grid.show(pixels);
      grid.cells.forEach(({ button }, i) => {
        const share = read?.probabilities[i] ?? 0;
        button.style.setProperty('--share', share.toFixed(3));
        button.setAttribute('aria-pressed', String(read?.label === i));
        const key = read ? 'hand.digit' : 'hand.digit.empty';
        grid.name(i, { key, digit: String(i), share });
      });
    },
  };
}
