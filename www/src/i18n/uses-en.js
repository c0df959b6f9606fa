// @ts-check
/** English: the sentences of the panels in Uses, which come with that chapter. */

/** @type {Record<string, import('./index.js').Table>} */
export default import.meta.glob(
  ['../panels/{hand,finish,denoise,anomalies,labels,augment,compress,teach}/en.js', '../ui/uses/en.js'],
  {
    eager: true,
    import: 'default',
  },
);
