// @ts-check
/**
 * Worker side: which build runs here, and why. Hardware WebGPU if there is any, else the CPU build: on a software
 * adapter (SwiftShader, llvmpipe) the CPU build is an order of magnitude faster.
 * @typedef {import('../protocol.js').Backend} Backend
 * @typedef {import('../protocol.js').DeviceInfo} DeviceInfo
 * @typedef {typeof import('../../../pkg/webgpu/inkling_web.js')} EngineModule
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
 * @property {'gpu' | 'noWebgpu' | 'noAdapter' | 'software' | 'unnamedSoftware'} found
 * @property {string} [software]  all that the browser says of a software adapter
 */

import { problem } from '../protocol.js';
import { describe } from './engine-errors.js';

/**
 * Rejects where nothing starts: with code 'network' if the build cannot be downloaded, 'device' if what was asked for
 * is not to be had.
 * @param {import('../protocol.js').Choice} choice
 * @param {(failure: Failure) => void} onFatal
 * @param {(text: Message) => void} onStatus
 * @returns {Promise<{engine: Engine, module: EngineModule, device: DeviceInfo}>}
 */
export async function openEngine(choice, onFatal, onStatus) {
  const device = await chooseDevice(choice);
  try {
    return await open(device, onFatal, onStatus);
  } catch (error) {
    if (choice.device !== 'auto' || device.backend === 'cpu') throw error;
    return open(onCpu({ key: 'worker.cpuWebgpuFailed', error: describe(error).text }), onFatal, onStatus);
  }
}

/**
 * What was asked for, or else what is there; whether it starts is another matter.
 * @param {import('../protocol.js').Choice} choice @returns {Promise<DeviceInfo>}
 */
export async function chooseDevice(choice) {
  if (choice.device === 'cpu')
    return onCpu({ key: choice.by === 'address' ? 'worker.cpuByAddress' : 'worker.cpuByFailure' });
  const { hardware, found, software = '', name } = await probe();
  const adapter = software && { adapter: software };
  if (choice.device === 'auto' && !hardware) return onCpu({ key: `worker.cpu.${found}`, ...adapter });
  if (choice.device === 'auto') return { backend: 'webgpu', adapter: name, reason: { key: 'worker.webgpuFound' } };
  const key = choice.by === 'address' ? 'worker.webgpuByAddress' : 'worker.webgpuByFailure';
  return { backend: 'webgpu', adapter: name, reason: { key, found: { key: `worker.found.${found}`, ...adapter } } };
}

/** @param {Message} reason @returns {DeviceInfo} */
const onCpu = (reason) => ({ backend: 'cpu', adapter: 'CPU', reason });

/** @returns {Promise<Probe>} */
async function probe() {
  /** @type {{requestAdapter(options: object): Promise<Adapter | null>} | undefined} */
  const gpu = /** @type {any} */ (navigator).gpu;
  if (!gpu) return { hardware: false, name: '', found: 'noWebgpu' };
  const ask = () => gpu.requestAdapter({ powerPreference: 'high-performance' }).catch(() => null);
  // The first answer can be null while the browser's GPU process is still starting.
  const adapter = (await ask()) ?? (await new Promise((done) => setTimeout(done, 250)).then(ask));
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
 * @param {(failure: Failure) => void} onFatal
 * @param {(text: Message) => void} onStatus
 */
async function open(device, onFatal, onStatus) {
  const module = await loadModule(device.backend, onFatal, onStatus);
  onStatus({ key: device.backend === 'webgpu' ? 'worker.startingGpu' : 'worker.startingEngine' });
  const engine = await module.Engine.open();
  return { engine, module, device: { ...device, adapter: engine.adapter() || device.adapter } };
}

/**
 * Downloads a build and makes it ready to call. Rejects with code 'network' if it cannot be downloaded.
 * @param {Backend} backend
 * @param {(failure: Failure) => void} onFatal
 * @param {(text: Message) => void} onStatus
 * @returns {Promise<EngineModule>}
 */
export async function loadModule(backend, onFatal, onStatus) {
  // Two literal imports and addresses, so that the bundler sees them and a visitor downloads only one build.
  const [url, load] =
    backend === 'webgpu'
      ? /** @type {const} */ ([
          new URL('../../../pkg/webgpu/inkling_web_bg.wasm', import.meta.url),
          () => import('../../../pkg/webgpu/inkling_web.js'),
        ])
      : /** @type {const} */ ([
          new URL('../../../pkg/cpu/inkling_web_bg.wasm', import.meta.url),
          () => import('../../../pkg/cpu/inkling_web.js'),
        ]);
  onStatus({ key: 'worker.loadingEngine' });
  const [response, module] = await Promise.all([
    fetch(url),
    /** @type {Promise<EngineModule>} */ (/** @type {unknown} */ (load())),
  ]).catch(() => []);
  if (!response?.ok || !module) throw problem('network', 'worker.engineNotLoaded');
  const size = Number(response.headers.get('content-length'));
  if (size) onStatus({ key: 'worker.loadingEngineOf', size });
  await module.default({ module_or_path: /** @type {any} */ (response) });
  module.onFatal((code, message, reason, detail) => onFatal(describe({ code, message, reason, detail })));
  return module;
}
