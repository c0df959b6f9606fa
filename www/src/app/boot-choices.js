// @ts-check
/** What a visit begins with, as far as the engine takes it. */
import { EngineError, textOf } from '../protocol.js';

/**
 * @typedef {object} BootChoices   a data set and a model to begin with; those of each are tried in turn
 * @property {import('../protocol.js').DataSource[]} sources
 * @property {import('../protocol.js').TrainConfig[]} configs
 * @property {import('../protocol.js').Message | null} refused   what was asked for and cannot be had
 */

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
