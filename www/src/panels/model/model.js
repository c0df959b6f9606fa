// @ts-check
/**
 * The settings. Learning rate, beta and epochs change the model that is there, also while it trains; preset, latent size, batch and
 * seed need a new one: an untrained model is replaced at once, a trained one only when asked (and then it can be brought back).
 */

import { defaults } from '../../app/url-state.js';
import { hasEncoder } from '../../protocol.js';
import { button, element, find, input, words } from '../../ui/dom.js';
import { count, plain } from '../../ui/format.js';

/**
 * @typedef {import('../../app/session.js').Session} Session
 * @typedef {import('../../protocol.js').TrainConfig} TrainConfig
 * @typedef {Exclude<keyof TrainConfig, 'preset'>} NumberField
 */

/** @type {Record<NumberField, string>} */
const IDS = {
  latent: 'latent',
  beta: 'beta',
  learningRate: 'learning-rate',
  batch: 'batch',
  epochs: 'epochs',
  seed: 'seed',
};
const FIELDS = /** @type {NumberField[]} */ (Object.keys(IDS));
const LIVE = /** @type {const} */ (['learningRate', 'beta', 'epochs']);
const DEFERRED = /** @type {const} */ (['preset', 'latent', 'batch', 'seed']);

/** Slider position <-> value: fine where small values matter. @type {Partial<Record<NumberField, {to: (value: number) => number, from: (at: number) => number}>>} */
const SLIDERS = {
  latent: { to: Math.log2, from: (at) => Math.round(2 ** at) },
  beta: { to: (value) => Math.sqrt(value * 10), from: (at) => Math.round(at * at) / 10 },
  learningRate: { to: Math.log10, from: (at) => Number((10 ** at).toPrecision(2)) },
};

/**
 * `read`: the form's values, null if one is out of range. `accept`: a text as the field's value, null if the field would not take it.
 * @param {Session} session
 */
