// @ts-check
/**
 * GPU time per kernel, by timestamp queries. A timestamp pair stands around a compute pass, but the engine puts many
 * dispatches into one
 * pass: while the clock runs, it is given a stand-in for the pass, which opens a real pass for each dispatch.
 * (The gaps between passes are not in the times; the steps are slower than without the clock.)
 */
import { around, seen, tidy } from './hooks.js';

/** WebGPU's limit of queries in a set. */
const QUERIES = 4096;

/** @typedef {{set: number, at: number, kernel: string, workgroups: string}} Timed */

/** @type {WeakMap<GPUComputePipeline, string>} */
const names = new WeakMap();
/** @type {GPUQuerySet[]} */
let sets = [];
/** @type {Timed[]} */
let timed = [];
let on = false;

/** Before the engine is loaded: kernels are known by the labels of their pipelines. */
export function nameKernels() {
  if (!('GPUDevice' in self)) return;
  const label = (/** @type {GPUComputePipelineDescriptor} */ { label, compute }) =>
    withoutHash(label || compute.entryPoint || 'unnamed');
  around(
    GPUDevice.prototype,
    'createComputePipeline',
    (create) =>
      function (descriptor) {
        const pipeline = create.call(this, descriptor);
        names.set(pipeline, label(descriptor));
        return pipeline;
      },
  );
  around(
    GPUDevice.prototype,
    'createComputePipelineAsync',
    (create) =>
      async function (descriptor) {
        const pipeline = await create.call(this, descriptor);
        names.set(pipeline, label(descriptor));
        return pipeline;
      },
  );
  around(
    GPUCommandEncoder.prototype,
    'beginComputePass',
    (begin) =>
      function (descriptor) {
        return on
          ? new TimedPasses((timestampWrites) => begin.call(this, { ...descriptor, timestampWrites }))
          : begin.call(this, descriptor);
      },
  );
}

export const canTime = () => seen.device?.features.has('timestamp-query') ?? false;

export function startClock() {
  on = true;
}

/**
 * @param {number} steps how many there were since the start
 * @returns {Promise<{kernels: import('./types.js').KernelRow[], tick_us: number}>} `tick_us`: how finely the browser
 *   tells time
 */
export async function stopClock(steps) {
  on = false;
  const times = await Promise.all(sets.map(read));
  /** @type {Map<string, {kernel: string, workgroups: string, count: number, us: number}>} */
  const rows = new Map();
  let tick = 0n;
  for (const { set, at, kernel, workgroups } of timed) {
    const [begin, end] = [times[set]?.[at] ?? 0n, times[set]?.[at + 1] ?? 0n];
    tick = divisor(divisor(tick, begin), end);
    const key = `${kernel} ${workgroups}`;
    const row = rows.get(key) ?? { kernel, workgroups, count: 0, us: 0 };
    row.count += 1;
    // A clock that was set anew in between says nothing.
    row.us += end > begin ? Number(end - begin) / 1000 : 0;
    rows.set(key, row);
  }
  for (const set of sets) set.destroy();
  [sets, timed] = [[], []];
  const total = [...rows.values()].reduce((sum, { us }) => sum + us, 0);
  const kernels = [...rows.values()]
    .sort((a, b) => b.us - a.us)
    .map(({ kernel, workgroups, count, us }) => ({
      kernel,
      workgroups,
      per_step: tidy(count / steps),
      us_per_step: tidy(us / steps),
      share: total ? tidy(us / total) : 0,
    }));
  return { kernels, tick_us: Number(tick) / 1000 };
}

/** Stands in for a compute pass. */
class TimedPasses {
  /** @type {GPUComputePipeline | null} */ #pipeline = null;
  /** @type {Map<number, unknown[]>} */ #groups = new Map();
  #begin;

  /** @param {(timestamps: GPUComputePassTimestampWrites) => GPUComputePassEncoder} begin */
  constructor(begin) {
    this.#begin = begin;
  }

  /** @param {GPUComputePipeline} pipeline */
  setPipeline(pipeline) {
    this.#pipeline = pipeline;
  }

  /**
   * @param {number} index @param {GPUBindGroup | null} group
   * @param {Uint32Array | number[]} [offsets] in the engine's memory, which changes: copied
   */
  setBindGroup(index, group, offsets, start = 0, length = offsets?.length ?? 0) {
    this.#groups.set(index, offsets ? [index, group, [...offsets.slice(start, start + length)]] : [index, group]);
  }

  /** @param {number[]} grid */
  dispatchWorkgroups(...grid) {
    while (grid.length > 1 && grid.at(-1) === 1) grid.pop();
    this.#one(grid.join(' × '), (pass) => pass.dispatchWorkgroups(.../** @type {[number]} */ (grid)));
  }

  /** @param {GPUBuffer} buffer @param {number} offset */
  dispatchWorkgroupsIndirect(buffer, offset) {
    this.#one('indirect', (pass) => pass.dispatchWorkgroupsIndirect(buffer, offset));
  }

  /** @param {string} workgroups @param {(pass: GPUComputePassEncoder) => void} dispatch */
  #one(workgroups, dispatch) {
    const { set, index, at } = pair();
    const pass = this.#begin({ querySet: set, beginningOfPassWriteIndex: at, endOfPassWriteIndex: at + 1 });
    const pipeline = this.#pipeline;
    if (pipeline) pass.setPipeline(pipeline);
    for (const group of this.#groups.values()) pass.setBindGroup(.../** @type {[number, GPUBindGroup]} */ (group));
    dispatch(pass);
    pass.end();
    timed.push({ set: index, at, kernel: (pipeline && names.get(pipeline)) ?? 'unnamed', workgroups });
  }

  end() {}
  pushDebugGroup() {}
  popDebugGroup() {}
  insertDebugMarker() {}
}

/** The next two free queries. */
function pair() {
  const used = (timed.length * 2) % QUERIES;
  if (used === 0) sets.push(device().createQuerySet({ type: 'timestamp', count: QUERIES }));
  const index = sets.length - 1;
  return { set: /** @type {GPUQuerySet} */ (sets[index]), index, at: used };
}

/** @param {GPUQuerySet} set @returns {Promise<BigUint64Array>} nanoseconds */
async function read(set) {
  // TypeScript's library knows the types of WebGPU, but not these constants.
  const { GPUBufferUsage: usage, GPUMapMode: mode } = /** @type {any} */ (self);
  const size = QUERIES * 8;
  const resolved = device().createBuffer({ size, usage: usage.QUERY_RESOLVE | usage.COPY_SRC });
  const mapped = device().createBuffer({ size, usage: usage.MAP_READ | usage.COPY_DST });
  const encoder = device().createCommandEncoder();
  encoder.resolveQuerySet(set, 0, QUERIES, resolved, 0);
  encoder.copyBufferToBuffer(resolved, 0, mapped, 0, size);
  device().queue.submit([encoder.finish()]);
  await mapped.mapAsync(mode.READ);
  const times = new BigUint64Array(mapped.getMappedRange().slice(0));
  resolved.destroy();
  mapped.destroy();
  return times;
}

function device() {
  if (!seen.device) throw new Error('There is no WebGPU device to time.');
  return seen.device;
}

/** product_kernel_8e2bbaeb -> product_kernel @param {string} label */
const withoutHash = (label) => label.replace(/_[0-9a-f]{6,}$/, '');

/** The greatest common one. @param {bigint} a @param {bigint} b @returns {bigint} */
const divisor = (a, b) => (b === 0n ? a : divisor(b, a % b));
