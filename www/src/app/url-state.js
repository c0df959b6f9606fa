// @ts-check
/**
 * The settings in the address: only those that differ from their defaults, so that a link says what is special about it.
 * `device`, `mnist`, `fashion` and `kmnist` (addresses to fetch these from; several are tried in turn) are read and left alone.
 *
 * @typedef {import('../protocol.js').TrainConfig} TrainConfig
 * @typedef {import('../protocol.js').Preset} Preset
 */
import { PUBLISHED } from '../protocol.js';

/** @typedef {Exclude<keyof TrainConfig, 'preset'>} NumberField */
/** @typedef {Partial<Record<import('../protocol.js').Published, string[]>>} Mirrors */

/** @type {[NumberField, string][]} */
const NUMBERS = [
  ['latent', 'latent'],
  ['beta', 'beta'],
  ['learningRate', 'lr'],
  ['batch', 'batch'],
  ['epochs', 'epochs'],
  ['seed', 'seed'],
];

/** @param {Preset} preset @returns {TrainConfig} */
export function defaults(preset) {
  const { name, latent, beta, learningRate, batch } = preset;
  return { preset: name, latent, beta, learningRate, batch, epochs: 10, seed: 1 };
}

/** @param {Preset[]} presets @returns {Preset} the first one, which a first visit starts with */
function defaultPreset(presets) {
  const [preset] = presets;
  if (!preset) throw new Error('The engine offers no presets.');
  return preset;
}

/** @returns {{choice: import('../protocol.js').Choice, mirrors: Mirrors, data: import('../protocol.js').Published | null}} what is needed before the engine is there */
export function readPage() {
  const params = new URLSearchParams(location.search);
  const device = params.get('device');
  return {
    choice:
      device === 'webgpu' || device === 'cpu'
        ? { device, why: `it was asked for in the address (device=${device})` }
        : { device: 'auto' },
    mirrors: Object.fromEntries(
      PUBLISHED.filter((kind) => params.has(kind)).map((kind) => [kind, params.getAll(kind)]),
    ),
    data: PUBLISHED.find((kind) => params.get('data') === kind) ?? null,
  };
}

/**
 * The model the address asks for. What cannot be is left at its default, field by field, and named.
 * @param {Preset[]} presets
 * @param {(field: NumberField, text: string) => number | null} accept a text as the field's value, null if it is none
 * @returns {{configs: TrainConfig[], refused: string}}
 */
export function readWishes(presets, accept) {
  const params = new URLSearchParams(location.search);
  /** @type {string[]} */
  const refused = [];
  const refuse = (/** @type {string} */ name) => refused.push(`${name}=${(params.get(name) ?? '').slice(0, 20)}`);
  const preset = presets.find(({ name }) => name === params.get('preset')) ?? defaultPreset(presets);
  if ((params.get('preset') ?? preset.name) !== preset.name) refuse('preset');
  const usual = defaults(preset);
  const config = { ...usual };
  for (const [field, name] of NUMBERS) {
    const text = params.get(name);
    if (text === null) continue;
    const value = accept(field, text);
    if (value === null) refuse(name);
    else config[field] = value;
  }
  return {
    configs: [config, usual],
    refused: refused.length > 0 ? `The address asks for ${refused.join(', ')}, which cannot be.` : '',
  };
}

/** @param {TrainConfig} config @param {Preset[]} presets @param {string} data kind of the data set */
export function write(config, presets, data) {
  const preset = presets.find(({ name }) => name === config.preset);
  if (!preset) return;
  const params = new URLSearchParams(location.search);
  const set = (/** @type {string} */ name, /** @type {string | number} */ value, /** @type {boolean} */ special) =>
    special ? params.set(name, String(value)) : params.delete(name);
  const usual = defaults(preset);
  const special = NUMBERS.filter(([field]) => config[field] !== usual[field]);
  // What a visit starts with depends on the device: beside settings that belong to a preset its name must stand.
  set('preset', config.preset, preset !== defaultPreset(presets) || special.length > 0);
  for (const [field, name] of NUMBERS) set(name, config[field], config[field] !== usual[field]);
  set(
    'data',
    data,
    PUBLISHED.some((kind) => kind === data),
  );
  const query = params.toString();
  history.replaceState(null, '', `${location.pathname}${query && `?${query}`}${location.hash}`);
}
