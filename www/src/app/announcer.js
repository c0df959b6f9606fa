// @ts-check
/** What the status line says of a run as it goes: that it began, paused, ended; and its epochs, no faster than they can be read out. */
import { count, nats } from '../ui/format.js';

/**
 * @typedef {import('../protocol.js').Progress} Progress
 * @typedef {import('./loss-history.js').History} History
 */

const EVERY_MS = 4000;

export class Teller {
  #last = 0;

  /** A sentence, or '' where there is nothing to say. @param {Progress} before @param {Progress} now @param {History} history */
  tell(before, now, history) {
    if (now.state !== before.state) {
      this.#last = performance.now();
      return turn(now, history);
    }
    if (now.state !== 'running' || now.epoch === before.epoch || performance.now() - this.#last < EVERY_MS) return '';
    this.#last = performance.now();
    return `Epoch ${count(now.epoch)} of ${count(now.epochs)} has begun${loss(', held-out loss', history.heldOut)}.`;
  }
}

/** @param {Progress} now @param {History} history */
function turn({ state, step }, { total }) {
  const at = `step ${count(step)}`;
  if (state === 'running') return step === 0 ? 'Training has begun.' : `Training on from ${at}.`;
  if (state === 'paused') return `Paused at ${at}${loss(', loss', total)}.`;
  if (state === 'finished') return `Finished at ${at}${loss(', loss', total)}.`;
  return '';
}

/** @param {string} words @param {import('./loss-history.js').Column} column */
function loss(words, column) {
  const last = column.findLast((value) => value !== null);
  return last == null ? '' : `${words} ${nats(last)} nats`;
}
