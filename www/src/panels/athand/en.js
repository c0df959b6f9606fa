// @ts-check
/** @type {import('../../i18n/index.js').Table} */
export default {
  title: 'The image at hand',
};
