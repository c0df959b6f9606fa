// @ts-check
/** The page's elements by id, with their types; a missing one is a mistake in index.html and fails at once. */

/** @template {HTMLElement} T @param {string} id @param {new () => T} type @returns {T} */
export function find(id, type) {
  const element = document.getElementById(id);
  if (!(element instanceof type)) throw new Error(`index.html has no ${type.name} #${id}`);
  return element;
}

/** @param {string} id */
export const element = (id) => find(id, HTMLElement);
/** @param {string} id */
export const button = (id) => find(id, HTMLButtonElement);
/** @param {string} id */
export const input = (id) => find(id, HTMLInputElement);
/** @param {string} id */
export const canvas = (id) => find(id, HTMLCanvasElement);

/** The words for a person; what was cancelled needs none. @param {unknown} error */
export function words(error) {
  const { code, message } = /** @type {{code?: string, message?: string}} */ (error ?? {});
  return code === 'cancelled' ? '' : (message ?? String(error));
}
