// @ts-check
/**
 * Worker side: which build runs here, and why. Hardware WebGPU if there is any, else the CPU build: on a software
 * adapter (SwiftShader, llvmpipe) the CPU build is an order of magnitude faster.
 * @typedef {import('../protocol.js').Backend} Backend
 * @typedef {import('../protocol.js').DeviceInfo} DeviceInfo
 * @typedef {typeof import('../../../pkg/webgpu/inkling_web.js')} EngineModule
 * @typedef {import('../../../pkg/webgpu/inkling_web.js').Engine} Engine
 * @typedef {{vendor?: string, architecture?: string, description?: string, device?: string, isFallbackAdapter?: boolean}} AdapterInfo
 * @typedef {{hardware: boolean, why: string, name: string}} Probe
 */

import { EngineError } from '../protocol.js';
import { megabytes } from '../ui/format.js';

/**
 * @param {import('../protocol.js').Choice} choice
 * @param {(code: string, message: string) => void} onFatal
 * @param {(text: string) => void} onStatus
 * @returns {Promise<{engine: Engine, module: EngineModule, device: DeviceInfo}>}
 */
export async function openEngine(choice, onFatal, onStatus) {
  const device = await chooseDevice(choice);
  try {
    return await open(device, onFatal, onStatus);
  } catch (error) {
    if (choice.device !== 'auto' || device.backend === 'cpu') throw error;
    const message = error instanceof Error ? error.message : String(error);
    return open(
      { backend: 'cpu', adapter: 'CPU', reason: `The CPU is used because WebGPU did not start: ${message}` },
      onFatal,
      onStatus,
    );
  }
}

/** What was asked for, or else what is there; whether it starts is another matter. @param {import('../protocol.js').Choice} choice @returns {Promise<DeviceInfo>} */
export async function chooseDevice(choice) {
  if (choice.device === 'cpu')
    return { backend: 'cpu', adapter: 'CPU', reason: `The CPU is used because ${choice.why}.` };
  const { hardware, why, name } = await probe();
  if (choice.device === 'webgpu')
    return { backend: 'webgpu', adapter: name, reason: `WebGPU is used because ${choice.why}: ${why}.` };
  if (!hardware) return { backend: 'cpu', adapter: 'CPU', reason: `The CPU is used because ${why}.` };
  return { backend: 'webgpu', adapter: name, reason: `WebGPU is used because ${why}.` };
}

/** @returns {Promise<Probe>} */
async function probe() {
  /** @type {{requestAdapter(options: object): Promise<{info?: AdapterInfo, isFallbackAdapter?: boolean} | null>} | undefined} */
  const gpu = /** @type {any} */ (navigator).gpu;
  if (!gpu) return { hardware: false, name: '', why: 'this browser offers no WebGPU here' };
  const ask = () => gpu.requestAdapter({ powerPreference: 'high-performance' }).catch(() => null);
  // The first answer can be null while the browser's GPU process is still starting.
  const adapter = (await ask()) ?? (await new Promise((done) => setTimeout(done, 250)).then(ask));
  if (!adapter) return { hardware: false, name: '', why: 'WebGPU found no graphics adapter' };
  const info = adapter.info ?? {};
  const words = [info.vendor, info.architecture, info.device, info.description].filter(Boolean).join(' ');
  const software =
    info.isFallbackAdapter || adapter.isFallbackAdapter || /swiftshader|llvmpipe|basic render/i.test(words);
  const name = software ? `${/swiftshader/i.test(words) ? 'SwiftShader' : 'adapter'} (software)` : called(info);
  if (software)
    return {
      hardware: false,
      name,
      why: `WebGPU has only a software adapter here (${words || 'unnamed'}), which is slower`,
    };
  return { hardware: true, name, why: 'a graphics processor was found' };
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
 * @param {(code: string, message: string) => void} onFatal
 * @param {(text: string) => void} onStatus
 */
async function open(device, onFatal, onStatus) {
  const module = await loadModule(device.backend, onFatal, onStatus);
  onStatus(device.backend === 'webgpu' ? 'Starting the graphics processor…' : 'Starting the engine…');
  const engine = await module.Engine.open();
  return { engine, module, device: { ...device, adapter: engine.adapter() || device.adapter } };
}

/**
 * Downloads a build and makes it ready to call.
 * @param {Backend} backend
 * @param {(code: string, message: string) => void} onFatal
 * @param {(text: string) => void} onStatus
 * @returns {Promise<EngineModule>}
 */
export async function loadModule(backend, onFatal, onStatus) {
  // Two literal imports and two literal addresses, so that the bundler sees them and a visitor downloads only one build.
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
  onStatus('Loading the engine…');
  const [response, module] = await Promise.all([
    fetch(url),
    /** @type {Promise<EngineModule>} */ (/** @type {unknown} */ (load())),
  ]).catch(() => []);
  if (!response?.ok || !module)
    throw new EngineError({ code: 'network', message: 'The engine could not be loaded. Are you offline?' });
  const size = Number(response.headers.get('content-length'));
  if (size) onStatus(`Loading the engine, ${megabytes(size)}…`);
  await module.default({ module_or_path: /** @type {any} */ (response) });
  module.install(onFatal);
  return module;
}
