// @ts-check
/**
 * Runs by their id. A run begins with a fresh model and lives on through pauses, crashes and visits; a snapshot of it
 * is all that brings it back: weights, curve, settings, where its data came from, and the pretrained model that it
 * began with, if any.
 *
 * @typedef {import('../protocol.js').Checkpoint & {
 *   id: string,
 *   source: import('../protocol.js').DataSource,
 *   dataset: import('../protocol.js').DatasetInfo,
 *   history: import('./loss-history.js').LossHistory,
 *   config: import('../protocol.js').TrainConfig,
 *   from?: import('../protocol.js').Pretrained | null,
 * }} RunSnapshot
 */

let made = 0;

/** A run's id, unlike any other in this browser. */
export const newRunId = () =>
  `${Date.now().toString(36)}-${(made++).toString(36)}-${Math.random().toString(36).slice(2, 8)}`;

/**
 * The run that is there, as it was at `checkpoint`. Null if anything is missing.
 * @param {import('./store.js').Store} store @param {import('../protocol.js').Checkpoint | null} checkpoint
 * @param {import('./loss-history.js').LossHistory} history pass a copy unless it should keep growing
 * @returns {RunSnapshot | null}
 */
export function snapshot({ runId, config, dataset, source, from }, checkpoint, history) {
  if (!checkpoint || !config || !dataset || !source) return null;
  return { ...checkpoint, id: runId, source, dataset, history, config, from };
}
