// @ts-check
/**
 * Says over the curves what goes wrong in the run, one thing at a time and each once a run, with buttons that mend it.
 */
import { advise, nextCheck } from '../../app/advice.js';
import { changed } from '../../app/settings.js';
import { put } from '../../i18n/index.js';
import { textOf } from '../../protocol.js';
import { finder } from '../../ui/dom.js';

/**
 * @typedef {import('../../app/advice.js').Advice} Advice
 * @typedef {import('../../app/advice.js').Cure} Cure
 * @typedef {import('../../app/advice.js').Kind} Kind
 */

/** How many held-out images the active units are counted on, and how often the curve is looked at, in ms. */
const IMAGES = 500;
const EVERY_MS = 1000;

/** @param {import('../index.js').PanelContext} context */
export function adviceNote({ root, store, session, signal }) {
  const { element, button } = finder(root);
  const [card, title, text, cures] = ['advice', 'advice-title', 'advice-text', 'advice-cures'].map(element);
  const error = element('file-error');
  /** What is known of the run beside its curve. */
  let activity = /** @type {import('../../app/advice.js').Activity[]} */ ([]);
  let since = 0;
  let broke = false;
  let config = store.config;
  /** What was dismissed or acted on: it is not told again in this run. @type {Set<Kind>} */
  let settled = new Set();
  /** @type {Advice | null} */
  let shown = null;
  let next = 0;
  let counting = false;
  let looked = -Infinity;

  function another() {
    activity = [];
    ({ config } = store);
    since = 0;
    broke = false;
    settled = new Set();
    // A run that is brought back begins to be watched where it stands.
    next = nextCheck(store.progress.step, store.progress.totalSteps);
    show(null);
  }

  function objectiveChanged() {
    const [before, now] = [config, store.config];
    config = now;
    if (!before || !now) return;
    if (/** @type {const} */ (['beta', 'warmupSteps', 'freeBits']).every((name) => before[name] === now[name])) return;
    since = store.progress.step;
    activity = [];
    next = nextCheck(since, store.progress.totalSteps);
    look();
  }

  function look() {
    looked = performance.now();
    const { history, progress, preset, spoilt } = store;
    if (!store.config || !preset || !store.trained) return show(null);
    const usualRate = preset.learningRate;
    const { totalSteps } = progress;
    const known = { history, activity, config: store.config, usualRate, totalSteps, since, broke: broke && spoilt };
    const found = advise(known);
    show(found && !settled.has(found.kind) ? found : null);
  }

  /** Counts the active units, if it is time. */
  async function count() {
    const { runId, progress, running, preset } = store;
    const { step } = progress;
    if (counting || !running || step < next || !(preset?.hasEncoder ?? false)) return;
    counting = true;
    next = nextCheck(step, progress.totalSteps);
    const objective = since;
    try {
      const { active } = await session.ask('latentStatistics', { count: IMAGES, model: undefined });
      // Another run or another objective may have taken its place meanwhile.
      if (runId !== store.runId || objective !== since) return;
      activity.push({ step, active: active.reduce((sum, one) => sum + one, 0) });
      look();
    } catch {
      // An engine that broke says so itself.
    } finally {
      counting = false;
    }
  }

  /** @param {Advice | null} advice */
  function show(advice) {
    const another = advice?.kind !== shown?.kind;
    shown = advice;
    card.hidden = !advice;
    if (!advice) return;
    card.dataset.kind = advice.kind;
    put(title, advice.title);
    put(text, advice.text);
    // Buttons that stay do not lose the focus.
    if (another) cures.replaceChildren(...advice.cures.map((_, i) => cureButton(i)));
    for (const [i, { label }] of advice.cures.entries()) put(/** @type {Element} */ (cures.children[i]), label);
  }

  /** @param {number} i */
  function cureButton(i) {
    const made = Object.assign(document.createElement('button'), { type: 'button' });
    made.addEventListener('click', () => {
      const cure = shown?.cures[i];
      if (cure) apply(cure);
    });
    return made;
  }

  /** @param {Cure} cure */
  async function apply({ change, fresh }) {
    settle();
    put(error, null);
    try {
      if (!fresh) return await session.updateHyperparameters(change);
      if (!store.config) return;
      await session.configure(changed(store.config, change));
      await session.start();
    } catch (problem) {
      put(error, textOf(problem));
    }
  }

  /** What is told now has been heard. */
  function settle() {
    if (shown) settled.add(shown.kind);
    show(null);
    // The focus must not go with the button.
    element('train-title').focus({ preventScroll: true });
  }

  button('advice-dismiss').addEventListener('click', settle);
  card.addEventListener('keydown', ({ key }) => key === 'Escape' && settle());
  store.on('model', another, { signal });
  store.on('config', objectiveChanged, { signal });
  store.on(
    'progress',
    () => {
      count();
      if (performance.now() - looked > EVERY_MS || !store.running) look();
    },
    { signal },
  );
  store.on(
    'stopped',
    ({ code }) => {
      broke = code === 'state';
      look();
    },
    { signal },
  );
  another();
}
