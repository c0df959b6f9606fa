// @ts-check
import './live-use.css';
import { put } from '../i18n/index.js';

/**
 * Keeps what a panel of Uses shows up to date: a round of questions at once, another when the model or the data
 * changed, never more than one under way, none while nobody can see it. Says what is on its way, and what failed.
 *
 * @param {object} options
 * @param {import('../app/uses-engine.js').Uses} options.uses
 * @param {HTMLElement} options.element   what the answers are shown in: busy while a round is under way; `data-rounds`
 *   counts those that went well
 * @param {HTMLElement} options.note      empty when all is well
 * @param {() => Promise<void>} options.work   a round: asks, and shows
 * @param {readonly ('model' | 'data')[]} [options.on]   changes that ask for another round
 * @param {AbortSignal} options.signal
 * @returns {() => void} asks for another round at once
 */
export function liveUse({ uses, element, note, work, on = ['model', 'data'], signal }) {
  let stale = true;
  let busy = false;
  let inView = false;
  let rounds = 0;
  /** Why the last round failed. @type {unknown} */
  let failed = null;
  const words = document.createElement('span');
  const again = document.createElement('button');
  again.type = 'button';
  again.className = 'quiet';
  put(again, { key: 'uses.again' });
  again.addEventListener('click', () => uses.tryAgain());
  note.classList.add('use-note');
  note.replaceChildren(words);

  function kick() {
    if (!stale || busy || signal.aborted || document.hidden || !inView) return;
    stale = false;
    busy = true;
    element.setAttribute('aria-busy', 'true');
    tell();
    round().then((error) => {
      busy = false;
      // What was cancelled made room for something newer.
      failed = error && uses.codeOf(error) !== 'cancelled' ? error : null;
      element.removeAttribute('aria-busy');
      tell();
      kick();
    });
  }

  /** What failed, or null. */
  async function round() {
    try {
      await work();
      // For those who wait for an answer to be shown: styles, tests.
      element.dataset.rounds = String(++rounds);
      return null;
    } catch (error) {
      return error;
    }
  }

  /** A person wants it, or the network is back. */
  function refresh() {
    failed = null;
    stale = true;
    kick();
  }

  /** An engine that broke would break again and again while a model trains: it waits for a person. */
  function follow() {
    stale = true;
    if (failed && uses.codeOf(failed) === 'panic') return;
    kick();
  }

  function tell() {
    const trouble = failed && !busy ? uses.explain(failed) : null;
    // What is on its way is not read out at every step, what failed is.
    note.setAttribute('aria-live', trouble ? 'polite' : 'off');
    put(words, trouble ?? (busy ? uses.status : null));
    if (!trouble && again === document.activeElement) {
      // Where the keyboard is, it stays.
      note.tabIndex = -1;
      note.focus();
    }
    if (trouble) note.append(again);
    else again.remove();
  }

  for (const change of on) uses.on(change, follow, { signal });
  uses.on('status', () => busy && tell(), { signal });
  uses.on('again', () => failed && refresh(), { signal });
  window.addEventListener('online', () => failed && uses.codeOf(failed) === 'network' && refresh(), { signal });
  document.addEventListener('visibilitychange', kick, { signal });
  const seen = new IntersectionObserver(
    (entries) => {
      inView = entries.at(-1)?.isIntersecting ?? true;
      kick();
    },
    { rootMargin: '100px' },
  );
  seen.observe(element);
  signal.addEventListener('abort', () => seen.disconnect());
  return refresh;
}
