// @ts-check
import { existsSync, statSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url));

/** The pages that are there: the main one, and those beside it. */
const pages = ['index.html', 'bench.html'].map(here).filter(existsSync);

/** Panels that are downloaded when their chapter is first opened, and the glossary, when its first term is. */
const INSIDE = /^src\/(panels\/(athand|latents|map|anatomy)|glossary)\//;
/** What comes with the chapter Uses: its panels and their words, what they share, its engine. */
const USES_PANELS = 'hand|finish|denoise|teach|anomalies|labels|augment|compress';
const USES = new RegExp(
  `^(src/(panels/(${USES_PANELS})/|app/uses-engine|ui/(live-use|digit-source|plot))|\\.\\./pkg/uses/)`,
);
const USES_WORDS = /^src\/i18n\/uses-\w\w\.js$/;

/**
 * Which folder a built file goes to. What a visitor with WebGPU does not download goes apart: xtask counts the rest
 * (crate/xtask/src/budget.rs).
 * @param {readonly (string | null | undefined)[]} sources the files it was made from, relative to this folder or absolute
 */
function folder(sources) {
  const names = sources.map((source) => relative(here('.'), resolve(here('.'), source ?? '')).replaceAll('\\', '/'));
  if (names.some((name) => name.startsWith('../pkg/cpu/'))) return 'assets/cpu';
  if (names.some((name) => /^(src\/)?bench\b/.test(name))) return 'assets/bench';
  if (names.some((name) => name.startsWith('models/'))) return 'models';
  if (names.some((name) => INSIDE.test(name))) return 'assets/inside';
  if (names.some((name) => USES_WORDS.test(name))) return 'assets/uses/i18n';
  if (names.some((name) => USES.test(name))) return 'assets/uses';
  if (names.some((name) => /^src\/i18n\/\w\w\.js$/.test(name))) return 'assets/i18n';
  return 'assets';
}

/**
 * Where the chunks are that no file stands for: what several panels share. Their styles are named as they are.
 * @type {Map<string, string>}
 */
const shared = new Map();

/** @param {import('vite').Rolldown.PreRenderedChunk} chunk */
function folderOf({ name, facadeModuleId, moduleIds }) {
  if (facadeModuleId) return folder([facadeModuleId]);
  shared.set(name, folder(moduleIds));
  return folder(moduleIds);
}

/** @param {import('vite').Rolldown.PreRenderedAsset} asset */
function folderOfAsset({ names: [name = ''], originalFileNames }) {
  return (originalFileNames.length === 0 && shared.get(name.replace(/\.css$/, ''))) || folder(originalFileNames);
}

/**
 * What the main page and later chunks have in common is one file: in many small ones it would be larger, and each a
 * request.
 */
const SHARED = {
  name: 'shared',
  minShareCount: 2,
  test: (/** @type {string} */ id) => /\/src\/(ui|app|storage|i18n|protocol)\b/.test(id) && !folder([id]).includes('/'),
};

/** @satisfies {import('vite').Rolldown.OutputOptions} */
const output = {
  // The worker's entry is worker/index.js: named for its folder, not for its file.
  entryFileNames: (chunk) =>
    `${folder([chunk.facadeModuleId])}/${chunk.name === 'index' && chunk.facadeModuleId?.endsWith('worker/index.js') ? 'worker' : '[name]'}-[hash].js`,
  chunkFileNames: (chunk) => `${folderOf(chunk)}/[name]-[hash].js`,
  assetFileNames: (asset) => `${folderOfAsset(asset)}/[name]-[hash][extname]`,
};

/**
 * The policy that `cargo xtask serve` sends (crate/xtask/src/serve.rs), for static hosts that send none. A page cannot
 * say `frame-ancestors` of itself, so that part is only in the header.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self' https://cdn.jsdelivr.net https://raw.githubusercontent.com https://codh.rois.ac.jp",
  "font-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** @type {import('vite').Plugin} */
const policyInPage = {
  name: 'content-security-policy',
  // The development server puts styles and scripts of its own into the page.
  apply: 'build',
  transformIndexHtml: () => [
    // Before anything that it governs.
    { tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content: POLICY }, injectTo: 'head-prepend' },
  ],
};

/** What the page counts downloads against: a server that packs a file says only how long it is packed. */
const SIZES = Object.fromEntries(
  [
    ...['webgpu', 'cpu', 'uses'].map((build) => [build, `../pkg/${build}/inkling_web_bg.wasm`]),
    ...['best-decoder', 'best-encoder', 'hand'].map((model) => [model, `models/small/${model}.safetensors`]),
    ['plane', 'models/plane.safetensors'],
  ].map(([name, file = '']) => [name, existsSync(here(file)) ? statSync(here(file)).size : 0]),
);

/** @type {import('vite').Plugin} */
const workerEarly = {
  name: 'worker-early',
  apply: 'build',
  transformIndexHtml: {
    order: 'post',
    handler(_, { filename, bundle = {} }) {
      if (!filename.endsWith('/index.html')) return [];
      // The worker loads the engine: it comes beside the page's own script, not after it. Neither waits for start-guard.
      const scripts = Object.keys(bundle).filter((name) => /^assets\/(worker|index|shared)-[^/]*\.js$/.test(name));
      const styles = Object.keys(bundle).filter((name) => /^assets\/(index|masthead|shared)-[^/]*\.css$/.test(name));
      return [
        ...scripts.map((name) => ({ tag: 'link', attrs: { rel: 'modulepreload', href: `./${name}` } })),
        // As the page asks for them itself: otherwise they would be fetched twice.
        ...styles.map((name) => ({
          tag: 'link',
          attrs: { rel: 'preload', as: 'style', crossorigin: true, href: `./${name}` },
        })),
      ];
    },
  },
};

export default defineConfig({
  plugins: [policyInPage, workerEarly],
  define: { FILE_SIZES: JSON.stringify(SIZES) },
  // Relative addresses: the page works from any sub-path of a static host.
  base: './',
  build: {
    target: 'es2022',
    // The Content-Security-Policy allows nothing inline: no data: addresses, no script in the page.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: { input: pages, output: { ...output, codeSplitting: { groups: [SHARED] } } },
  },
  worker: {
    format: 'es',
    rolldownOptions: { output },
  },
  // `npx vite` serves the built modules beside this folder.
  server: { fs: { allow: [here('.'), here('../pkg')] } },
});
