// @ts-check
/** What a visit begins with, as far as the engine takes it. */
import { EngineError } from './protocol.js';

/**
 * @typedef {object} Wishes   a data set and a model to begin with; those of each are tried in turn
 * @property {import('./protocol.js').DataSource[]} sources
 * @property {import('./protocol.js').TrainConfig[]} configs
 * @property {string} refused   a sentence on what was asked for and cannot be; or ''
 */

/**
 * The first choice that works. Returns why an earlier one did not.
 * @template T @param {T[]} choices @param {(choice: T) => Promise<void>} attempt
 */
export async function firstThat(choices, attempt) {
  let refused = '';
  for (const [i, choice] of choices.entries()) {
    try {
      await attempt(choice);
      break;
    } catch (error) {
      if (i === choices.length - 1 || !(error instanceof EngineError) || error.code === 'panic' || error.code === 'device') throw error;
      refused ||= error.message;
    }
  }
  return refused;
}

/** Whether the two give the same images; files are only ever like themselves. @param {import('./protocol.js').DataSource} a @param {import('./protocol.js').DataSource | null} b */
export function sameImages(a, b) {
  if (a === b) return true;
  if (a.kind === 'generated') return b?.kind === 'generated' && a.count === b.count && a.seed === b.seed;
  return a.kind !== 'files' && a.kind === b?.kind;
}
