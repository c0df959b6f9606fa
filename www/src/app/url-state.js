// @ts-check
/**
 * The settings in the address: only those that differ from their defaults, so that a link says what is special about
 * it. `device`, `lang`, `mnist`, `fashion` and `kmnist` (addresses to fetch these from; several are tried in turn) are
 * read and left alone.
 *
 * @typedef {import('../protocol.js').TrainConfig} TrainConfig
 * @typedef {import('../protocol.js').Preset} Preset
 * @typedef {Partial<Record<import('../protocol.js').Published, string[]>>} Mirrors
 */
import { known } from '../i18n/index.js';
import { cut, PUBLISHED } from '../protocol.js';
import { changed, defaults, meant, parse, SETTINGS } from './settings.js';

/**
 * What the address may ask for as `device`. The command line calls WebGPU `gpu`.
 * @type {ReadonlyMap<string, 'auto' | import('../protocol.js').Backend>}
 */
const DEVICES = new Map([
  ['auto', 'auto'],
  ['webgpu', 'webgpu'],
  ['gpu', 'webgpu'],
  ['cpu', 'cpu'],
]);

/** Whether files can be fetched from there. @param {string} text */
function isAddress(text) {
  try {
    return /^https?:$/.test(new URL(text, location.href).protocol);
  } catch {
    return false;
  }
}

/** The longest part of a refused value that is shown, in characters. */
const LONGEST_VALUE = 20;

/** @param {Preset[]} presets @returns {Preset} the first one, which a first visit starts with */
function defaultPreset(presets) {
  const [preset] = presets;
  if (!preset) throw new Error('The engine offers no presets.');
  return preset;
}

/**
 * What is needed before the engine is there.
 * @returns {{choice: import('../protocol.js').Choice, mirrors: Mirrors, data: import('../protocol.js').Published |
 *   null}}
 */
export function readPage() {
  const params = new URLSearchParams(location.search);
  const device = DEVICES.get(params.get('device') ?? 'auto') ?? 'auto';
  const mirrors = PUBLISHED.map((kind) => /** @type {const} */ ([kind, params.getAll(kind).filter(isAddress)]));
  return {
    choice: device === 'auto' ? { device } : { device, by: 'address' },
    mirrors: Object.fromEntries(mirrors.filter(([, addresses]) => addresses.length > 0)),
    data: PUBLISHED.find((kind) => params.get('data') === kind) ?? null,
  };
}

/**
 * The model the address asks for. What cannot be had is left at its default, field by field, and named, as is all else
 * in the address that `readPage` could not take.
 * @param {Preset[]} presets
 * @returns {Pick<import('./boot-choices.js').BootChoices, 'configs' | 'refused' | 'presetAsked'>}
 */
export function readModel(presets) {
  const params = new URLSearchParams(location.search);
  /** @type {string[]} */
  const refused = [];
  const refuse = (/** @type {string} */ name, text = params.get(name) ?? '') =>
    refused.push(`${name}=${cut(text, LONGEST_VALUE)}`);
  if (!DEVICES.has(params.get('device') ?? 'auto')) refuse('device');
  if (known(params.get('lang') ?? 'en') === null) refuse('lang');
  if (![...PUBLISHED, 'generated'].includes(params.get('data') ?? 'generated')) refuse('data');
  for (const kind of PUBLISHED) {
    for (const text of params.getAll(kind)) if (!isAddress(text)) refuse(kind, text);
  }
  const preset = presets.find(({ name }) => name === params.get('preset')) ?? defaultPreset(presets);
  if ((params.get('preset') ?? preset.name) !== preset.name) refuse('preset');
  const usual = defaults(preset);
  let config = usual;
  for (const setting of SETTINGS) {
    const text = params.get(setting.urlKey);
    if (text === null) continue;
    const value = parse(setting, text);
    if (value === null) refuse(setting.urlKey);
    else config = changed(config, { [setting.name]: value });
  }
  const message = refused.length > 0 ? { key: 'app.addressRefused', what: refused.join(', ') } : null;
  return { configs: [config, usual], refused: message, presetAsked: params.get('preset') === preset.name };
}

/** Keeps the address in step with what differs from the defaults. @param {import('./store.js').Store} store */
export function followSettings(store) {
  const save = () => {
    if (store.config) write(store.config, store.presets, store.dataset?.kind ?? 'generated');
  };
  store.on('model', save);
  store.on('config', save);
}

/** @param {TrainConfig} config @param {Preset[]} presets @param {string} data kind of the data set */
function write(config, presets, data) {
  const preset = presets.find(({ name }) => name === config.preset);
  if (!preset) return;
  const usual = defaults(preset);
  const special = meant(config, preset).filter(({ name }) => config[name] !== usual[name]);
  replaceParams((params) => {
    const set = (/** @type {string} */ name, /** @type {string | number} */ value, /** @type {boolean} */ differs) =>
      differs ? params.set(name, String(value)) : params.delete(name);
    // What a visit starts with depends on the device: beside settings that belong to a preset its name must stand.
    set('preset', config.preset, preset !== defaultPreset(presets) || special.length > 0);
    for (const setting of SETTINGS) set(setting.urlKey, config[setting.name], special.includes(setting));
    set(
      'data',
      data,
      PUBLISHED.some((kind) => kind === data),
    );
  });
}

/** Changes the query of the address; the chapter in it stays. @param {(params: URLSearchParams) => void} change */
export function replaceParams(change) {
  const params = new URLSearchParams(location.search);
  change(params);
  const query = params.toString();
  history.replaceState(history.state, '', `${location.pathname}${query && `?${query}`}${location.hash}`);
}
