// @ts-check
/** The page's end of a measurement: a worker of its own, ended when it is done or no longer wanted. */

/**
 * @param {import('./types.js').Plan} plan
 * @param {(event: import('./types.js').BenchEvent) => void} onEvent
 * @returns {{done: Promise<import('./types.js').Result>, stop: () => void}} `done` comes true in any case, with an `error` in words if it failed
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
  worker.onmessage = (/** @type {MessageEvent<import('./types.js').BenchEvent>} */ { data }) => {
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
