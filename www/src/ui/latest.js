// @ts-check

/**
 * Latest wins: at most one call under way; of those asked for meanwhile only the newest is made. For live drawing and
 * scrubbing.
 * @template {unknown[]} A
 * @param {(...args: A) => Promise<void>} call
 * @returns {(...args: A) => void}
 */
export function latest(call) {
  let busy = false;
  /** @type {A | null} */
  let next = null;
  return async function ask(...args) {
    next = args;
    if (busy) return;
    busy = true;
    while (next) {
      const now = next;
      next = null;
      await call(...now).catch(() => {});
    }
    busy = false;
  };
}
