// @ts-check
/**
 * Worker side: downloads a build of the engine, and says when that takes long.
 * @typedef {import('../protocol.js').Message} Message
 * @typedef {typeof import('../../../pkg/webgpu/inkling_web.js')} EngineModule
 */
import { problem } from '../protocol.js';
import { BUILDS } from './builds.js';
import { counted } from './counted.js';
import { describe } from './engine-errors.js';
import { startThreads } from './threads.js';

/** How long nothing may arrive before the page says so, and before the download is given up, in ms. */
const SLOW_MS = 8_000;
const SILENT_MS = 45_000;

/** The most memory that a module on several threads may have, in pages: what a browser reserves of it, it decides. */
const MOST_PAGES = [65_536, 32_768, 16_384];
/** With so many pages it begins. */
const FIRST_PAGES = 512;

/**
 * Downloads a build and makes it ready to call. Rejects with code 'network' if it cannot be downloaded, or if the
 * server falls silent.
 * @param {keyof typeof BUILDS} build
 * @param {(failure: import('../protocol.js').Failure) => void} onFatal told once, at most, that it broke
 * @param {(text: Message) => void} onStatus
 * @param {import('./counted.js').OnBytes} [onBytes]
 * @returns {Promise<EngineModule>}
 */
export async function loadModule(build, onFatal, onStatus, onBytes = () => {}) {
  onStatus({ key: 'worker.loadingEngine' });
  const watch = new Watch(onStatus);
  try {
    const { url, bindings } = BUILDS[build]();
    const loading = Promise.all([
      fetch(url, { signal: watch.signal }),
      /** @type {Promise<EngineModule>} */ (/** @type {unknown} */ (bindings)),
    ]).catch(() => []);
    const [response, module] = await Promise.race([loading, watch.silence]);
    if (!response?.ok || !module) throw problem('network', 'worker.engineNotLoaded');
    watch.alive();
    const watched = counted(response, FILE_SIZES[build] ?? 0, (done, total) => {
      watch.alive();
      onBytes(done, total);
    });
    const ready = compile(watched).then((compiled) => instantiate(build, module, compiled));
    await Promise.race([ready, watch.silence]).catch((error) => {
      throw error instanceof RangeError ? problem('device', 'worker.noMemory') : error;
    });
    module.onFatal((code, message, reason, detail) => onFatal(describe({ code, message, reason, detail })));
    return module;
  } finally {
    watch.end();
  }
}

/** While it arrives, where the server says that it is WebAssembly. @param {Response} response */
async function compile(response) {
  if (response.headers.get('content-type') === 'application/wasm') return WebAssembly.compileStreaming(response);
  return WebAssembly.compile(await response.arrayBuffer());
}

/**
 * A CPU build gets memory that threads can share, and the threads. A browser that cannot share it gives it all the
 * same, to one thread.
 * @param {keyof typeof BUILDS} build @param {EngineModule} module @param {WebAssembly.Module} compiled
 */
async function instantiate(build, module, compiled) {
  const shares = WebAssembly.Module.imports(compiled).some(({ kind }) => kind === 'memory');
  if (build === 'webgpu' || !shares) {
    await module.default({ module_or_path: compiled });
    return;
  }
  const memory = sharedMemory();
  await module.default(/** @type {any} */ ({ module_or_path: compiled, memory }));
  await startThreads({ build, compiled, memory });
}

/** As much as the browser lets it grow to. Throws a RangeError where it has none. */
function sharedMemory() {
  for (const maximum of MOST_PAGES) {
    try {
      return new WebAssembly.Memory({ initial: FIRST_PAGES, maximum, shared: true });
    } catch (error) {
      if (!(error instanceof RangeError) || maximum === MOST_PAGES.at(-1)) throw error;
    }
  }
  throw new RangeError('no memory');
}

/** Watches a download: says when nothing arrives for a while, and gives it up when nothing arrives for long. */
class Watch {
  #abort = new AbortController();
  /** @type {ReturnType<typeof setTimeout>[]} */ #timers = [];
  #onStatus;
  /** @type {() => void} */ #giveUp = () => {};
  /** Rejects with code 'network' when nothing arrived for long. @type {Promise<never>} */
  silence = new Promise((_, reject) => {
    this.#giveUp = () => reject(problem('network', 'worker.engineSilent'));
  });

  /** @param {(text: Message) => void} onStatus */
  constructor(onStatus) {
    this.#onStatus = onStatus;
    // Unless somebody waits for it, silence is no error.
    this.silence.catch(() => {});
    this.alive();
  }

  get signal() {
    return this.#abort.signal;
  }

  /** Something arrived. */
  alive() {
    this.end();
    this.#timers = [
      setTimeout(() => this.#onStatus({ key: 'worker.engineSlow' }), SLOW_MS),
      setTimeout(() => {
        this.#giveUp();
        this.#abort.abort();
      }, SILENT_MS),
    ];
  }

  end() {
    this.#timers.forEach(clearTimeout);
  }
}
