// @ts-check
/**
 * Worker side: which build runs here, and why. Hardware WebGPU if there is any, else the CPU build: on a software
 * adapter (SwiftShader, llvmpipe) the CPU build is an order of magnitude faster.
 * @typedef {import('../protocol.js').DeviceInfo} DeviceInfo
 * @typedef {import('./load-module.js').EngineModule} EngineModule
 * @typedef {import('../../../pkg/webgpu/inkling_web.js').Engine} Engine
 * @typedef {{vendor?: string, architecture?: string, description?: string, device?: string}} AdapterNames
 * @typedef {AdapterNames & {isFallbackAdapter?: boolean}} AdapterInfo
 * @typedef {{info?: AdapterInfo, isFallbackAdapter?: boolean}} Adapter
 * @typedef {import('../protocol.js').Message} Message
 * @typedef {import('../protocol.js').Failure} Failure
 *
 * @typedef {object} Probe
 * @property {boolean} hardware
 * @property {string} name        what to show
 * @property {'gpu' | 'noWebgpu' | 'noAdapter' | 'silent' | 'software' | 'unnamedSoftware'} found
 * @property {string} [software]  all that the browser says of a software adapter
 */

import { EngineError, problem } from '../protocol.js';
import { describe } from './engine-errors.js';
import { loadModule } from './load-module.js';
import { coresToUse } from './threads.js';

/** How long an adapter may take to answer, in ms. */
const ADAPTER_MS = 10_000;
/**
 * How long a device may take to open and to compute one small layer, its shader included, in ms. Who asks for WebGPU
 * gets more patience: a software adapter may need it.
 */
const OPEN_MS = { auto: 20_000, asked: 120_000 };

/**
 * Rejects where nothing starts, with the build that failed in `backend`: with code 'network' if the build cannot be
 * downloaded, 'device' if what was asked for is not to be had, does not answer, or computes wrong numbers, 'panic' if
 * the engine broke. After that this worker is of no use.
 * @param {import('../protocol.js').Choice} choice
 * @param {(failure: Failure) => void} onFatal once the engine is open
 * @param {(text: Message) => void} onStatus
 * @param {import('./counted.js').OnBytes} onBytes   of the build
 * @returns {Promise<{engine: Engine, module: EngineModule, device: DeviceInfo}>}
 */
export async function openEngine(choice, onFatal, onStatus, onBytes) {
  const device = await chooseDevice(choice);
  const build = 'by' in choice && choice.by === 'uses' ? 'uses' : device.backend;
  try {
    const patience = choice.device === 'auto' ? OPEN_MS.auto : OPEN_MS.asked;
    return await open(device, build, patience, onFatal, onStatus, onBytes);
  } catch (error) {
    throw new EngineError({ ...describe(error), backend: device.backend });
  }
}

/**
 * What was asked for, or else what is there; whether it starts is another matter.
 * @param {import('../protocol.js').Choice} choice @returns {Promise<DeviceInfo>}
 */
export async function chooseDevice(choice) {
  if (choice.device === 'cpu') {
    if (choice.by === 'fallback') return onCpu({ key: 'worker.cpuWebgpuFailed', error: choice.error });
    // The page shows the reason of the device that trains, not this one's.
    if (choice.by === 'uses') return onCpu({ key: 'worker.cpuByAddress' });
    return onCpu({ key: choice.by === 'address' ? 'worker.cpuByAddress' : 'worker.cpuByFailure' });
  }
  const { hardware, found, software = '', name } = await probe();
  const adapter = software && { adapter: software };
  if (choice.device === 'auto' && !hardware) return onCpu({ key: `worker.cpu.${found}`, ...adapter });
  if (choice.device === 'auto') return { backend: 'webgpu', adapter: name, reason: { key: 'worker.webgpuFound' } };
  const key = choice.by === 'address' ? 'worker.webgpuByAddress' : 'worker.webgpuByFailure';
  return { backend: 'webgpu', adapter: name, reason: { key, found: { key: `worker.found.${found}`, ...adapter } } };
}

/** @param {Message} reason @returns {DeviceInfo} */
const onCpu = (reason) => ({ backend: 'cpu', adapter: 'CPU', reason, simd: 'simd128' });

