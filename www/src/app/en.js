// @ts-check
/** What the app itself says: the settings and presets by name, and what the status line tells of data and runs. */
export default {
  // Data
  generatedDigits: 'Generated digits',
  preparing: 'Preparing',
  loadNext: 'The engine is still loading. This will run next.',
  loaded: '{name}: {train} training images, {heldOut} held out.',
  loadedWithOwn: '{name}: {train} training images, {own} of them from your set, {heldOut} held out.',
  newModelForData: 'Training starts over with a new model.',

  // The run
  trainingBegins: 'Training has started.',
  trainingContinues: 'Training continues from step {step}.',
  epochBegins: 'Epoch {epoch} of {epochs} has started.',
  epochBeginsLoss: 'Epoch {epoch} of {epochs} has started. Held-out loss: {loss:nats} nats.',
  paused: 'Paused at step {step}.',
  pausedLoss: 'Paused at step {step}. Loss: {loss:nats} nats.',
  finished: 'Finished at step {step}.',
  finishedLoss: 'Finished at step {step}. Loss: {loss:nats} nats.',
  noMoreEpochs:
    'All {epochs} epochs are done, and a run can have no more. To train further, start over with a new model.',
  stopped: 'Training stopped at step {step}.',
  goodWeightsKept: 'You can bring back the good weights of step {step} in the Studio.',
  freshModel: 'This is a new, untrained model.',
  canBeBroughtBack: 'You can bring the previous model back in the Studio.',
  modelBack: 'The model is back at step {step}.',
  freshInstead: 'The weights could not be read, so this is a new model.',
  opened: 'Opened {name} at step {step}.',
  fileRefused: '{name}: {why}',
  continues: 'The pretrained model ({title}) is yours to train on. Press Start.',
  resumed: 'Your last session is back at step {step}, paused.',
  settingsOutOfRange: 'A setting is out of range. Correct it in the Model panel first.',

  // The engine
  restarting: 'Restarting the engine…',
  back: 'The engine is back.',
  backAtStep: 'The engine is back at step {step}.',
  backWithoutWeights: 'The engine is back, but the weights could not be restored, so this is a new model.',
  engineUnreachable: 'The engine could not be loaded. Check your connection and reload the page.',
  noWorker: 'This browser did not start the engine’s worker. {why}',
  engineSilent:
    'The engine has not answered for a while. The connection may be slow, or the browser or the graphics driver may be stuck. You can wait or restart the engine.',
  classicFirst:
    'Classic MLP is set, because a short test found this GPU slow ({gflops} GFLOP/s). You can choose any other preset.',
  addressRefused: 'Ignored in the address, because it is not a valid setting: {what}.',

  // Settings
  'setting.preset': '[[preset|Preset]]',
  'setting.latent': '[[latent|Latent size]]',
  'setting.latent.note': '',
  'setting.latent.help':
    'How many numbers a digit is compressed to. Fewer numbers force the model to keep only what matters most.',
  'setting.beta': '[[beta|β]]',
  'setting.beta.note': 'KL weight',
  'setting.beta.help':
    'How strongly codes are pulled towards the prior. At 0 you train a plain autoencoder; large values make latents collapse.',
  'setting.learningRate': '[[learning-rate|Learning rate]]',
  'setting.learningRate.note': 'peak',
  'setting.learningRate.help':
    'The largest step size of the run. It rises to this value over the first tenth of the run and then decays.',
  'setting.batch': '[[batch|Batch]]',
  'setting.batch.note': '',
  'setting.batch.help': 'How many images each step learns from.',
  'setting.epochs': '[[epoch|Epochs]]',
  'setting.epochs.note': '',
  'setting.epochs.help': 'How many times training goes through all images.',
  'setting.seed': '[[seed|Seed]]',
  'setting.seed.note': '',
  'setting.seed.help':
    'Fixes all random choices: the same seed gives the same initial weights and the same order of images.',
  'setting.likelihood': '[[likelihood|Likelihood]]',
  'setting.likelihood.note': '',
  'setting.likelihood.help':
    'What the decoder’s output says about a pixel: the probability of ink, or a Gaussian around a grey level.',
  'setting.likelihood.bernoulli': 'Bernoulli',
  'setting.likelihood.gaussian': 'Gaussian',
  'setting.likelihood.gaussianLearned': 'Gaussian, learned variance',
  'setting.variance': 'Variance',
  'setting.variance.note': '',
  'setting.variance.help':
    'The variance of each pixel. The smaller it is, the more the squared error weighs against the KL.',
  'setting.warmupSteps': '[[warm-up|Warm-up steps]]',
  'setting.warmupSteps.note': '',
  'setting.warmupSteps.help':
    'β rises from 0 to its value over this many steps, so that the latents are in use before the KL presses on them.',
  'setting.freeBits': '[[free-bits|Free bits]]',
  'setting.freeBits.note': '',
  'setting.freeBits.help':
    'Each latent may carry this many nats at no cost. Only the part of its KL above that is pushed down.',
  // Values that are not settings but can be out of range all the same.
  'setting.count': 'The number of images',
  'setting.frames': 'The number of frames',
  'setting.times': 'The number of repeats',
  'setting.pen': 'The pen width',
  'setting.codes': 'The code',
  'setting.binarised': 'The binarised share',
  'setting.hiddenLayers': 'The number of hidden layers',
  'setting.hiddenSize': 'The size of a hidden layer',
  'setting.convolutions': 'The number of convolutions',
  'setting.channels': 'The number of channels',
  'setting.denseSize': 'The size of the dense layer',
  'setting.pixels': 'The image',
  'setting.strokes': 'The drawing',
  wholeFromTo: '{field}: enter a whole number from {low:plain} to {high:plain}.',
  fromTo: '{field}: enter a number from {low:plain} to {high:plain}.',

  // Advice
  'advice.broke.title': 'Training diverged',
  'advice.broke': 'The learning rate {rate:plain} is too high: a step went so far that the loss is no longer finite.',
  'advice.jumped.title': 'The loss jumped at step {step}',
  'advice.jumped':
    'It was {lowest:nats} nats and has stayed at {now:nats} since. A lower [[learning-rate|learning rate]] makes the steps smaller.',
  'advice.collapsed.title': 'Only {active} of {n} latents are active',
  'advice.collapsed':
    'For the silent ones, [[beta|β]] × [[kl|KL]] outweighs what they would save in [[reconstruction]], so they match the [[prior]] and carry nothing: [[collapse|posterior collapse]].',
  'advice.silenced':
    'The learning rate {rate:plain} is too high: the first steps went so far that encoder and decoder lost each other.',
  'advice.overfits.title': 'The model overfits',
  'advice.overfits':
    'The [[held-out]] loss has risen from {best:nats} to {now:nats} nats since step {step}, while the training loss still falls. More training images, fewer latents or fewer epochs help.',
  'cure.warmup': 'Restart with warm-up',
  'cure.freeBits': 'Free bits {bits:plain}',
  'cure.beta': 'β {beta:plain}',
  'cure.rate': 'Learning rate {rate:plain}',
  'cure.freshRate': 'Restart with learning rate {rate:plain}',

  // Presets
  'preset.classic': 'Classic MLP',
  'preset.classic.summary':
    'The [[vae|VAE]] of most tutorials: one hidden [[dense-layer|layer]] each way. Fast, and good for a first look.',
  'preset.linear': 'Linear',
  'preset.linear.summary':
    'One [[dense-layer|dense layer]] each way: a close relative of [[pca|PCA]]. Even straight strokes stay blurred.',
  'preset.deep': 'Deep MLP',
  'preset.deep.summary':
    'Two hidden [[dense-layer|layers]] each way. More capacity: a lower [[loss]], but more work per step.',
  'preset.beta': 'Beta-VAE',
  'preset.beta.summary':
    '[[gaussian|Squared error]] with the [[kl|KL]] weighted by [[beta]]. Raise beta and watch [[latent|latents]] [[collapse]].',
  'preset.wide': 'Wide latent',
  'preset.wide.summary':
    '256 [[latent|latents]], far more than needed: most [[collapse]] onto the [[prior]] and carry nothing.',
  'preset.conv': 'Convolutional',
  'preset.conv.summary':
    '[[convolution|Convolutions]] share their weights across the image: fewer [[parameters]], more work per step.',
  'preset.residual': 'Residual conv',
  'preset.residual.summary':
    '[[convolution|Convolutions]] with [[residual-block|residual blocks]]: the sharpest digits and the lowest [[loss]]. Best on a GPU.',
  'preset.conditional': 'Conditional',
  'preset.conditional.summary':
    '[[encoder|Encoder]] and [[decoder]] are [[conditional|told the label]], so the [[code]] is left with the hand: slant, width, style.',
  'preset.conditionalResidual': 'Conditional residual',
  'preset.conditionalResidual.summary':
    'Residual conv, [[conditional|told the label]]. Sharper digits in the hand that you ask for. Best on a GPU.',
  'preset.generator': 'Generator only',
  'preset.generator.summary': 'No [[encoder]]: each image has a free [[code]], fitted together with the [[decoder]].',

  // Time
  seconds: '{s} s',
  minutesSeconds: '{m} min {s} s',
  hoursMinutes: '{h} h {m} min',
  justNow: 'just now',
  minutesAgo: { one: '{n} minute ago', other: '{n} minutes ago' },
  hoursAgo: { one: '{n} hour ago', other: '{n} hours ago' },
  daysAgo: { one: 'yesterday', other: '{n} days ago' },
};
