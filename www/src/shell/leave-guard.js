// @ts-check
/** Asks before the person leaves a trained model that could not be stored. The browser chooses the words. */

/** @param {Pick<import('./index.js').App, 'store' | 'autosave'> & {signal: AbortSignal}} shell */
export function leaveGuard({ store, autosave, signal }) {
  const ask = (/** @type {BeforeUnloadEvent} */ event) => event.preventDefault();
  const release = () => window.removeEventListener('beforeunload', ask);
  // Only while there is something to lose: with this listener, browsers do not keep the page for the back button.
  const follow = () => (autosave.safe ? release() : window.addEventListener('beforeunload', ask));
  autosave.follow(follow, { signal });
  store.on('undoable', follow, { signal });
  signal.addEventListener('abort', release);
  follow();
}
