// @ts-check
/** One field of the settings form, made from its row in app/settings.js: label, slider or choice, value, error. */
import { parse, refusal } from '../../app/settings.js';
import { put } from '../../i18n/index.js';
import { plain } from '../../i18n/number.js';
import { forgetful } from '../../ui/dom.js';

/**
 * @typedef {import('../../app/settings.js').Setting} Setting
 * @typedef {import('../../app/settings.js').NumberSetting} NumberSetting
 * @typedef {import('../../app/settings.js').ChoiceSetting} ChoiceSetting
 * @typedef {import('../../protocol.js').Likelihood} Likelihood
 *
 * @typedef {object} SettingField
 * @property {Setting} setting
 * @property {HTMLElement} element
 * @property {HTMLInputElement | HTMLSelectElement} control   what holds the value
 * @property {HTMLElement} error           why the value is refused; empty if it is not
 * @property {import('../../protocol.js').Message} help
 * @property {(enabled: boolean) => void} enable
 * @property {() => number | Likelihood | null} value   null if it is out of range or no number
 * @property {(value: number | Likelihood) => void} set
 * @property {() => boolean} check         marks and explains a bad value
 */

/** @param {Setting} setting @returns {SettingField} */
export const settingField = (setting) => ('options' in setting ? choiceField(setting) : numberField(setting));

/** `learningRate` is #learning-rate. @param {Setting} setting */
const idOf = ({ name }) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** @param {NumberSetting} setting @returns {SettingField} */
function numberField(setting) {
  const { integer, min, max } = setting;
  const id = idOf(setting);
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
  const slider = setting.slider ? rangeOf(setting, id) : null;
  const field = frame(setting, number, slider ? [slider] : []);
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
    ...field,
    enable(enabled) {
      number.disabled = !enabled;
      if (slider) slider.disabled = !enabled;
    },
    value,
    set(now) {
      number.value = plain(Number(now));
      moveSlider();
    },
    check() {
      const valid = value() !== null;
      number.setAttribute('aria-invalid', String(!valid));
      put(field.error, valid ? null : refusal(setting));
      return valid;
    },
  };
}

/** @param {ChoiceSetting} setting @returns {SettingField} */
function choiceField(setting) {
  const select = make('select', { id: idOf(setting), disabled: true });
  for (const option of setting.options) {
    const element = new Option('', option);
    put(element, { key: `app.setting.${setting.name}.${option}` });
    select.append(element);
  }
  return {
    ...frame(setting, select, []),
    enable(enabled) {
      select.disabled = !enabled;
    },
    value: () => parse(setting, select.value),
    set(now) {
      select.value = String(now);
    },
    check: () => true,
  };
}

/**
 * What all fields have.
 * @param {Setting} setting @param {HTMLInputElement | HTMLSelectElement} control @param {HTMLElement[]} before what
 *   stands between label and control
 */
function frame(setting, control, before) {
  const id = control.id;
  const help = { key: `app.setting.${setting.name}.help` };
  control.setAttribute('aria-labelledby', `${id}-name`);
  control.setAttribute('aria-describedby', `${id}-help ${id}-error`);
  const error = make('p', { id: `${id}-error`, className: 'error' });
  const description = make('span', { id: `${id}-help`, hidden: true });
  const element = make('div', { className: before.length > 0 ? 'field slide' : 'field' });
  element.append(labelOf(setting, id), ...before, control, description);
  put(description, help);
  put(element, help, 'title');
  return { setting, element, control, error, help };
}

/** @param {Setting} setting @param {string} id */
function labelOf(setting, id) {
  // Not a label: its name explains itself, and a control within a label would be pressed with it.
  const label = make('span', { id: `${id}-name`, className: 'name' });
  const text = make('span', {});
  put(text, { key: `app.setting.${setting.name}` });
  label.append(text);
  // Beside the narrow fields there is no room for a note.
  if ('slider' in setting) {
    const note = make('span', { className: 'sub' });
    put(note, { key: `app.setting.${setting.name}.note` });
    label.append(' ', note);
  }
  return label;
}

/** @param {NumberSetting} setting @param {string} id */
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
  if (tag === 'input' || tag === 'select') forgetful(element);
  return element;
}
