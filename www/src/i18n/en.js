// @ts-check
/**
 * English: the tables of all folders that have one. A panel's sentences lie in its own folder (panels/map/en.js); their keys
 * begin with the folder's name: `map.title`.
 */

/** @type {Record<string, import('./index.js').Table>} */
export default import.meta.glob(
  [
    './errors/en.js',
    '../app/en.js',
    '../shell/en.js',
    '../worker/en.js',
    '../panels/*/en.js',
    '../ui/en.js',
    // They come with their chapter: uses-en.js.
    '!../panels/{hand,finish,denoise,anomalies,labels,augment,compress,teach}/en.js',
  ],
  {
    eager: true,
    import: 'default',
  },
);
