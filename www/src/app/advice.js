// @ts-check
/**
 * What to tell a person of a run that goes wrong, and what would mend it: latents fall silent, the loss jumps up, the
 * model overfits. A pure function of what is known; it says nothing where noise could be the reason.
 *
 * @typedef {import('../protocol.js').Message} Message
 * @typedef {import('../protocol.js').TrainConfig} TrainConfig
 * @typedef {import('./loss-history.js').LossHistory} LossHistory
 * @typedef {'broke' | 'jumped' | 'collapsed' | 'overfits'} Kind
 *
 * @typedef {{step: number, active: number}} Activity   active units (Burda et al. 2016, section 5.2) at a step
 *
 * @typedef {object} Known
 * @property {Pick<LossHistory, 'step' | 'total' | 'heldOut'>} history
 * @property {readonly Activity[]} activity   oldest first; none without an encoder
 * @property {TrainConfig} config
 * @property {number} usualRate    the preset's learning rate
 * @property {number} totalSteps   of the run
 * @property {number} since        the step at which the objective was last changed: earlier losses do not compare
 * @property {boolean} broke       the loss is no longer finite: training broke off
 *
 * @typedef {object} Cure
 * @property {Message} label
 * @property {Partial<TrainConfig>} change
 * @property {boolean} fresh   whether it takes a new model; else the run goes on with it
 *
 * @typedef {{kind: Kind, title: Message, text: Message, cures: Cure[]}} Advice
 */

/** Before this step latents may still be waking up, and while the learning rate rises: over a tenth of the run. */
export const FIRST_CHECK = 150;
const RISE = 0.1;
/** The least number of steps between two checks that confirm each other. */
const APART = 50;
/** Steps, and rows of the curve, for which a loss must stay up before it counts as more than a spike. */
const STAYS = { steps: 30, rows: 6 };
/** Held-out measurements that must lie above the best one, and by how much the newest of them. */
const WORSE = { measured: 6, newest: 3, share: 0.02 };
/** Times the preset's learning rate, beyond which it is to blame. */
const TOO_FAST = 4;
/** Nats that free bits leave to all latents together: about what a digit needs. */
const FREE_NATS = 16;

/** @param {Known} known @returns {Advice | null} the most urgent one */
export const advise = (known) => broke(known) ?? jumped(known) ?? collapsed(known) ?? overfits(known);

/**
 * The step at which the active units are counted next, after they were counted at `step`: seldom in a long run.
 * @param {number} step @param {number} totalSteps of the run
 */
export const nextCheck = (step, totalSteps) =>
  Math.max(firstCheck(totalSteps), step + Math.max(APART + 25, Math.round(step / 3)));

/** @param {number} totalSteps */
const firstCheck = (totalSteps) => Math.max(FIRST_CHECK, Math.ceil(totalSteps * RISE));

/** @param {Known} known @returns {Advice | null} */
function broke({ broke, config }) {
  if (!broke) return null;
  return advice('broke', { rate: config.learningRate }, [slower(config, true)]);
}

/** The loss is far above what it was, and stays there. @param {Known} known @returns {Advice | null} */
function jumped(known) {
  const spike = spikeOf(known);
  if (!spike) return null;
  const { lowest, scale, after } = spike;
  if (after.length < STAYS.rows || (after.at(-1)?.step ?? 0) - spike.step < STAYS.steps) return null;
  const now = median(after.slice(-STAYS.rows).map(({ total }) => total));
  if (now - lowest < 0.2 * scale) return null;
  return advice('jumped', { step: spike.step, lowest, now }, [slower(known.config, false)]);
}

