// @ts-check
/** The page's end of a measurement: a worker of its own, ended when it is done or no longer wanted. */
import { words } from '../i18n/index.js';

/**
 * @param {import('./types.js').Plan} plan
 * @param {(event: import('./types.js').BenchEvent) => void} onEvent
 * @returns {{done: Promise<import('./types.js').Result>, stop: () => void}} `done` comes true in any case, with an
 *   `error` in words if it failed
 */
export function measure(plan, onEvent) {
  const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
  /** @type {import('./types.js').Result} */
  let latest = {};
  /** @type {(result: import('./types.js').Result) => void} */
  let settle = () => {};
  const done = new Promise((resolve) => (settle = resolve));
  const end = (/** @type {import('./types.js').Result} */ result) => {
    worker.terminate();
    settle(result);
  };
  worker.onmessage = (/** @type {MessageEvent} */ message) => {
    const data = inWords(message.data);
    if (data.event !== 'device') latest = data.result;
    onEvent(data);
    if (data.event === 'done') end(data.result);
  };
  worker.onerror = (event) => {
    event.preventDefault();
    end({ ...latest, error: event.message || 'The benchmark could not be loaded. Are you offline?' });
  };
  worker.postMessage(plan);
  return { done, stop: () => end({ ...latest, stopped: true }) };
}

/**
 * An event of the worker, whose messages become sentences here.
 * @param {any} event @returns {import('./types.js').BenchEvent}
 */
function inWords({ text, device, result, ...event }) {
  const spoken = (/** @type {any} */ device) => device && { ...device, reason: words(device.reason) };
  return {
    ...event,
    ...(text !== undefined && { text: words(text) }),
    ...(device && { device: spoken(device) }),
    ...(result && {
      result: {
        ...result,
        ...(result.device && { device: spoken(result.device) }),
        ...(result.error && { error: words(result.error) }),
      },
    }),
  };
}
