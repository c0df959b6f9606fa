// @ts-check
/** A panel's own elements with their types; a missing one is a mistake in its markup and fails at once. */
import { translate } from '../i18n/index.js';

/**
 * Puts a panel's markup into its place, in the language of the page. The markup is ours, never a person's.
 * @param {Element} root @param {string} markup
 */
export function fill(root, markup) {
  root.innerHTML = markup;
  for (const control of root.querySelectorAll('button, input, select, textarea')) forgetful(control);
  translate(root);
}

/**
 * Keeps a control from being restored when the page is loaded again. Firefox would bring back not only what was typed
 * but whether it was disabled: a page that is still loading would look ready. An input with a wish of its own keeps it.
 * https://bugzilla.mozilla.org/show_bug.cgi?id=654072
 * @param {Element} control a button or another control
 */
export function forgetful(control) {
  if (!control.hasAttribute('autocomplete')) control.setAttribute('autocomplete', 'off');
}

/** What finds elements of one root, by id. @param {ParentNode} root */
export function finder(root) {
  /** @template {HTMLElement} T @param {string} id @param {new () => T} type @returns {T} */
  const find = (id, type) => {
    const element = root.querySelector(`#${id}`);
    if (!(element instanceof type)) throw new Error(`there is no ${type.name} #${id}`);
    return element;
  };
  return {
    find,
    element: (/** @type {string} */ id) => find(id, HTMLElement),
    button: (/** @type {string} */ id) => find(id, HTMLButtonElement),
    input: (/** @type {string} */ id) => find(id, HTMLInputElement),
    canvas: (/** @type {string} */ id) => find(id, HTMLCanvasElement),
  };
}
