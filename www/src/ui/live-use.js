// @ts-check
import './live-use.css';
import { put } from '../i18n/index.js';

/**
 * Keeps what a panel of Uses shows up to date: a round of questions at once, another when the model or the data
 * changed, never more than one under way, none while nobody can see it. Says what is on its way, and what failed.
 *
 * A round may take many seconds. It ends before its next question where nobody wants its answers any more: its chapter
 * was left (it goes on when that is open again), another model is asked now, or the data are others.
 *
 * @typedef {import('../app/uses-engine.js').Uses['ask']} Ask
 *
 * @param {object} options
 * @param {import('../app/uses-engine.js').Uses} options.uses
 * @param {HTMLElement} options.element   what the answers are shown in: busy while a round is under way; `data-rounds`
 *   counts those that went well
 * @param {HTMLElement} options.note      empty when all is well
 * @param {(ask: Ask, left: AbortSignal) => Promise<void>} options.work   a round: asks, and shows. `ask` is that of
 *   `uses`, and rejects with the code 'cancelled' once the round is to end: `left` is aborted then
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
  /** Ends the round that is under way. */
  let round = new AbortController();
  /** The models that it asks. */
  let asked = '';
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
    round = new AbortController();
    asked = named();
    element.setAttribute('aria-busy', 'true');
    tell();
    run(round.signal).then((error) => {
      busy = false;
      // What was cancelled made room for something newer, or waits until it can be seen.
      const cancelled = error !== null && uses.codeOf(error) === 'cancelled';
      if (cancelled && round.signal.aborted) stale = true;
      failed = cancelled ? null : error;
      element.removeAttribute('aria-busy');
      tell();
      kick();
    });
  }

  const named = () => `${uses.model} ${uses.conditional}`;

  /** What failed, or null. @param {AbortSignal} left */
  async function run(left) {
    try {
      await work((name, query) => uses.ask(name, query, { left }), left);
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

  /**
   * An engine that broke would break again and again while a model trains: it waits for a person.
   * @param {'model' | 'data'} change
   */
  function follow(change) {
    stale = true;
    // While a model trains, newer weights come every few seconds: a round that asks it comes to its end.
    if (change === 'data' || asked !== named()) round.abort();
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

  for (const change of on) uses.on(change, () => follow(change), { signal });
  uses.on('status', () => busy && tell(), { signal });
  uses.on('again', () => failed && refresh(), { signal });
  window.addEventListener('online', () => failed && uses.codeOf(failed) === 'network' && refresh(), { signal });
  document.addEventListener('visibilitychange', kick, { signal });
  const seen = new IntersectionObserver(
    (entries) => {
      inView = entries.at(-1)?.isIntersecting ?? true;
      if (!inView && element.getClientRects().length === 0) round.abort();
      kick();
    },
    { rootMargin: '100px' },
  );
  seen.observe(element);
  signal.addEventListener('abort', () => {
    seen.disconnect();
    round.abort();
  });
  return refresh;
}
