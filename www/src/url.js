// @ts-check
/**
 * The settings in the address: only those that differ from their defaults, so that a link says what is special about it.
 * `device` and `mnist` are read and left alone.
 *
 * @typedef {import('./protocol.js').TrainConfig} TrainConfig
 * @typedef {import('./protocol.js').Preset} Preset
 */

/** @type {[keyof TrainConfig & ('latent' | 'beta' | 'learningRate' | 'batch' | 'epochs' | 'seed'), string, boolean][]} */
const NUMBERS = [
  ['latent', 'latent', true],
  ['beta', 'beta', false],
  ['learningRate', 'lr', false],
  ['batch', 'batch', true],
  ['epochs', 'epochs', true],
  ['seed', 'seed', true],
];

/** @param {Preset} preset @returns {TrainConfig} */
export function defaults(preset) {
  const { name, latent, beta, learningRate, batch } = preset;
  return { preset: name, latent, beta, learningRate, batch, epochs: 10, seed: 1 };
}

/** @param {Preset[]} presets @returns {Preset} the first one, which a first visit starts with */
export function defaultPreset(presets) {
  const [preset] = presets;
  if (!preset) throw new Error('The engine offers no presets.');
  return preset;
}

/** @returns {{device: 'auto' | 'webgpu' | 'cpu', mnist: string | undefined, data: string}} what is needed before the engine is there */
export function readPage() {
  const params = new URLSearchParams(location.search);
  const device = params.get('device');
  return {
    device: device === 'webgpu' || device === 'cpu' ? device : 'auto',
    mnist: params.get('mnist') ?? undefined,
    data: params.get('data') === 'mnist' ? 'mnist' : 'generated',
  };
}

/** A value that is not a number is left at its default; ranges are the engine's to judge. @param {Preset[]} presets @returns {TrainConfig} */
export function readConfig(presets) {
  const params = new URLSearchParams(location.search);
  const preset = presets.find(({ name }) => name === params.get('preset')) ?? defaultPreset(presets);
  const config = defaults(preset);
  for (const [field, name, integer] of NUMBERS) {
    const text = params.get(name);
    const value = Number(text);
    if (text && Number.isFinite(value) && (!integer || Number.isInteger(value))) config[field] = value;
  }
  return config;
}

/** @param {TrainConfig} config @param {Preset[]} presets @param {string} data kind of the data set */
export function write(config, presets, data) {
  const preset = presets.find(({ name }) => name === config.preset);
  if (!preset) return;
  const params = new URLSearchParams(location.search);
  const set = (/** @type {string} */ name, /** @type {string | number} */ value, /** @type {boolean} */ special) =>
    special ? params.set(name, String(value)) : params.delete(name);
  const usual = defaults(preset);
  set('preset', config.preset, preset !== defaultPreset(presets));
  for (const [field, name] of NUMBERS) set(name, config[field], config[field] !== usual[field]);
  set('data', data, data === 'mnist');
  const query = params.toString();
  history.replaceState(null, '', `${location.pathname}${query && `?${query}`}${location.hash}`);
}
