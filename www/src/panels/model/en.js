// @ts-check
/** @type {import('../../i18n/index.js').Table} */
export default {
  title: 'Model',
  caption: 'Its layers, and how they are trained.',
  settings: 'Settings',
  brief: {
    one: '{preset}, {n} latent, β {beta:plain}, learning rate {rate:plain}',
    other: '{preset}, {n} latents, β {beta:plain}, learning rate {rate:plain}',
  },
  slider: '{setting}, slider',
  facts: {
    one: '{parameters} [[parameters]], {n} [[step]] per [[epoch]]',
    other: '{parameters} [[parameters]], {n} [[step|steps]] per [[epoch]]',
  },
  more: 'More',
  moreBrief: '{likelihood}, warm-up {warmup}, free bits {bits:plain}',
  'moreBrief.free': '{likelihood}, warm-up {warmup}',
  pending: 'Needs a new model. You can undo this.',
  apply: 'Create new model',
  keep: 'Keep this model',
  encoder: 'encoder',
  decoder: 'decoder',
};
