// @ts-check
/**
 * A thread of the CPU device: a worker that computes for the engine's, in the same memory. It waits in the module and
 * never comes back from there.
 * @typedef {import('./builds.js').CpuModule} CpuModule
 * @typedef {{build: 'cpu' | 'uses', compiled: WebAssembly.Module, memory: WebAssembly.Memory}} Given
 */
import { BUILDS } from './builds.js';

/** Of a thread's stack: what a layer needs on it is small. */
const STACK_BYTES = 1 << 20;

self.onmessage = async (/** @type {MessageEvent<Given>} */ { data: { build, compiled, memory } }) => {
  const module = /** @type {CpuModule} */ (await BUILDS[build]().bindings);
  module.initSync({ module: compiled, memory, thread_stack_size: STACK_BYTES });
  self.postMessage('ready');
  try {
    module.serve();
  } catch {
    // It trapped. The engine, which waits for this thread, breaks instead of waiting for ever.
    module.threadBroke();
  }
};
