// @ts-check
/** Start, pause, step, reset, and where the run stands: in sight in every chapter. */
import './transport.css';
import { LossHistory } from '../app/loss-history.js';
import { Throughput } from '../app/throughput.js';
import { onLanguage, put } from '../i18n/index.js';
import { count, rate } from '../i18n/number.js';
import { textOf } from '../protocol.js';
import { fill, finder } from '../ui/dom.js';
import markup from './transport.html?raw';

/** @typedef {import('../protocol.js').Progress} Progress */

/** @param {import('./index.js').App & {root: HTMLElement, signal: AbortSignal}} shell */
export function transport({ root, store, session }) {
  fill(root, markup);
  const { element, button } = finder(root);
  const [start, pause, step, reset] = [button('start'), button('pause'), button('step'), button('reset')];
  const error = element('train-error');

  /** @param {HTMLElement} control @param {() => Promise<unknown>} action */
  const on = (control, action) =>
    control.addEventListener('click', () => {
      put(error, null);
      action().catch((problem) => put(error, textOf(problem)));
    });
  on(start, () => {
    session.reveal('train');
    return session.start();
  });
  on(pause, () => session.pause());
  on(step, () => session.step());
  on(reset, () => session.reset());

  function follow() {
    const usable = !!store.model && !store.failure;
    start.disabled = pause.disabled = !usable;
    step.disabled = store.progress.state === 'finished' || !usable;
    reset.disabled = !store.trained || !usable;
  }
  store.on('progress', ({ state }) => {
    const running = state === 'running';
    const focused = document.activeElement === start || document.activeElement === pause;
    start.hidden = running;
    pause.hidden = !running;
    // A scroll to what moves may be under way.
    if (focused) (running ? pause : start).focus({ preventScroll: true });
    put(start, { key: `shell.start.${state === 'running' ? 'paused' : state}` });
    start.classList.toggle('inviting', state === 'idle');
    follow();
  });
  // What was refused before the engine was there is none of its business any more.
  store.on('ready', () => put(error, null));
  store.on('stopped', (failure) => put(error, failure.text));
  store.on('fatal', (failure) => {
    follow();
    if (!failure) document.documentElement.dataset.ready = 'true';
  });
  standing(root, store);
}

/**
 * Numbers as text for people and as data attributes for scripts.
 * @param {HTMLElement} root @param {import('../app/store.js').Store} store
 */
function standing(root, store) {
  const { element, find } = finder(root);
  const [progress, bar] = [element('progress'), find('progress-bar', HTMLProgressElement)];
  const throughput = new Throughput();
  const write = (/** @type {string} */ id, /** @type {string} */ text, /** @type {number} */ value) => {
    const place = element(id);
    place.textContent = text;
    place.dataset.value = String(value);
  };
  let pace = 0;

  function show() {
    const now = store.progress;
    const left = pace > 0 ? (now.totalSteps - now.step) / pace : 0;
    write('progress-epoch', `${count(now.epoch)} / ${count(now.epochs)}`, now.epoch);
    write('progress-step', count(now.step), now.step);
    write('progress-rate', pace > 0 ? rate(pace) : '–', pace);
    const time = pace > 0 ? { key: 'shell.left', left } : { key: 'shell.leftUnknown' };
    put(element('progress-left'), time, 'rich');
    element('progress-left').dataset.value = String(left);
  }

  store.on('progress', (now) => {
    const { state, step, totalSteps, epoch, epochs } = now;
    Object.assign(progress.dataset, { state, step, totalSteps, epoch, epochs });
    pace = throughput.measure(now);
    show();
    bar.max = Math.max(1, totalSteps);
    bar.value = step;
    losses(now);
  });
  onLanguage(show);

  /** @param {Progress} now */
  function losses({ step, losses, heldOut }) {
    if (step === 0 && !losses) for (const name of ['total', 'reconstruction', 'kl', 'held-out']) keep(name, null);
    if (losses) {
      keep('total', losses.total);
      keep('reconstruction', losses.reconstruction);
      keep('kl', losses.kl);
    }
    if (heldOut) keep('held-out', heldOut.total);
  }
  store.on('model', ({ fresh }) => {
    if (fresh) return;
    const { total, reconstruction, kl, heldOut } = store.history;
    for (const [name, column] of Object.entries({ total, reconstruction, kl, 'held-out': heldOut })) {
      keep(name, LossHistory.last(column));
    }
  });
  /** @param {string} name @param {number | null} value */
  function keep(name, value) {
    if (value === null) progress.removeAttribute(`data-${name}`);
    else progress.setAttribute(`data-${name}`, String(value));
  }
}
