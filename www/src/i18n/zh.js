// @ts-check
/** Chinese, as en.js has English. Only those who read it download it. */

/** @type {Record<string, import('./index.js').Table>} */
export default import.meta.glob(
  ['./errors/zh.js', '../app/zh.js', '../shell/zh.js', '../worker/zh.js', '../panels/*/zh.js'],
  {
    eager: true,
    import: 'default',
  },
);
