// @ts-check
/** @type {import('../../i18n/index.js').Table} */
export default {
  title: 'Train',
  caption:
    'Each [[step]] adjusts the [[parameters|weights]] to lower the [[loss]]. [[held-out|Held-out]] digits are never trained on.',

  unit: '[[nats]] per image',
  legend: 'Latest losses, nats per image',
  nats: '{value:nats}',
  total: '[[loss|Total]]',
  'total.help': 'The training loss: reconstruction + β × KL',
  'total.help.free': 'The training loss: reconstruction + β × |z|²/2',
  reconstruction: '[[reconstruction|Reconstruction]]',
  'reconstruction.help': 'Cross-entropy between each image and its reconstruction, summed over the pixels',
  heldOutTotal: '[[held-out|Held-out total]]',
  'heldOutTotal.help': 'The total loss, averaged over the same {n} held-out images each time',
  kl: '[[kl|KL]]',
  'kl.help': 'KL divergence from the posterior q(z|x) to the standard normal prior',
  free: '|z|²/2',
  'free.help': 'Half the squared length of the codes. This preset has no encoder, so there is no KL.',

  logScale: 'log scale',
  steps: 'steps',
  'chart.losses': 'Loss by training step: {total}; {heldOut}',
  'chart.second': 'By training step: {range}',
  'chart.range': '{name} from {first:nats} to {last:nats} nats',
  'chart.unknown': '{name} not measured yet',
  'chart.total': 'total',
  'chart.heldOut': 'held-out total',

  'empty.loading': 'Loading…',
  'empty.failed': 'The engine stopped. There is no curve yet.',
  'empty.start': 'Press Start: the losses appear here.',
  'empty.running': 'Training. The first losses will appear shortly.',
  'empty.opened': 'This model is at step {step}. Its curve starts when you continue training.',

  'heldOut.above': 'held out',
  'heldOut.below': 'decoded',
  'heldOut.row': 'Held-out digits above their reconstructions. Press one to use it in Interpolate.',
  'heldOut.digit': 'Held-out digit {i} and its reconstruction',
  'heldOut.pickName': 'held-out digit {i}',

  dismiss: 'Dismiss',

  undo: 'Bring back the model at step {step}',
  save: 'Save',
  'save.help': 'Download weights, optimiser state and progress as a safetensors file',
  open: 'Open…',
  'open.help':
    'Open a model that was saved here. It continues on the current data. You can also drop the file on the page.',
  'open.label': 'Model file',
  saved: 'Saved as {name}, {size:bytes}.',
};