/** @returns {Promise<Probe>} */
async function probe() {
  /** @type {{requestAdapter(options: object): Promise<Adapter | null>} | undefined} */
  const gpu = /** @type {any} */ (navigator).gpu;
  if (!gpu) return { hardware: false, name: '', found: 'noWebgpu' };
  const ask = () => gpu.requestAdapter({ powerPreference: 'high-performance' }).catch(() => null);
  // The first answer can be null while the browser's GPU process is still starting.
  const answer = async () => (await ask()) ?? (await new Promise((done) => setTimeout(done, 250)).then(ask));
  const adapter = await within(ADAPTER_MS, answer(), /** @type {const} */ ('silent'));
  if (adapter === 'silent') return { hardware: false, name: '', found: 'silent' };
  if (!adapter) return { hardware: false, name: '', found: 'noAdapter' };
  const info = adapter.info ?? {};
  const words = [info.vendor, info.architecture, info.device, info.description].filter(Boolean).join(' ');
  if (info.isFallbackAdapter || adapter.isFallbackAdapter || /swiftshader|llvmpipe|basic render/i.test(words)) {
    const name = `${/swiftshader/i.test(words) ? 'SwiftShader' : 'adapter'} (software)`;
    return {
      hardware: false,
      name,
      ...(words ? { found: 'software', software: words } : { found: 'unnamedSoftware' }),
    };
  }
  return { hardware: true, name: called(info), found: 'gpu' };
}

const VENDORS = /** @type {Record<string, string>} */ ({
  nvidia: 'NVIDIA',
  amd: 'AMD',
  intel: 'Intel',
  apple: 'Apple',
  arm: 'Arm',
  qualcomm: 'Qualcomm',
});

/** What a person would call the adapter; browsers say more or less about it, or nothing. @param {AdapterInfo} info */
function called({ vendor = '', architecture = '', description = '' }) {
  if (description) return description;
  const family = architecture && (architecture[0] ?? '').toUpperCase() + architecture.slice(1);
  return [VENDORS[vendor.toLowerCase()] ?? vendor, family].filter(Boolean).join(' ');
}

/**
 * @param {DeviceInfo} device `adapter` is what to show if the engine has no name for it
 * @param {Parameters<typeof loadModule>[0]} build
 * @param {number} patience in ms
 * @param {(failure: Failure) => void} onFatal
 * @param {(text: Message) => void} onStatus
 * @param {import('./counted.js').OnBytes} onBytes
 */
async function open(device, build, patience, onFatal, onStatus, onBytes) {
  /** @type {(failure: Failure) => void} */
  let tell = () => {};
  const broken = new Promise((_, reject) => {
    tell = (failure) => reject(new EngineError(failure));
  });
  broken.catch(() => {});
  const module = await loadModule(build, (failure) => tell(failure), onStatus, onBytes);
  onStatus({ key: device.backend === 'webgpu' ? 'worker.startingGpu' : 'worker.startingEngine' });
  // A panic never settles the promise: the trap is an uncaught error of the worker's, which the page would take for
  // the end. Here it is told by `onFatal`.
  const quiet = (/** @type {Event} */ event) => event.preventDefault();
  self.addEventListener('error', quiet);
  const engine = await within(patience, Promise.race([module.Engine.open(), broken]), null);
  if (!engine) throw problem('device', 'worker.deviceSilent');
  self.removeEventListener('error', quiet);
  tell = onFatal;
  return { engine, module, device: withCores({ ...device, adapter: engine.adapter() || device.adapter }, module) };
}

/**
 * How many cores the CPU device has, and why it is only one.
 * @param {DeviceInfo} device @param {EngineModule} module
 */
function withCores(device, module) {
  if (device.backend !== 'cpu') return device;
  const cores = /** @type {import('./builds.js').Cores} */ (module).coresInUse?.() ?? 1;
  if (cores > 1 || coresToUse() === 1) return { ...device, cores };
  const why = { key: self.crossOriginIsolated ? 'worker.oneCore' : 'worker.oneCoreNotIsolated' };
  return { ...device, cores, reason: { key: 'worker.sentences', all: [device.reason, why] } };
}

/**
 * What `promise` brings, or `late` if that takes longer than `ms`.
 * @template T, L @param {number} ms @param {Promise<T>} promise @param {L} late @returns {Promise<T | L>}
 */
function within(ms, promise, late) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(late), ms);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
