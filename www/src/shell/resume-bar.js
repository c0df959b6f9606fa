// @ts-check
/** The bar that offers the run of an earlier visit: what it is, Resume and Discard. It waits, in nobody's way, until one is chosen. */

import { discard, look, take } from '../storage/session-store.js';
import { button, element, words } from '../ui/dom.js';
import { ago, count, nats } from '../ui/format.js';

/** @typedef {import('../app/session.js').Session} Session */

/** @param {Session} session @param {import('../storage/autosave.js').Autosave} autosave */
export function resumeBar(session, autosave) {
  const [bar, what, note, error, accept, refuse] = [
    element('resume'),
    element('resume-what'),
    element('resume-note'),
    element('resume-error'),
    button('resume-accept'),
    button('resume-discard'),
  ];
  let ready = false;
  /** @type {number | undefined} when the run that is offered was kept */
  let id;
  let trouble = '';

  session.on('ready', () => {
    ready = true;
    accept.disabled = false;
    tell();
  });
  session.on('loading', (now) => (accept.disabled = !ready || now !== null));
  // Now the presets have names. After a restart of the engine, what is kept is the run that is there.
  let looked = false;
  session.on('device', () => {
    if (!looked) look().then(offer, failed);
    looked = true;
  });

  accept.addEventListener('click', () =>
    attempt(async () => {
      const earlier = await take();
      if (!earlier) throw new Error('It is not there any more: another tab has discarded it.');
      await session.resume(earlier);
      autosave.resumed();
      if (earlier.source.kind === 'files')
        session.say(
          `Back at step ${count(session.progress.step)} of your last session. Its own files are not kept: it learns from ${session.dataset?.name}.`,
        );
    }),
  );
  refuse.addEventListener('click', () =>
    attempt(async () => {
      if (id !== undefined) await discard(id);
      autosave.free();
      session.say('The last session was discarded.');
    }),
  );

  /** @param {() => Promise<void>} action */
  async function attempt(action) {
    error.textContent = '';
    accept.disabled = refuse.disabled = true;
    try {
      await action();
      close();
    } catch (problem) {
      error.textContent = words(problem);
    }
    accept.disabled = refuse.disabled = false;
  }

  /** @param {import('../storage/session-store.js').About | null} about */
  function offer(about) {
    if (!about) return autosave.free();
    const { config, dataset, source, progress, history } = about;
    id = about.id;
    autosave.protect(() => {
      close();
      session.say('This session is kept now, in place of the one before.');
    });
    const title = session.presets.find(({ name }) => name === config.preset)?.title ?? config.preset;
    const loss = history.total.findLast((value) => value !== null);
    what.textContent = `${title} on ${dataset.name}, epoch ${count(progress.epoch)} of ${count(config.epochs)}${loss == null ? '' : `, loss ${nats(loss)}`}, ${ago(id)}.`;
    note.textContent =
      source.kind === 'files'
        ? 'Its files are not kept: choose them first.'
        : 'Training anew for a minute replaces it.';
    bar.dataset.step = String(progress.step);
    bar.hidden = false;
    tell();
  }

  /** @param {unknown} problem */
  function failed(problem) {
    autosave.free();
    // Where there is no IndexedDB at all, that is said when there is something to keep.
    if (/** @type {{code?: string}} */ (problem).code === 'data') trouble = `${words(problem)}.`;
    tell();
  }

  /** What the status line says once the page is ready. */
  function tell() {
    if (!ready) return;
    if (!bar.hidden) session.say('Ready. Resume your last session, or press Start for a new one.');
    else if (trouble) session.say(trouble);
    trouble = '';
  }

  function close() {
    const focused = bar.contains(document.activeElement);
    bar.hidden = true;
    if (focused) element('start').focus();
  }
}
