// @ts-check
/**
 * Asks before the person leaves more than two seconds of training that are not stored. The browser chooses the words.
 */

/** @param {Pick<import('./index.js').App, 'store' | 'autosave'> & {signal: AbortSignal}} shell */
export function leaveGuard({ store, autosave, signal }) {
  const ask = (/** @type {BeforeUnloadEvent} */ event) => {
    autosave.flush();
    if (!autosave.safe) event.preventDefault();
  };
  const release = () => window.removeEventListener('beforeunload', ask);
  // Only while there may be something to lose: with this listener, browsers do not keep the page for the back button.
  const follow = () => (autosave.safe && !store.running ? release() : window.addEventListener('beforeunload', ask));
  autosave.follow(follow, { signal });
  store.on('undoable', follow, { signal });
  signal.addEventListener('abort', release);
  follow();
}
