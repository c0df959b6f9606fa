// @ts-check
/**
 * The one table of all that defines a training run. The form, the address, what is kept between visits and what is sent
 * to the engine all go by it; to add a setting, add a row and its words (`setting.NAME`, `setting.NAME.note`,
 * `setting.NAME.help` in en.js and zh.js, and for a choice `setting.NAME.OPTION`).
 *
 * @typedef {import('../protocol.js').TrainConfig} TrainConfig
 * @typedef {import('../protocol.js').Preset} Preset
 * @typedef {import('../protocol.js').Likelihood} Likelihood
 * @typedef {'likelihood'} ChoiceName
 * @typedef {Exclude<keyof TrainConfig, 'preset' | ChoiceName>} NumberName
 * @typedef {NumberSetting | ChoiceSetting} Setting
 *
 * @typedef {object} Common
 * @property {string} urlKey      its name in the address
 * @property {boolean} live       whether it can change while the model trains; else it needs a new model
 * @property {boolean} [more]     whether it stands under More in the form
 * @property {boolean} [later]    whether runs that earlier visits stored may lack it: they had the preset's
 * @property {(config: TrainConfig, preset: Preset | undefined) => boolean} [when]   whether it means anything beside
 *   the others; always, if absent
 *
 * @typedef {Common & {name: NumberName, integer: boolean, min: number, max: number, usual: number | null,
 *   slider?: Slider}} NumberSetting   `usual`: its default; null: the preset's
 * @typedef {Common & {name: ChoiceName, options: readonly Likelihood[], usual: null}} ChoiceSetting
 *
 * @typedef {object} Slider   position <-> value: fine where small values matter
 * @property {number} min
 * @property {number} max
 * @property {(value: number) => number} to
 * @property {(at: number) => number} from
 */

/** @type {readonly Setting[]} */
export const SETTINGS = [
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
  {
    name: 'likelihood',
    urlKey: 'likelihood',
    options: ['bernoulli', 'gaussian', 'gaussianLearned'],
    usual: null,
    live: false,
    more: true,
    later: true,
  },
  {
    name: 'variance',
    urlKey: 'variance',
    integer: false,
    min: 1e-4,
    max: 10,
    usual: null,
    live: false,
    more: true,
    later: true,
    when: ({ likelihood }) => likelihood === 'gaussian',
  },
  {
    name: 'warmupSteps',
    urlKey: 'warmup',
    integer: true,
    min: 0,
    max: 10_000_000,
    usual: null,
    live: true,
    more: true,
    later: true,
  },
  {
    name: 'freeBits',
    urlKey: 'freebits',
    integer: false,
    min: 0,
    max: 10,
    usual: null,
    live: true,
    more: true,
    later: true,
    // Free codes have no KL.
    when: (_, preset) => preset?.hasEncoder ?? true,
  },
];

/** @type {readonly NumberSetting[]} */
export const NUMBERS = SETTINGS.filter((row) => 'min' in row);

/** @param {NumberName} wanted @returns {NumberSetting} its row of the table */
export const setting = (wanted) => /** @type {NumberSetting} */ (NUMBERS.find(({ name }) => name === wanted));

/** @type {readonly Setting[]} */
export const LIVE = SETTINGS.filter(({ live }) => live);
/** Those that need a new model. @type {readonly Setting[]} */
export const DEFERRED = SETTINGS.filter(({ live }) => !live);

/** What a preset is trained with unless somebody says otherwise. @param {Preset} preset @returns {TrainConfig} */
export function defaults(preset) {
  const values = SETTINGS.map(({ name, usual }) => [name, usual ?? preset[/** @type {keyof Preset} */ (name)]]);
  return { preset: preset.name, ...Object.fromEntries(values) };
}

/**
 * The settings that mean anything in `config`, in the table's order.
 * @param {TrainConfig} config @param {Preset | undefined} preset the one that it names
 * @returns {Setting[]}
 */
export const meant = (config, preset) => SETTINGS.filter(({ when }) => when?.(config, preset) ?? true);

/**
 * Whether a model of `config` would be another one than that of `now`.
 * @param {TrainConfig} config @param {TrainConfig} now @param {Preset | undefined} preset the one that `config` names
 */
export const needsNewModel = (config, now, preset) =>
  config.preset !== now.preset || meant(config, preset).some(({ name, live }) => !live && config[name] !== now[name]);

/**
 * `config` with the settings of `values` in place of its own. What `values` lacks stays.
 * @template {Partial<TrainConfig>} C @param {C} config @param {Partial<TrainConfig>} values @returns {C}
 */
export function changed(config, values) {
  const known = Object.entries(values).filter(([, value]) => value !== undefined);
  return { ...config, ...Object.fromEntries(known) };
}

/** What a person may write: 12, 1e3, 2.0 for a whole number; also .5 and 2e-4 for any other. */
const WHOLE = /^[+-]?\d+(\.0*)?(e\+?\d+)?$/i;
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * The text as the setting's value; null if it is none. What only rounds to a whole number is none: 1e-400 is not 0.
 * @template {Setting} S @param {S} setting @param {string} text
 * @returns {(S extends NumberSetting ? number : Likelihood) | null}
 */
export function parse(setting, text) {
  /** @type {number | Likelihood | null | undefined} */
  const value = 'options' in setting ? setting.options.find((option) => option === text) : number(setting, text);
  return /** @type {any} */ (value ?? null);
}

/** @param {NumberSetting} setting @param {string} text @returns {number | null} */
function number({ integer, min, max }, text) {
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

/**
 * Whether all of it is there, and each value is one that its setting can have. What runs of earlier visits may lack may
 * be absent.
 * @param {any} config @returns {config is TrainConfig}
 */
export const isConfig = (config) =>
  typeof config?.preset === 'string' &&
  SETTINGS.every((row) => {
    const value = config[row.name];
    if (value === undefined && row.later) return true;
    return 'options' in row ? row.options.includes(value) : Number.isFinite(value);
  });
