// @ts-check
/**
 * Worker side: the further threads of the CPU device. Without them the engine computes on its own, more slowly and
 * with the same results: what fails here is no error.
 * @typedef {import('./thread.js').Given} Given
 */

/** How long the browser may take to start them, in ms. Those that come later help from then on. */
const PATIENCE_MS = 4_000;
/** More than so many cores bring nothing for models as small as these. */
const MOST = 16;

/** Cores to compute on: from three on, one is left to the rest of the machine. */
export function coresToUse() {
  const cores = navigator.hardwareConcurrency || 1;
  return Math.min(cores < 3 ? cores : cores - 1, MOST);
}

/**
 * Starts a thread for each further core. Resolves when all are there, or some time later.
 * @param {Given} given
 */
export async function startThreads(given) {
  // Only then can workers share memory.
  if (!self.crossOriginIsolated) return;
  const threads = Array.from({ length: coresToUse() - 1 }, () => started(given));
  await Promise.race([Promise.all(threads), new Promise((late) => setTimeout(late, PATIENCE_MS))]);
}

/** Settles when the thread is there, or will not be. @param {Given} given @returns {Promise<void>} */
const started = (given) =>
  new Promise((settled) => {
    try {
      const worker = new Worker(new URL('./thread.js', import.meta.url), { type: 'module' });
      worker.onmessage = () => settled();
      worker.onerror = (event) => {
        event.preventDefault();
        settled();
      };
      worker.postMessage(given);
    } catch {
      settled();
    }
  });
