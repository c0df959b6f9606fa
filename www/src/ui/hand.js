// @ts-check
/** Whether a person is moving something just now, such as a pen or a slider: what follows the hand must not lag. */

/** A hand that was still for this long has stopped, in ms. */
const STILL_MS = 500;

let moved = -Infinity;

/** @param {Event} event */
function onMove(event) {
  if (event.type === 'input' || /** @type {PointerEvent} */ (event).buttons > 0) moved = performance.now();
}

// There is no window where the app is tested without a browser.
for (const type of ['input', 'pointerdown', 'pointermove'])
  globalThis.window?.addEventListener(type, onMove, { capture: true, passive: true });

export const isHandMoving = () => performance.now() - moved < STILL_MS;