export function modelPanel(session) {
  const form = find('settings', HTMLFormElement);
  const preset = find('preset', HTMLSelectElement);
  const fields = /** @type {Record<NumberField, HTMLInputElement>} */ (
    Object.fromEntries(FIELDS.map((name) => [name, input(IDS[name])]))
  );
  const [pending, error, facts] = [element('model-pending'), element('model-error'), element('model-facts')];
  let timer = 0;

  const narrow = matchMedia('(max-width: 699px)');
  const details = find('model-details', HTMLDetailsElement);
  const fold = () => (details.open = !narrow.matches);
  narrow.addEventListener('change', fold);
  fold();

  session.on('device', () => {
    preset.replaceChildren(...session.presets.map(({ name, title }) => new Option(title, name)));
    /** @type {HTMLInputElement} */ for (const control of form.querySelectorAll('input, select'))
      (control).disabled = false;
    if (session.config) put(session.config);
  });
  session.on('model', ({ info }) => {
    put(session.config ?? info.config);
    facts.textContent = `${count(info.parameters)} weights · ${count(info.stepsPerEpoch)} steps an epoch`;
    facts.dataset.parameters = String(info.parameters);
    settle();
  });
  session.on('config', (config) => {
    for (const name of LIVE) if (document.activeElement !== fields[name]) set(name, config[name]);
    settle();
  });

  preset.addEventListener('change', () => {
    const chosen = session.presets.find(({ name }) => name === preset.value);
    if (!chosen) return;
    const { epochs, seed } = read() ?? defaults(chosen);
    put({ ...defaults(chosen), epochs, seed });
    changed(0);
  });
  for (const name of FIELDS) {
    fields[name].addEventListener('input', () => {
      slide(name);
      changed(450);
    });
    // Left: what comes next, a click on Start perhaps, goes by the new value.
    fields[name].addEventListener('change', () => changed(0));
    slider(name)?.addEventListener('input', ({ target }) => {
      fields[name].value = plain(SLIDERS[name]?.from(Number(/** @type {HTMLInputElement} */ (target).value)) ?? 0);
      changed(150);
    });
  }
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    changed(0);
  });
  button('apply-model').addEventListener('click', () => {
    const config = read();
    if (config) attempt(() => session.configure(config));
    element('start').focus();
  });
  button('keep-model').addEventListener('click', () => {
    if (session.config) put(session.config);
    settle();
    preset.focus();
  });

  /** @param {number} wait ms, so that a number can be typed to its end */
  function changed(wait) {
    window.clearTimeout(timer);
    timer = window.setTimeout(apply, wait);
  }

  async function apply() {
    const config = read();
    settle();
    if (!config || !session.config) return;
    /** @type {{learningRate?: number, beta?: number, epochs?: number}} */
    const change = {};
    for (const name of LIVE) if (config[name] !== session.config[name]) change[name] = config[name];
    if (!session.trained && needsNewModel(config)) return attempt(() => session.configure(config));
    // Another preset brings its own rate and beta: they belong to the new model, not to this one.
    if (config.preset !== session.config.preset) return;
    if (Object.keys(change).length > 0) await attempt(() => session.tune(change));
  }

  /** @param {() => Promise<unknown>} action */
  async function attempt(action) {
    try {
      await action();
      error.textContent = '';
    } catch (problem) {
      error.textContent = words(problem);
    }
  }

  /** @param {TrainConfig} config */
  const needsNewModel = (config) => DEFERRED.some((name) => config[name] !== session.config?.[name]);

  /** Says what is out of range, and whether the form and the model differ. */
  function settle() {
    const wrong = FIELDS.find((name) => !fields[name].checkValidity());
    for (const name of FIELDS) fields[name].setAttribute('aria-invalid', String(!fields[name].checkValidity()));
    const label = wrong && form.querySelector(`label[for=${IDS[wrong]}]`)?.firstChild?.textContent?.trim();
    error.textContent = wrong
      ? `${label}: ${fields[wrong].step === '1' ? 'a whole number ' : ''}from ${fields[wrong].min} to ${fields[wrong].max}.`
      : '';
    const config = read();
    const waits = !!config && session.trained && needsNewModel(config);
    pending.hidden = !waits;
    facts.hidden = waits || !!wrong;
    for (const name of DEFERRED) {
      const control = name === 'preset' ? preset : fields[name];
      control.classList.toggle('waits', waits && config[name] !== session.config?.[name]);
    }
    const chosen = session.presets.find(({ name }) => name === preset.value);
    const { title = '', summary = '', shape = '' } = chosen ?? {};
    if (config)
      element('settings-brief').textContent =
        `${title}, ${config.latent} latent, β ${plain(config.beta)}, rate ${plain(config.learningRate)}`;
    if (config && chosen) hourglass(config.latent, hasEncoder(chosen));
    element('preset-summary').textContent = summary;
    element('preset-shape').textContent = shape;
  }

  /** @returns {TrainConfig | null} */
  function read() {
    if (FIELDS.some((name) => !fields[name].checkValidity())) return null;
    const numbers = /** @type {Record<NumberField, number>} */ (
      Object.fromEntries(FIELDS.map((name) => [name, fields[name].valueAsNumber]))
    );
    return { preset: preset.value, ...numbers };
  }

  /** @param {TrainConfig} config */
  function put(config) {
    preset.value = config.preset;
    for (const name of FIELDS) set(name, config[name]);
  }

  /** @param {NumberField} name @param {number} value */
  function set(name, value) {
    fields[name].value = name === 'seed' ? String(value) : plain(value);
    slide(name);
  }

  /** @param {NumberField} name */
  function slide(name) {
    const place = slider(name);
    if (place && fields[name].checkValidity()) place.value = String(SLIDERS[name]?.to(fields[name].valueAsNumber));
  }

  /** @param {NumberField} name */
  function slider(name) {
    return SLIDERS[name] ? input(`${IDS[name]}-slider`) : null;
  }

  /** @param {NumberField} name @param {string} text @returns {number | null} */
  function accept(name, text) {
    const probe = /** @type {HTMLInputElement} */ (fields[name].cloneNode());
    probe.disabled = false;
    probe.value = text;
    return probe.checkValidity() ? probe.valueAsNumber : null;
  }

  return { read, accept };
}

/** The figure under the settings: 784 numbers squeezed through a waist as narrow as the code is short. @param {number} latent @param {boolean} encoder */
function hourglass(latent, encoder) {
  const half = 2 + (32 * Math.log2(latent)) / 8;
  const draw = (/** @type {string} */ id, /** @type {string} */ d) => document.getElementById(id)?.setAttribute('d', d);
  draw('figure-encoder', `M14 2V82L124 ${42 + half}V${42 - half}Z`);
  draw('figure-decoder', `M250 2V82L140 ${42 + half}V${42 - half}Z`);
  draw('figure-waist', `M132 ${42 - half}V${42 + half}`);
  document.getElementById('model-figure')?.setAttribute('data-encoder', String(encoder));
  const label = document.getElementById('figure-latent');
  if (label) label.textContent = String(latent);
}
