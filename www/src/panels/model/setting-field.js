// @ts-check
/** One field of the settings form, made from its row in app/settings.js: label, slider, number, error. */
import { parse, refusal } from '../../app/settings.js';
import { put } from '../../i18n/index.js';
import { plain } from '../../i18n/number.js';
import { forgetful } from '../../ui/dom.js';

/**
 * @typedef {object} SettingField
 * @property {import('../../app/settings.js').NumberSetting} setting
 * @property {HTMLElement} element
 * @property {HTMLInputElement} number
 * @property {HTMLElement} error           why the value is refused; empty if it is not
 * @property {import('../../protocol.js').Message} help
 * @property {(enabled: boolean) => void} enable
 * @property {() => number | null} value   null if it is out of range or no number
 * @property {(value: number) => void} set
 * @property {() => boolean} check         marks and explains a bad value
 */

/** @param {import('../../app/settings.js').NumberSetting} setting @returns {SettingField} */
export function settingField(setting) {
  const { name, integer, min, max } = setting;
  // `learningRate` is #learning-rate.
  const id = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const help = { key: `app.setting.${name}.help` };
  const number = make('input', {
    id,
    type: 'number',
    inputMode: integer ? 'numeric' : 'decimal',
    min: String(min),
    max: String(max),
    step: integer ? '1' : 'any',
    required: true,
    disabled: true,
  });
  number.setAttribute('aria-describedby', `${id}-help ${id}-error`);
  const slider = setting.slider ? rangeOf(setting, id) : null;
  const error = make('p', { id: `${id}-error`, className: 'error' });
  const description = make('span', { id: `${id}-help`, hidden: true });
  const element = make('div', { className: slider ? 'field slide' : 'field' });
  element.append(labelOf(setting, id), ...(slider ? [slider] : []), number, description);
  put(description, help);
  put(element, help, 'title');

  const value = () => parse(setting, number.value);

  function moveSlider() {
    const now = value();
    if (now === null || !slider || !setting.slider) return;
    slider.value = String(setting.slider.to(now));
    // Its own scale means nothing to a listener.
    slider.setAttribute('aria-valuetext', plain(now));
  }

  number.addEventListener('input', moveSlider);
  slider?.addEventListener('input', () => {
    number.value = plain(setting.slider?.from(slider.valueAsNumber) ?? min);
    slider.setAttribute('aria-valuetext', number.value);
  });

  return {
    setting,
    element,
    number,
    error,
    help,
    enable(enabled) {
      number.disabled = !enabled;
      if (slider) slider.disabled = !enabled;
    },
    value,
    set(now) {
      number.value = plain(now);
      moveSlider();
    },
    check() {
      const valid = value() !== null;
      number.setAttribute('aria-invalid', String(!valid));
      put(error, valid ? null : refusal(setting));
      return valid;
    },
  };
}

/** @param {import('../../app/settings.js').NumberSetting} setting @param {string} id */
function labelOf({ name, slider }, id) {
  const label = make('label', { htmlFor: id });
  const text = make('span', {});
  put(text, { key: `app.setting.${name}` });
  label.append(text);
  // Beside the narrow fields there is no room for a note.
  if (slider) {
    const note = make('span', { className: 'sub' });
    put(note, { key: `app.setting.${name}.note` });
    label.append(' ', note);
  }
  return label;
}

/** @param {import('../../app/settings.js').NumberSetting} setting @param {string} id */
function rangeOf({ name, slider }, id) {
  const range = make('input', {
    id: `${id}-slider`,
    type: 'range',
    min: String(slider?.min),
    max: String(slider?.max),
    step: 'any',
    disabled: true,
  });
  put(range, { key: 'model.slider', setting: { key: `app.setting.${name}` } }, 'aria-label');
  return range;
}

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag @param {Partial<HTMLElementTagNameMap[K]>} properties @returns {HTMLElementTagNameMap[K]}
 */
function make(tag, properties) {
  const element = Object.assign(document.createElement(tag), properties);
  if (tag === 'input') forgetful(element);
  return element;
}
