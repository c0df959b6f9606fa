// @ts-check
/** What a visit begins with, as far as the engine takes it. */
import { EngineError, textOf } from '../protocol.js';

/**
 * @typedef {object} BootChoices   a data set and a model to begin with; those of each are tried in turn
 * @property {import('../protocol.js').DataSource[]} sources
 * @property {import('../protocol.js').TrainConfig[]} configs
 * @property {import('../protocol.js').Message | null} refused   what was asked for and cannot be had
 * @property {boolean} presetAsked   whether the address names a preset
 */

/**
 * A step of the residual preset takes 16 GFLOP. At ten steps a second its loss falls while one watches; a slower GPU
 * begins with the classic preset, which takes 0.4.
 */
const RESIDUAL_GFLOPS = 160;

/**
 * The presets with the one first that suits the device, and why if it is another one now.
 * @param {import('../protocol.js').Preset[]} presets @param {number} gflops what the device does
 * @returns {{presets: import('../protocol.js').Preset[], why: import('../protocol.js').Message | null}}
 */
export function suited(presets, gflops) {
  const classic = presets.find(({ name }) => name === 'classic');
  if (!classic || presets[0]?.name !== 'residual' || !(gflops < RESIDUAL_GFLOPS)) return { presets, why: null };
  const others = presets.filter((preset) => preset !== classic);
  return { presets: [classic, ...others], why: { key: 'app.classicFirst', gflops: Math.max(1, Math.round(gflops)) } };
}

/**
 * The first choice that works. Returns why an earlier one did not.
 * @template T @param {T[]} choices @param {(choice: T) => Promise<void>} attempt
 * @returns {Promise<import('../protocol.js').Message | null>}
 */
export async function firstThat(choices, attempt) {
  let refused = null;
  for (const [i, choice] of choices.entries()) {
    try {
      await attempt(choice);
      break;
    } catch (error) {
      const broken = !(error instanceof EngineError) || error.code === 'panic' || error.code === 'device';
      if (i === choices.length - 1 || broken) throw error;
      refused ??= textOf(error);
    }
  }
  return refused;
}
