// @ts-check
/**
 * What the page asks of the benchmark's worker and what it hears from it. One worker measures one workload, then it is
 * done: what a
 * workload leaves behind (memory, compiled shaders, a panic) does not touch the next one, and to stop is to end the
 * worker.
 *
 * @typedef {'M' | 'C' | 'R'} Workload
 *
 * `look`: only which device it would be. `time` and `count`: as the peers' bench does it, with the numbers given.
 * `person`: everything,
 * in numbers of steps that suit the device.
 * @typedef {'look' | 'time' | 'count' | 'person'} Mode
 *
 * @typedef {object} Plan
 * @property {import('../protocol.js').Choice} choice
 * @property {Workload} workload
 * @property {Mode} mode
 * @property {number} block     steps in a block, after which the loss is read
 * @property {number} blocks
 * @property {number} warm      steps before anything is measured
 * @property {number} dec       how often each number of latents is decoded
 * @property {number} count     steps over which calls are counted
 * @property {number} check     steps without noise whose losses all peers share
 * @property {boolean} [large]  whether the GPU is taken for a large one, instead of timing it
 *
 * Field names are those of the peers' bench (units are in them), so that one program reads the results of all.
 * @typedef {Record<string, any>} Result
 *
 * @typedef {object} KernelRow   GPU time of the dispatches of one kernel with one grid
 * @property {string} kernel
 * @property {string} workgroups   "25 × 4"
 * @property {number} per_step     dispatches per step
 * @property {number} us_per_step
 * @property {number} share        0..=1 of all GPU time in kernels
 *
 * @typedef {string | import('../protocol.js').Message} Text   client.js puts messages into words
 * @typedef {Omit<import('../protocol.js').DeviceInfo, 'reason'> & {reason: string}} Device
 *
 * @typedef {{event: 'device', device: Device}
 *   | {event: 'progress', text: string, done: number, result: Result}
 *   | {event: 'done', result: Result}} BenchEvent   `done` in a progress event: the part of the work that is done,
 * 0..=1
 *
 * @typedef {(text: Text, done?: number) => void} Say
 */

/**
 * What the address says of the GPU's size: `large` or `usual`; anything else leaves it to be timed.
 * @param {string | null | undefined} word
 */
export const isLarge = (word) => (word === 'large' ? true : word === 'usual' ? false : undefined);

/** @type {Workload[]} */
export const WORKLOADS = ['M', 'C', 'R'];
