// @ts-check
/**
 * What the map shows and how: whose codes, on which axes, drawn as what.
 *
 * @typedef {'components' | 'latents'} AxesKind
 */
import { put } from '../../i18n/index.js';

/**
 * Buttons of which one is pressed.
 * @template {string} T
 * @param {(id: string) => HTMLButtonElement} button @param {string} prefix of their ids
 * @param {readonly T[]} values @param {(value: T) => void} onChange
 */
export function segments(button, prefix, values, onChange) {
  const buttons = new Map(values.map((value) => [value, button(`${prefix}-${value}`)]));
  /** @param {T} value */
  function press(value) {
    for (const [other, element] of buttons) element.setAttribute('aria-pressed', String(other === value));
  }
  for (const [value, element] of buttons)
    element.addEventListener('click', () => {
      press(value);
      onChange(value);
    });
  return { press, button: (/** @type {T} */ value) => /** @type {HTMLButtonElement} */ (buttons.get(value)) };
}

/**
 * The two axes, to be chosen among as many as the model has latents. They are never the same: one that is taken gives
 * way.
 * @param {{across: HTMLSelectElement, up: HTMLSelectElement}} selects
 * @param {(axes: [number, number]) => void} onChange
 */
export function axesChoice({ across, up }, onChange) {
  let offered = '';
  for (const [one, other] of [
    [across, up],
    [up, across],
  ]) {
    one?.addEventListener('change', () => {
      if (one.value === other?.value) other.value = before[one === across ? 'across' : 'up'];
      remember();
      onChange([Number(across.value), Number(up.value)]);
    });
  }
  const before = { across: '0', up: '1' };
  const remember = () => Object.assign(before, { across: across.value, up: up.value });

  /** @param {AxesKind} kind @param {number} latent @param {readonly number[]} axes */
  function offer(kind, latent, [x = 0, y = 1]) {
    const name = `${kind} ${latent}`;
    if (name !== offered) {
      offered = name;
      for (const select of [across, up]) {
        const options = Array.from({ length: latent }, (_, i) => {
          const option = document.createElement('option');
          option.value = String(i);
          put(option, axisName(kind, i));
          return option;
        });
        select.replaceChildren(...options);
      }
    }
    across.value = String(x);
    up.value = String(y);
    remember();
  }
  return { offer };
}

/** What an axis is called. @param {AxesKind} kind @param {number} index from 0 */
export const axisName = (kind, index) => ({
  key: kind === 'components' ? 'map.component' : 'map.latent',
  n: String(index + 1),
});
