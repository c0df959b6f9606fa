// @ts-check
/** What a visit begins with, as far as the engine takes it. */
import { EngineError } from '../protocol.js';

/**
 * @typedef {object} Wishes   a data set and a model to begin with; those of each are tried in turn
 * @property {import('../protocol.js').DataSource[]} sources
 * @property {import('../protocol.js').TrainConfig[]} configs
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
      if (
        i === choices.length - 1 ||
        !(error instanceof EngineError) ||
        error.code === 'panic' ||
        error.code === 'device'
      )
        throw error;
      refused ||= error.message;
    }
  }
  return refused;
}

/** @param {Uint8Array} a @param {Uint8Array | undefined} b */
const sameBytes = (a, b) => a.length === b?.length && a.every((byte, i) => byte === b[i]);

/** Whether they are the same of a person's own images. @param {import('../protocol.js').Mix | undefined} a @param {import('../protocol.js').Mix | undefined} b */
export const sameMix = (a, b) =>
  a === b || (!!a && a.times === b?.times && sameBytes(a.labels, b.labels) && sameBytes(a.pixels, b.pixels));

/** Whether the two give the same images; files are only ever like themselves. @param {import('../protocol.js').DataSource} a @param {import('../protocol.js').DataSource | null} b */
export function sameImages(a, b) {
  if (a === b) return true;
  if (!sameMix(a.mix, b?.mix)) return false;
  if (a.kind === 'generated') return b?.kind === 'generated' && a.count === b.count && a.seed === b.seed;
  return a.kind !== 'files' && a.kind === b?.kind;
}
