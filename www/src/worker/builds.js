// @ts-check
/**
 * The builds of the engine. Literal imports and addresses, so that the bundler sees them and a visitor downloads only
 * one build, and that of Uses with its chapter.
 */
export const BUILDS = {
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
 * @typedef {typeof import('../../../pkg/cpu/inkling_web.js')} CpuModule
 * @typedef {Partial<Pick<CpuModule, 'coresInUse' | 'limitCores'>>} Cores   what only the CPU builds have
 */
