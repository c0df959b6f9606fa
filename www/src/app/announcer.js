// @ts-check
/**
 * What the status line says of a run as it goes: that it began, paused, ended; and its epochs, no faster than they can
 * be read out.
 */

/**
 * @typedef {import('../protocol.js').Progress} Progress
 * @typedef {import('../protocol.js').Message} Message
 */
import { LossHistory } from './loss-history.js';

const EVERY_MS = 4000;

export class Announcer {
  #last = 0;

  /**
   * A sentence, or null where there is nothing to say.
   * @param {Progress} before @param {Progress} now @param {LossHistory} history
   */
  tell(before, now, history) {
    if (now.state !== before.state) {
      this.#last = performance.now();
      return turn(now, history);
    }
    if (now.state !== 'running' || now.epoch === before.epoch || performance.now() - this.#last < EVERY_MS) return null;
    this.#last = performance.now();
    const [values, loss] = [{ epoch: now.epoch, epochs: now.epochs }, LossHistory.last(history.heldOut)];
    return loss === null ? { key: 'app.epochBegins', ...values } : { key: 'app.epochBeginsLoss', ...values, loss };
  }
}

/** @param {Progress} now @param {LossHistory} history @returns {Message | null} */
function turn({ state, step }, { total }) {
  const loss = LossHistory.last(total);
  if (state === 'running') return step === 0 ? { key: 'app.trainingBegins' } : { key: 'app.trainingContinues', step };
  if (state === 'paused') return loss === null ? { key: 'app.paused', step } : { key: 'app.pausedLoss', step, loss };
  if (state === 'finished')
    return loss === null ? { key: 'app.finished', step } : { key: 'app.finishedLoss', step, loss };
  return null;
}
