// @ts-check
/**
 * The one table of all that defines a training run. The form, the address, what is kept between visits and what is sent
 * to the engine all go by it; to add a setting, add a row and its words (`setting.NAME`, `setting.NAME.note`,
 * `setting.NAME.help` in en.js and zh.js).
 *
 * @typedef {import('../protocol.js').TrainConfig} TrainConfig
 * @typedef {import('../protocol.js').Preset} Preset
 * @typedef {Exclude<keyof TrainConfig, 'preset'>} NumberName
 *
 * @typedef {object} NumberSetting
 * @property {NumberName} name
 * @property {string} urlKey      its name in the address
 * @property {boolean} integer
 * @property {number} min
 * @property {number} max
 * @property {number | null} usual   its default; null: the preset's
 * @property {boolean} live       whether it can change while the model trains; else it needs a new model
 * @property {Slider} [slider]
 *
 * @typedef {object} Slider   position <-> value: fine where small values matter
 * @property {number} min
 * @property {number} max
 * @property {(value: number) => number} to
 * @property {(at: number) => number} from
 */

/** @type {readonly NumberSetting[]} */
export const NUMBERS = [
  {
    name: 'latent',
    urlKey: 'latent',
    integer: true,
    min: 1,
    max: 256,
    usual: null,
    live: false,
    slider: { min: 0, max: 8, to: Math.log2, from: (at) => Math.round(2 ** at) },
  },
  {
    name: 'beta',
    urlKey: 'beta',
    integer: false,
    min: 0,
    max: 100,
    usual: null,
    live: true,
    slider: { min: 0, max: 10, to: (value) => Math.sqrt(value * 10), from: (at) => Math.round(at * at) / 10 },
  },
  {
    name: 'learningRate',
    urlKey: 'lr',
    integer: false,
    min: 1e-6,
    max: 1,
    usual: null,
    live: true,
    slider: { min: -5, max: -1, to: Math.log10, from: (at) => Number((10 ** at).toPrecision(2)) },
  },
  { name: 'batch', urlKey: 'batch', integer: true, min: 1, max: 1024, usual: null, live: false },
  { name: 'epochs', urlKey: 'epochs', integer: true, min: 1, max: 1000, usual: 10, live: true },
  { name: 'seed', urlKey: 'seed', integer: true, min: 0, max: 4294967295, usual: 1, live: false },
];

/** @param {NumberName} wanted @returns {NumberSetting} its row of the table */
export const setting = (wanted) => /** @type {NumberSetting} */ (NUMBERS.find(({ name }) => name === wanted));

/** @type {readonly NumberSetting[]} */
export const LIVE = NUMBERS.filter(({ live }) => live);
/** Those that need a new model. @type {readonly (keyof TrainConfig)[]} */
export const DEFERRED = ['preset', ...NUMBERS.filter(({ live }) => !live).map(({ name }) => name)];

/** What a preset is trained with unless somebody says otherwise. @param {Preset} preset @returns {TrainConfig} */
export function defaults(preset) {
  const numbers = NUMBERS.map(({ name, usual }) => [name, usual ?? preset[/** @type {keyof Preset} */ (name)]]);
  return { preset: preset.name, ...Object.fromEntries(numbers) };
}

/** What a person may write: 12, 1e3, 2.0 for a whole number; also .5 and 2e-4 for any other. */
const WHOLE = /^[+-]?\d+(\.0*)?(e\+?\d+)?$/i;
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * The text as the setting's value; null if it is none. What only rounds to a whole number is none: 1e-400 is not 0.
 * @param {NumberSetting} setting @param {string} text @returns {number | null}
 */
export function parse({ integer, min, max }, text) {
  if (!(integer ? WHOLE : DECIMAL).test(text.trim())) return null;
  const value = Number(text);
  return value >= min && value <= max && (!integer || Number.isInteger(value)) ? value : null;
}

/** Why a value is refused. @param {NumberSetting} setting @returns {import('../protocol.js').Message} */
export function refusal({ name, integer, min, max }) {
  return {
    key: integer ? 'app.wholeFromTo' : 'app.fromTo',
    field: { key: `app.setting.${name}` },
    low: min,
    high: max,
  };
}

/** Whether all of it is there, and numbers are numbers. @param {any} config @returns {config is TrainConfig} */
export const isConfig = (config) =>
  typeof config?.preset === 'string' && NUMBERS.every(({ name }) => Number.isFinite(config[name]));
