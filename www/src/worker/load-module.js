// @ts-check
/**
 * Worker side: downloads a build of the engine, and says when that takes long.
 * @typedef {import('../protocol.js').Message} Message
 * @typedef {typeof import('../../../pkg/webgpu/inkling_web.js')} EngineModule
 */
import { problem } from '../protocol.js';
import { describe } from './engine-errors.js';

/** How long nothing may arrive before the page says so, and before the download is given up, in ms. */
const SLOW_MS = 8_000;
const SILENT_MS = 45_000;

/**
 * Literal imports and addresses, so that the bundler sees them and a visitor downloads only one build, and that of Uses
 * with its chapter.
 */
const BUILDS = {
  webgpu: () => ({
    url: new URL('../../../pkg/webgpu/inkling_web_bg.wasm', import.meta.url),
    bindings: import('../../../pkg/webgpu/inkling_web.js'),
  }),
  cpu: () => ({
    url: new URL('../../../pkg/cpu/inkling_web_bg.wasm', import.meta.url),
    bindings: import('../../../pkg/cpu/inkling_web.js'),
  }),
  uses: () => ({
    url: new URL('../../../pkg/uses/inkling_web_bg.wasm', import.meta.url),
    bindings: import('../../../pkg/uses/inkling_web.js'),
  }),
};

/**
 * Downloads a build and makes it ready to call. Rejects with code 'network' if it cannot be downloaded, or if the
 * server falls silent.
 * @param {keyof typeof BUILDS} build
 * @param {(failure: import('../protocol.js').Failure) => void} onFatal told once, at most, that it broke
 * @param {(text: Message) => void} onStatus
 * @returns {Promise<EngineModule>}
 */
export async function loadModule(build, onFatal, onStatus) {
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
    const size = Number(response.headers.get('content-length'));
    if (size) onStatus({ key: 'worker.loadingEngineOf', size });
    const watched = watch.over(response);
    const compiling = module.default({ module_or_path: /** @type {any} */ (watched) }).catch((error) => {
      throw error instanceof RangeError ? problem('device', 'worker.noMemory') : error;
    });
    await Promise.race([compiling, watch.silence]);
    module.onFatal((code, message, reason, detail) => onFatal(describe({ code, message, reason, detail })));
    return module;
  } finally {
    watch.end();
  }
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

  /** The same response, whose every part counts as a sign of life. @param {Response} response */
  over(response) {
    const { body, status, headers } = response;
    if (!body) return response;
    const counted = new TransformStream({
      transform: (part, controller) => {
        this.alive();
        controller.enqueue(part);
      },
    });
    return new Response(body.pipeThrough(counted), { status, headers });
  }
}
