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
  continue: 'Pretrained…',
  'continue.help': 'Begin with a model that comes with this page and train it on',
  'continue.title': 'Train a pretrained model on',
  'continue.caption':
    'A run of its own begins with the weights of that model, on the data set you have chosen. You can bring your present run back.',
  'continue.best': 'The best one',
  'continue.best.note': 'Residual conv with 32 latents: sharp digits. Best on a GPU.',
  'continue.plane': 'The plane',
  'continue.plane.note': 'Deep MLP with two latents, whose map is all of its latent space.',
  'continue.hand': 'The hand',
  'continue.hand.note': 'Conditional, 16 latents: it writes the digit it is told. It needs images with labels.',
  'continue.go': 'Train this model on',
  'continue.goOn': 'Train this model on: {name}',
  'continue.close': 'Close',
  saved: 'Saved as {name}, {size:bytes}.',
};
