// @ts-check
/** Offers the run of an earlier visit. The bar stays until it is resumed, discarded or replaced. */
import './resume-bar.css';
import { datasetName } from '../app/data-source.js';
import { put } from '../i18n/index.js';
import { ago } from '../i18n/number.js';
import { EngineError, problem, textOf } from '../protocol.js';
import { discard, look, take } from '../storage/session-store.js';
import { fill, finder } from '../ui/dom.js';
import markup from './resume-bar.html?raw';

/** @typedef {import('../storage/session-store.js').StoredRun} StoredRun */

/** @param {import('./index.js').App & {root: HTMLElement, signal: AbortSignal}} shell `root`: a section, hidden */
export function resumeBar({ root, store, session, autosave, signal }) {
  fill(root, markup);
  root.setAttribute('aria-labelledby', 'resume-title');
  const { element, button } = finder(root);
  const [accept, refuse] = [button('resume-accept'), button('resume-discard')];
  /** What keeps the buttons from being pressed. */
  const state = { ready: store.model !== null, loading: false, failed: store.failure !== null, busy: false };
  /** The run that is offered. @type {StoredRun | null} */
  let offered = null;
  /** Why a stored run cannot be offered. @type {import('../protocol.js').Message | null} */
  let trouble = null;

  /** @param {Partial<typeof state>} change */
  function gate(change) {
    Object.assign(state, change);
    accept.disabled = !state.ready || state.loading || state.failed || state.busy;
    refuse.disabled = state.busy;
  }
  store.on(
    'ready',
    () => {
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
    if (!looked) look().then(offer, unreadable);
    looked = true;
  };
  store.on('device', begin, { signal });
  if (store.device) begin();

  /** @param {StoredRun | null} run */
  function offer(run) {
    if (signal.aborted) return;
    if (!run) {
      autosave.free();
      return;
    }
    offered = run;
    autosave.protect(() => {
      close();
      store.say({ key: 'shell.resume.replaced' });
    });
    put(element('resume-what'), description(run, store.presets));
    put(element('resume-note'), {
      key: run.source.kind === 'files' ? 'shell.resume.filesNotStored' : 'shell.resume.willBeReplaced',
    });
    root.dataset.step = String(run.progress.step);
    root.hidden = false;
    announce();
  }

  /** @param {unknown} error */
  function unreadable(error) {
    autosave.free();
    // If there is no storage at all, the person is told when there is something to store.
    if (error instanceof EngineError && error.code === 'data') trouble = textOf(error);
    announce();
  }

  /** Says once in the status line what was found, as soon as the page is ready. */
  function announce() {
    if (!state.ready) return;
    if (!root.hidden) store.say({ key: 'shell.resume.ready' });
    else if (trouble) store.say(trouble);
    trouble = null;
  }

  const on = (/** @type {HTMLElement} */ control, /** @type {() => Promise<void>} */ action) =>
    control.addEventListener('click', () => attempt(action), { signal });

  on(accept, async () => {
    const earlier = await take();
    if (!earlier) throw problem('state', 'shell.resume.gone');
    await session.resume(earlier);
    autosave.resumed();
    if (earlier.source.kind !== 'files' || !store.dataset) return;
    const { step } = store.progress;
    store.say({ key: 'shell.resume.withoutFiles', step, data: datasetName(store.dataset) });
  });
  on(refuse, async () => {
    if (offered) await discard(offered.written);
    autosave.free();
    store.say({ key: 'shell.resume.discarded' });
  });

  /** @param {() => Promise<void>} action */
  async function attempt(action) {
    put(element('resume-error'), null);
    gate({ busy: true });
    try {
      await action();
      close();
    } catch (error) {
      put(element('resume-error'), textOf(error));
    }
    gate({ busy: false });
  }

  function close() {
    const focused = root.contains(document.activeElement);
    root.hidden = true;
    if (focused) finder(document).button('start').focus();
  }
}

/**
 * @param {StoredRun} run @param {import('../protocol.js').Preset[]} presets
 * @returns {import('../protocol.js').Message}
 */
function description({ config, dataset, progress, history, written }, presets) {
  const loss = history.total.findLast((value) => value !== null) ?? null;
  return {
    key: loss === null ? 'shell.resume.what' : 'shell.resume.whatWithLoss',
    preset: presets.some(({ name }) => name === config.preset) ? { key: `app.preset.${config.preset}` } : config.preset,
    data: datasetName(dataset),
    epoch: progress.epoch,
    epochs: config.epochs,
    loss,
    when: ago(written),
  };
}
