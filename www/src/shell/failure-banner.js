// @ts-check
/** Says that the engine stopped or did not start, and offers a restart: as before, or on the CPU if WebGPU failed. */
import './failure-banner.css';
import { readPage } from '../app/url-state.js';
import { put } from '../i18n/index.js';
import { fill, finder } from '../ui/dom.js';
import markup from './failure-banner.html?raw';

/**
 * @typedef {import('../protocol.js').Failure} Failure
 * @typedef {import('../protocol.js').Choice} Choice
 */

/** The most technical detail that is shown, in characters. */
const LONGEST_DETAIL = 160;
/** @type {Choice} */
const ON_CPU = { device: 'cpu', by: 'failure' };

/** @param {import('./index.js').App & {root: HTMLElement, signal: AbortSignal}} shell `root`: an alertdialog, hidden */
export function failureBanner({ root, store, session, signal }) {
  fill(root, markup);
  root.setAttribute('aria-labelledby', 'fatal-title');
  root.setAttribute('aria-describedby', 'fatal-message');
  const { element, button } = finder(root);
  const [restart, restartOnCpu] = [button('restart'), button('restart-cpu')];
  /** @type {Choice} */
  let choice = readPage().choice;
  /** What the current engine runs on, once it is open. @type {import('../protocol.js').Backend | null} */
  let opened = store.device?.backend ?? null;
  store.on('device', ({ backend }) => (opened = backend), { signal });

  /** The CPU is no way out if it was the CPU build that failed, or if that is not known. @param {Failure} failure */
  function failedOnWebGpu({ code, backend }) {
    const asked = choice.device === 'auto' ? null : choice.device;
    return (backend ?? opened ?? asked ?? (code === 'device' && 'webgpu')) === 'webgpu';
  }

  /** @param {Failure | null} failure */
  function follow(failure) {
    root.hidden = failure === null;
    restart.disabled = restartOnCpu.disabled = false;
    if (!failure) return;
    root.dataset.code = failure.code;
    restartOnCpu.hidden = !failedOnWebGpu(failure);
    put(element('fatal-title'), { key: store.model ? 'shell.fatal.stopped' : 'shell.fatal.notStarted' });
    const said = detail(failure);
    put(element('fatal-message'), [
      said ? { key: 'shell.fatal.crashed' } : failure.text,
      session.kept && { key: 'shell.fatal.checkpoint' },
    ]);
    put(element('fatal-detail'), said && { key: 'shell.fatal.detail', said });
    restart.focus();
  }

  /** @param {Choice} [other] */
  async function start(other) {
    if (other) choice = other;
    opened = null;
    restart.disabled = restartOnCpu.disabled = true;
    // If it fails again, `fatal` says so.
    await session.restart(other).catch(() => follow(store.failure));
    if (root.hidden) finder(document).button('start').focus();
  }

  restart.addEventListener('click', () => start(), { signal });
  restartOnCpu.addEventListener('click', () => start(ON_CPU), { signal });
  store.on('fatal', follow, { signal });
  follow(store.failure);
}

/** The technical detail of a crash. Other failures have a sentence of their own. @param {Failure} failure */
function detail({ code, message }) {
  if (code !== 'panic' && code !== 'internal') return '';
  return (message.split('\n')[0] ?? '').slice(0, LONGEST_DETAIL);
}
