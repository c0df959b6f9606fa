// @ts-check
/** Adds a person's own digits to the data set, in as many copies as chosen. Hidden while there are none. */
import { sameMix } from '../../app/data-source.js';
import { put } from '../../i18n/index.js';
import { finder } from '../../ui/dom.js';

/**
 * @typedef {import('../../protocol.js').DataSource} DataSource
 *
 * @typedef {object} MixControl
 * @property {(source: DataSource) => DataSource} apply   the source with or without the person's own digits, as chosen
 * @property {() => void} restore   shows what the loaded data set contains, after a choice could not be followed
 */

/**
 * @param {Pick<import('../index.js').PanelContext, 'root' | 'store' | 'digits' | 'signal'>} context
 * @param {() => void} onChange   the loaded data set does not match the choice any more
 * @returns {MixControl}
 */
export function mixControl({ root, store, digits, signal }, onChange) {
  const { element, button, input } = finder(root);
  const [mix, times, again, error] = [input('mix'), input('mix-times'), button('mix-again'), element('mix-error')];
  /** The last valid number in the field. */
  let copies = times.valueAsNumber;
  mix.disabled = times.disabled = true;

  mix.addEventListener('change', () => {
    if (mix.checked && !check()) mix.checked = false;
    else onChange();
  });
  times.addEventListener('change', () => check() && mix.checked && onChange());
  again.addEventListener('click', () => {
    mix.focus();
    onChange();
  });

  function check() {
    const valid = times.checkValidity();
    times.setAttribute('aria-invalid', String(!valid));
    put(error, valid ? null : { key: 'data.mixRange', low: Number(times.min), high: Number(times.max) });
    if (valid) copies = times.valueAsNumber;
    return valid;
  }

  /** @type {MixControl['apply']} */
  function apply({ mix: _, ...bare }) {
    const source = /** @type {DataSource} */ (bare);
    if (!mix.checked || digits.digits.length === 0) return source;
    return { ...source, mix: { pixels: digits.pixels, labels: digits.labels, times: copies } };
  }

  /** Whether the loaded data set contains their digits: not what they teach, which comes after the ten. */
  const own = () => !!store.dataset?.own && !store.source?.mix?.labels.some((label) => label > 9);

  function followDigits() {
    const { source, dataset } = store;
    element('mix-row').hidden = digits.digits.length === 0 && !dataset?.own;
    const { pixels, labels } = digits;
    again.hidden = !own() || !source?.mix || sameMix(source.mix, { ...source.mix, pixels, labels });
  }

  function restore() {
    const { dataset } = store;
    mix.disabled = times.disabled = !dataset;
    mix.checked = own();
    if (own() && dataset?.times) times.value = String(dataset.times);
    check();
    const key = own() ? 'data.mixSum' : 'data.mixSymbol';
    put(element('mix-sum'), !!dataset?.own && { key, n: dataset.own * dataset.times });
    followDigits();
  }

  store.on('dataset', restore, { signal });
  digits.onChange(followDigits, { signal });
  restore();

  return { apply, restore };
}