/** Most latents carry nothing, at two counts in a row. @param {Known} known @returns {Advice | null} */
function collapsed(known) {
  const { activity, config, usualRate, totalSteps, since } = known;
  const [last, ...others] = activity.filter(({ step }) => step >= begin(known, firstCheck(totalSteps))).reverse();
  const before = others.find(({ step }) => last && last.step - step >= APART);
  const silent = (/** @type {Activity} */ { active }) => 2 * active < config.latent;
  if (!last || !before || !silent(last) || !silent(before) || config.latent < 2) return null;
  const values = { active: last.active, n: config.latent };
  // Weights that a giant step has spoilt are silent for another reason.
  if (config.learningRate > TOO_FAST * usualRate || (since === 0 && spikeOf(known))) {
    return advice('collapsed', { ...values, rate: config.learningRate }, [slower(config, true)], 'silenced');
  }
  const warmupSteps = Math.max(100, Math.round(totalSteps / 2));
  const freeBits = Math.min(1, Number((FREE_NATS / config.latent).toPrecision(1)));
  const beta = config.beta > 1 ? 1 : Number((config.beta / 4).toPrecision(2));
  /** @type {Cure[]} */
  const cures = [];
  if (config.warmupSteps < warmupSteps) {
    cures.push({ label: { key: 'app.cure.warmup' }, change: { warmupSteps }, fresh: true });
  }
  if (config.freeBits < freeBits) {
    cures.push({ label: { key: 'app.cure.freeBits', bits: freeBits }, change: { freeBits }, fresh: false });
  }
  if (config.beta > 0) cures.push({ label: { key: 'app.cure.beta', beta }, change: { beta }, fresh: false });
  return advice('collapsed', values, cures);
}

/** Held-out digits get worse while those trained on get better. @param {Known} known @returns {Advice | null} */
function overfits(known) {
  const all = rows(known, 0);
  const measured = all.filter(({ heldOut }) => heldOut !== null);
  const losses = measured.map(({ heldOut }) => Number(heldOut));
  const best = Math.min(...losses);
  const at = losses.indexOf(best);
  const worse = losses.slice(at + 1);
  const from = measured[at]?.step;
  if (from === undefined || worse.length < WORSE.measured) return null;
  const now = median(worse.slice(-WORSE.newest));
  const trained = (/** @type {number} */ step) => {
    const near = all.filter((row) => row.step <= step && row.total !== null).slice(-STAYS.rows);
    return median(near.map(({ total }) => Number(total)));
  };
  const [trainedThen, trainedNow] = [trained(from), trained(all.at(-1)?.step ?? 0)];
  const margin = WORSE.share * Math.abs(best);
  if (!(now > best + margin && trainedNow < trainedThen - margin)) return null;
  return advice('overfits', { step: from, best, now }, []);
}

/**
 * The first jump of the training loss by more than the loss that the run began with, and what followed.
 * @param {Known} known
 */
function spikeOf(known) {
  const all = rows(known, 0).flatMap(({ step, total }) => (total === null ? [] : [{ step, total }]));
  const scale = Math.abs(all[0]?.total ?? 0);
  let lowest = Infinity;
  for (const [i, { step, total }] of all.entries()) {
    if (total - lowest > scale) return { step, lowest, scale, after: all.slice(i + 1) };
    lowest = Math.min(lowest, total);
  }
  return null;
}

/**
 * The rows whose losses compare: of one objective, with β at its full value.
 * @param {Known} known @param {number} from
 */
function rows(known, from) {
  const { step, total, heldOut } = known.history;
  const all = step.map((at, i) => ({ step: at, total: total[i] ?? null, heldOut: heldOut[i] ?? null }));
  const first = begin(known, from);
  return all.filter((row) => row.step > first);
}

/** @param {Known} known @param {number} from the first step, in an objective that has always been the same */
const begin = ({ since, config }, from) => Math.max(since > 0 ? since + APART : 0, config.warmupSteps, from);

/** @param {TrainConfig} config @param {boolean} fresh @returns {Cure} */
function slower({ learningRate }, fresh) {
  const rate = Math.max(1e-6, Number((learningRate / 10).toPrecision(2)));
  return {
    label: { key: fresh ? 'app.cure.freshRate' : 'app.cure.rate', rate },
    change: { learningRate: rate },
    fresh,
  };
}

/** @param {Kind} kind @param {Record<string, unknown>} values @param {Cure[]} cures @returns {Advice} */
const advice = (kind, values, cures, text = /** @type {string} */ (kind)) => ({
  kind,
  title: { ...values, key: `app.advice.${kind}.title` },
  text: { ...values, key: `app.advice.${text}` },
  cures,
});

/** @param {number[]} values @returns {number} NaN of none */
function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}
