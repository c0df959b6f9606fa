// @ts-check
/**
 * Offers the stored runs that no tab has open, the newest first. The bar stays until one is resumed or all are
 * discarded.
 */
import './resume-bar.css';
import { datasetName } from '../app/data-source.js';
import { LossHistory } from '../app/loss-history.js';
import { put } from '../i18n/index.js';
import { ago } from '../i18n/number.js';
import { problem, textOf } from '../protocol.js';
import { remove, storedRuns, take } from '../storage/run-store.js';
import { fill, finder } from '../ui/dom.js';
import markup from './resume-bar.html?raw';

/**
 * @typedef {import('../storage/run-store.js').StoredRun} StoredRun
 * @typedef {import('../i18n/index.js').Sentence} Sentence
 */

/** @param {import('./index.js').App & {root: HTMLElement, signal: AbortSignal}} shell `root`: a section, hidden */
export function resumeBar({ root, store, session, autosave, signal }) {
  fill(root, markup);
  root.setAttribute('aria-labelledby', 'resume-title');
  const { element, button, find } = finder(root);
  const [accept, refuse] = [button('resume-accept'), button('resume-discard')];
  const choice = find('resume-choice', HTMLSelectElement);
  const { claims } = autosave;
  /** What keeps the buttons from being pressed. */
  const state = { ready: store.model !== null, loading: false, failed: store.failure !== null, busy: false };
  /** The runs that are offered, newest first. @type {StoredRun[]} */
  let offered = [];
  /** How many runs other tabs have open. */
  let elsewhere = 0;
  /** What to say of the stored runs once the page is ready. @type {Sentence[]} */
  let found = [];
  /** What the address asked for and could not have. @type {Sentence[]} */
  let refused = [];

  /** @param {Partial<typeof state>} change */
  function gate(change) {
    Object.assign(state, change);
    accept.disabled = !state.ready || state.loading || state.failed || state.busy;
    refuse.disabled = choice.disabled = state.busy;
  }
  store.on(
    'ready',
    (content) => {
      refused = [content].flat();
      gate({ ready: true });
      announce();
    },
    { signal },
  );
  store.on('loading', (loading) => gate({ loading: loading !== null }), { signal });
  store.on('fatal', (failure) => gate({ failed: failure !== null }), { signal });

  // Once: after a restart of the engine, the stored run is the current one. The presets' names come with the device.
  let looked = false;
  const begin = () => {
    // If there is no storage, the person is told when there is something to store.
    if (!looked) look().catch(() => {});
    looked = true;
  };
  store.on('device', begin, { signal });
  if (store.device) begin();

  async function look() {
    const { runs, unreadable } = await storedRuns();
    const open = await claims.others();
    if (signal.aborted) return;
    offered = runs.filter(({ id }) => !open.has(id) && !claims.has(id));
    elsewhere = runs.filter(({ id }) => open.has(id)).length;
    if (offered.length > 0) found.push({ key: 'shell.resume.ready' });
    else if (elsewhere > 0) found.push({ key: 'shell.resume.readyElsewhere', n: elsewhere });
    else if (unreadable > 0) found.push({ key: 'shell.ready' });
    if (unreadable > 0) found.push({ key: 'shell.resume.unreadable' });
    show();
    announce();
  }

  /** Says once in the status line what was found, unless the person has begun already. */
  function announce() {
    if (!state.ready || found.length === 0) return;
    const said = [...refused, ...found];
    found = [];
    if (!store.trained && !store.running) store.say(said);
  }

  /** Shows the offers, of these the first, or hides the bar where there is none. */
  function show() {
    root.hidden = offered.length === 0;
    choice.hidden = offered.length < 2;
    choice.replaceChildren(
      ...offered.map((run) => {
        const option = new Option('', run.id);
        const { step } = run.progress;
        put(option, { key: 'shell.resume.one', preset: presetName(run), step, when: ago(run.written) });
        return option;
      }),
    );
    describe();
  }

  const chosen = () => offered.find(({ id }) => id === choice.value) ?? null;

  function describe() {
    const run = chosen();
    if (!run) return;
    put(element('resume-what'), description(run));
    put(element('resume-note'), [
      run.source.kind === 'files' && { key: 'shell.resume.filesNotStored' },
      elsewhere > 0 && { key: 'shell.resume.openElsewhere', n: elsewhere },
    ]);
    put(element('resume-error'), null);
    root.dataset.step = String(run.progress.step);
  }
  choice.addEventListener('change', describe, { signal });

  const on = (/** @type {HTMLElement} */ control, /** @type {(id: string) => Promise<void>} */ action) =>
    control.addEventListener('click', () => attempt(action), { signal });

  on(accept, async (id) => {
    const earlier = await take(id);
    if (!earlier) throw problem('state', 'shell.resume.gone');
    await session.resume(earlier);
    autosave.saved();
    offered = [];
    if (earlier.source.kind !== 'files' || !store.dataset) return;
    const { step } = store.progress;
    store.say({ key: 'shell.resume.withoutFiles', step, data: datasetName(store.dataset) });
  });
  on(refuse, async (id) => {
    await remove(id).catch((error) => {
      throw problem('internal', 'shell.resume.notDiscarded', { said: textOf(error) });
    });
    claims.release(id);
    offered = offered.filter((run) => run.id !== id);
    store.say({ key: 'shell.resume.discarded' });
  });

  /** Does it with the chosen run, if no other tab has that open. @param {(id: string) => Promise<void>} action */
  async function attempt(action) {
    const run = chosen();
    if (!run) return;
    const focused = root.contains(document.activeElement);
    gate({ busy: true });
    try {
      if (!(await claims.claim(run.id))) throw problem('state', 'shell.resume.taken');
      await action(run.id);
      show();
      if (focused && root.hidden) finder(document).button('start').focus();
    } catch (error) {
      if (store.runId !== run.id) claims.release(run.id);
      put(element('resume-error'), textOf(error));
    }
    gate({ busy: false });
  }

  /** @param {StoredRun} run @returns {import('../protocol.js').Message | string} */
  const presetName = ({ config: { preset } }) =>
    store.presets.some(({ name }) => name === preset) ? { key: `app.preset.${preset}` } : preset;

  /** @param {StoredRun} run @returns {import('../protocol.js').Message} */
  function description(run) {
    const { config, dataset, progress, history, written } = run;
    const loss = LossHistory.last(history.total);
    return {
      key: loss === null ? 'shell.resume.what' : 'shell.resume.whatWithLoss',
      preset: presetName(run),
      data: datasetName(dataset),
      epoch: progress.epoch,
      epochs: config.epochs,
      loss,
      when: ago(written),
    };
  }
}
