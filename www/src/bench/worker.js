// @ts-check
/** The benchmark's worker: measures the one workload it is asked for. Training never runs on the page's own thread. */

import { chooseDevice } from '../worker/backend.js';
import { describe } from '../worker/engine-errors.js';
import { measureAll } from './adaptive.js';
import { countCalls, seen, watchDevice } from './hooks.js';
import { nameKernels } from './kernels.js';
import { begin, count, time, warmUp } from './measure.js';

/** @type {import('./types.js').Result} */
const out = {};
/** @type {string[]} */
const errors = [];
const note = (/** @type {string} */ text) => {
  if (errors.length < 12) errors.push(text.slice(0, 600));
};

self.addEventListener('unhandledrejection', ({ reason }) => note(`unhandledrejection: ${reason?.stack ?? reason}`));
watchDevice(note);

self.onmessage = async (/** @type {MessageEvent<import('./types.js').Plan>} */ { data: plan }) => {
  try {
    await measure(plan);
  } catch (error) {
    fail(describe(error).text, error instanceof Error ? error.stack : undefined);
  }
  finish();
};

/** @param {import('./types.js').Plan} plan */
async function measure(plan) {
  const device = await chooseDevice(plan.choice);
  post({ event: 'device', device });
  if (plan.mode === 'look') return;
  Object.assign(out, { workload: plan.workload, mode: plan.mode, backend: device.backend, device });
  // The clock of the peers' bench runs without any hook.
  if (plan.mode !== 'time') {
    countCalls();
    nameKernels();
  }
  const running = await begin(plan, device.backend, out, say, ({ text }) => {
    // No call into the engine may ever come back after this.
    fail(text);
    finish();
  });
  if (device.backend === 'cpu') {
    const cores = /** @type {import('../worker/builds.js').Cores} */ (running.module).coresInUse?.() ?? 1;
    Object.assign(out, { device: { ...device, cores }, cores, simd: device.simd });
  } else {
    const adapter = out.engine_adapter || device.adapter;
    out.device = { ...device, adapter: out.large_gpu ? `${adapter}, computing as on a large GPU` : adapter };
  }
  post({ event: 'device', device: out.device });
  if (plan.mode === 'person') return measureAll(running, plan.workload, device.backend, out, say);
  await warmUp(running, plan, out, say);
  await (plan.mode === 'time' ? time : count)(running, plan, out, say);
}

/** @type {import('./types.js').Say} */
function say(text, done = 0) {
  post({ event: 'progress', text, done, result: withErrors() });
}

/** @param {import('./types.js').Text} text @param {string} [stack] */
function fail(text, stack) {
  out.error ??= text;
  if (stack) out.error_stack ??= stack.slice(0, 3000);
}

function finish() {
  Object.assign(out, { adapter: seen.adapter, device_features: seen.features, device_limits: seen.limits });
  post({ event: 'done', result: withErrors() });
}

const withErrors = () => (errors.length > 0 ? { ...out, errors } : out);

/**
 * Messages in it become words in client.js.
 * @param {{event: 'device' | 'progress' | 'done'} & Record<string, unknown>} event
 */
function post(event) {
  self.postMessage(event);
}
