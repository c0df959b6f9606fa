// @ts-check
/** Chinese, as en.js has English. */

/** @type {Record<string, import('./index.js').Table>} */
export default import.meta.glob(
  [
    './errors/zh.js',
    '../app/zh.js',
    '../shell/zh.js',
    '../worker/zh.js',
    '../panels/*/zh.js',
    '../ui/zh.js',
    // They come with their chapter: uses-zh.js.
    '!../panels/{hand,finish,denoise,anomalies,labels,augment,compress,teach}/zh.js',
  ],
  {
    eager: true,
    import: 'default',
  },
);
