// @ts-check
/** Whether a person's own set goes with the data set, and how often each of its digits; there for as long as there is one. */

import { sameMix } from '../../app/boot-choices.js';
import { button, element, input } from '../../ui/dom.js';
import { count } from '../../ui/format.js';

/**
 * @typedef {import('../../protocol.js').DataSource} DataSource
 *
 * @typedef {object} MixPanel
 * @property {(source: DataSource) => DataSource} with   the source, with or without the person's own digits, as is chosen
 * @property {(listener: () => void) => void} onChange   called when the data set that is there does not fit the choice any more
 * @property {() => void} stand                          the choice could not be followed: back to what is
 */

/** @param {import('../../app/session.js').Session} session @param {import('../../storage/digit-store.js').OwnSet} own @returns {MixPanel} */
export function mixPanel(session, own) {
  const [mix, times, again, error] = [input('mix'), input('mix-times'), button('mix-again'), element('mix-error')];
  /** @type {() => void} */
  let changed = () => {};
  /** The last number in the field that is one. */
  let wanted = times.valueAsNumber;
  mix.disabled = times.disabled = true;

  mix.addEventListener('change', () => {
    if (mix.checked && !valid()) mix.checked = false;
    else changed();
  });
  times.addEventListener('change', () => valid() && mix.checked && changed());
  again.addEventListener('click', () => {
    mix.focus();
    changed();
  });

  function valid() {
    const good = times.checkValidity();
    times.setAttribute('aria-invalid', String(!good));
    error.textContent = good ? '' : `A whole number from ${times.min} to ${times.max}.`;
    if (good) wanted = times.valueAsNumber;
    return good;
  }

  /** @type {MixPanel['with']} */
  function withOwn({ mix: _, ...bare }) {
    const source = /** @type {DataSource} */ (bare);
    if (!mix.checked || own.digits.length === 0) return source;
    return { ...source, mix: { pixels: own.pixels, labels: own.labels, times: wanted } };
  }

  function follow() {
    const { source, dataset } = session;
    element('mix-row').hidden = own.digits.length === 0 && !dataset?.own;
    // The set is not what it was when it was mixed in.
    again.hidden =
      !dataset?.own || !source?.mix || sameMix(source.mix, { ...source.mix, pixels: own.pixels, labels: own.labels });
  }
  function stand() {
    const { dataset } = session;
    mix.disabled = times.disabled = !dataset;
    mix.checked = !!dataset?.own;
    if (dataset?.times) times.value = String(dataset.times);
    valid();
    element('mix-sum').textContent = `times each${dataset?.own ? `: +${count(dataset.own * dataset.times)}` : ''}`;
    follow();
  }
  session.on('dataset', stand);
  own.onChange(follow);
  follow();

  return { with: withOwn, onChange: (listener) => (changed = listener), stand };
}
