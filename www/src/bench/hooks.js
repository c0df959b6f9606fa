// @ts-check
/**
 * Counts what the engine asks of WebGPU, and remembers which adapter and device it got, by standing before the
 * prototypes' methods.
 * They must be in place before the engine is loaded.
 */

/** @type {Record<string, number>} */
const counts = {};

/**
 * @type {{device: GPUDevice | null, adapter: Record<string, unknown> | null, features: string[], limits:
 *   Record<string, unknown>}}
 */
export const seen = { device: null, adapter: null, features: [], limits: {} };

/**
 * Follows the one device there is; costs nothing later on.
 * @param {(text: string) => void} note what goes wrong on the device
 */
export function watchDevice(note) {
  if (!('GPUAdapter' in self)) return;
  around(
    GPUAdapter.prototype,
    'requestDevice',
    (request) =>
      async function (/** @type {GPUDeviceDescriptor | undefined} */ wanted) {
        const { vendor, architecture, device, description, isFallbackAdapter } = /** @type {GPUAdapter} */ (this).info;
        seen.adapter = { vendor, architecture, device, description, fallback: isFallbackAdapter };
        seen.features = [...(wanted?.requiredFeatures ?? [])];
        seen.limits = { ...wanted?.requiredLimits };
        /** @type {GPUDevice} */
        const opened = await request.call(this, wanted);
        seen.device = opened;
        opened.addEventListener('uncapturederror', (event) =>
          note(`uncapturederror: ${/** @type {GPUUncapturedErrorEvent} */ (event).error.message}`),
        );
        opened.lost.then(({ reason, message }) => note(`device lost: ${reason} ${message}`));
        return opened;
      },
  );
}

/** From now on every call counts. */
export function countCalls() {
  if (!('GPUDevice' in self)) return;
  const add = (/** @type {string} */ name, n = 1) => (counts[name] = (counts[name] ?? 0) + n);
  const before = (
    /** @type {object} */ prototype,
    /** @type {string} */ method,
    /** @type {(argument: any) => void} */ count,
  ) =>
    around(
      prototype,
      method,
      (call) =>
        function (...args) {
          count(args[0]);
          return call.apply(this, args);
        },
    );
  before(GPUQueue.prototype, 'submit', (buffers) => {
    add('submit');
    add('command_buffers', [...buffers].length);
  });
  before(GPUQueue.prototype, 'writeBuffer', () => add('write_buffer'));
  before(GPUComputePassEncoder.prototype, 'dispatchWorkgroups', () => add('dispatch'));
  before(GPUComputePassEncoder.prototype, 'dispatchWorkgroupsIndirect', () => add('dispatch_indirect'));
  before(GPUCommandEncoder.prototype, 'beginComputePass', () => add('compute_pass'));
  before(GPUCommandEncoder.prototype, 'copyBufferToBuffer', () => add('copy_b2b'));
  before(GPUCommandEncoder.prototype, 'clearBuffer', () => add('clear_buffer'));
  before(GPUDevice.prototype, 'createComputePipeline', () => add('pipeline_sync'));
  before(GPUDevice.prototype, 'createComputePipelineAsync', () => add('pipeline_async'));
  before(GPUDevice.prototype, 'createShaderModule', ({ code }) => {
    add('shader_module');
    add('wgsl_chars', code.length);
  });
  before(GPUDevice.prototype, 'createBuffer', ({ size }) => {
    add('create_buffer');
    add('create_buffer_bytes', size);
  });
  before(GPUDevice.prototype, 'createBindGroup', () => add('create_bind_group'));
  before(GPUDevice.prototype, 'createCommandEncoder', () => add('command_encoder'));
  before(GPUBuffer.prototype, 'mapAsync', () => add('map_async'));
  before(GPUBuffer.prototype, 'destroy', () => add('destroy_buffer'));
}

/** How often each was called so far. @returns {Record<string, number>} */
export const counted = () => ({ ...counts });

/**
 * What came between two counts, over `steps`.
 * @param {Record<string, number>} from @param {Record<string, number>} to
 */
export function between(from, to, steps = 1) {
  const names = Object.keys(to).filter((name) => to[name] !== from[name]);
  return Object.fromEntries(names.map((name) => [name, tidy(((to[name] ?? 0) - (from[name] ?? 0)) / steps)]));
}

export const pipelines = () => (counts.pipeline_sync ?? 0) + (counts.pipeline_async ?? 0);

/** Without floating-point dust. @param {number} n */
export const tidy = (n) => Number(n.toFixed(3));

/**
 * Puts another method in place of a prototype's.
 * @param {any} prototype @param {string} name @param {(call: Function) => (this: any, ...args: any[]) => unknown} make
 */
export function around(prototype, name, make) {
  prototype[name] = make(prototype[name]);
}
