// @ts-check
/** @type {import('../i18n/index.js').Table} */
export default {
  // Masthead and chapters
  title: 'Inkling: a network that learns to write',
  skip: 'Skip to training',
  chapters: 'Chapters',
  'chapter.studio': 'Studio',
  'chapter.studio.about': 'Choose data, train a model, draw, sample, interpolate',
  'chapter.studio.lede':
    'Train a [[vae|variational autoencoder]] here in your browser. It learns to compress each digit into a few numbers and to draw the digit from them; new numbers then give digits that nobody wrote.',
  'chapter.inside': 'Inside',
  'chapter.inside.about': 'Follow one image through the network: latents, map, anatomy',
  'chapter.inside.lede':
    'Follow one image through the model: into a few numbers, a point of [[latent-space|latent space]], and back into pixels. Draw, drag and press: everything here answers.',
  'chapter.uses': 'Uses',
  'chapter.uses.about': 'What a VAE is good for: write, repair, compare, compress',
  'chapter.uses.lede':
    'What is such a model good for? Write any digit in your own hand, finish what is missing, remove noise, spot what does not belong: each with a figure that you can check.',
  language: 'Language',
  'language.unreachable': 'The page could not be loaded in {name}. Are you offline?',
  dropInStudio: 'Open the Studio first, then drop the files there.',
  'device.finding': 'Looking for a GPU…',
  'device.cpu': { one: 'CPU · one core, SIMD', other: 'CPU · {n} cores, SIMD' },
  'device.gpu': 'WebGPU · {adapter}',
  'device.gpuUnnamed': 'WebGPU',
  'device.why': 'Running on {device}. Why?',
  loading: 'Loading the engine…',
  'fetching.engine': 'Loading the engine',
  'fetching.model': 'Loading the pretrained model',
  'fetching.encoder': 'Loading the pretrained model’s encoder',
  'fetching.bytes': '{done:bytes}',
  'fetching.bytesOf': '{done:bytes} of {total:bytes}',
  ready: 'Ready. Press Start to train your model.',

  // Transport
  bar: 'Training controls',
  training: 'Training',
  'start.idle': 'Start',
  'start.paused': 'Resume',
  'start.finished': 'Train on',
  pause: 'Pause',
  step: 'Step',
  'step.about': 'Train for a single step',
  reset: 'Reset',
  'reset.about': 'Start over with new random weights. You can bring this model back.',
  epochs: 'epochs',
  steps: 'steps',
  rate: 'steps/s',
  left: '**{left:duration}** left',
  leftUnknown: '**–** left',
  progress: 'Training progress',

  // Whose digits are shown
  'shown.label': 'Which model the page shows',
  'shown.pretrained': 'Pretrained',
  'shown.yours': 'Yours',
  'shown.best': '{title}, {latent} latents.',
  'shown.bestOf': '{title}, {latent} latents, trained on {data} for {epochs} epochs.',
  'shown.bestLoss': 'Test loss: {loss:nats} nats.',
  'shown.trained': 'Your model at step {step}.',
  'shown.untrained': 'Your model is untrained, so it draws noise.',

  // Footer
  how: 'How it works',
  'how.picture':
    'A digit goes into the encoder, which gives mu and sigma; z is sampled from them; the decoder turns z into a digit.',
  'how.code':
    'The **[[encoder]]** maps a digit to a Gaussian over [[code|codes]], its [[posterior]]: a [[mu|mean μ]] and a [[sigma|standard deviation σ]] for each [[latent]]. One code z is drawn from it with random [[eps|noise]] ([[reparameterisation]]), and the **[[decoder]]** turns z into a [[logit]] for each pixel. Both are stacks of layers with [[activation|activation functions]] between them.',
  'how.loss':
    '**[[loss|Loss]]** = [[reconstruction|reconstruction error]] + [[beta|β]] × [[kl|KL divergence]], in [[nats]] per image; with β = 1 it is minus the [[elbo|ELBO]]. The first term asks for faithful digits, as the [[likelihood]] measures them, [[bernoulli|Bernoulli]] or [[gaussian|Gaussian]]. The second keeps the posteriors close to the [[prior]] N(0, 1), so that a random code decodes to a digit too.',
  'how.rate':
    'Each [[step]] follows the [[gradient]] for a [[batch]] of images, by the rule of [[adam|Adam]]. The **[[learning-rate|learning rate]]** rises over the first tenth of a run and then decays to almost zero: large steps first, small ones to settle. Too high a rate makes training [[divergence|diverge]]; too many [[epoch|epochs]] make it [[overfitting|overfit]].',
  'how.silent':
    'Where β × KL outweighs what a latent saves in reconstruction, the latent falls silent: [[collapse|posterior collapse]]. A [[warm-up]] of β or [[free-bits|free bits]] keep more [[active-units|units active]].',
  encoder: 'encoder',
  decoder: 'decoder',
  noise: 'noise',
  glossary: 'Glossary',
  'glossary.open': '[[index|Glossary]]',
  'glossary.also': 'See also',
  'glossary.all': 'All terms',
  'glossary.close': 'Close',
  'glossary.unreachable': 'The glossary could not be downloaded. Check your connection and reload the page.',
  private: 'Everything runs on this device. The digits you draw never leave it.',
  benchmark: 'Benchmark',
  licence: 'MIT or Apache-2.0',

  'resume.title': 'Resume where you left off?',
  'resume.accept': 'Resume',
  'resume.discard': 'Discard',
  'resume.stored': 'Stored runs',
  'resume.one': '{preset}, step {step}, {when}',
  'resume.what': '{preset} on {data}, epoch {epoch} of {epochs}, {when}.',
  'resume.whatWithLoss': '{preset} on {data}, epoch {epoch} of {epochs}, loss {loss:nats}, {when}.',
  'resume.filesNotStored': 'Its image files were not stored. Choose them again first, or continue on the current data.',
  'resume.openElsewhere': {
    one: 'Another run is open in another tab.',
    other: '{n} more runs are open in other tabs.',
  },
  'resume.ready': 'Ready. Resume your last session, or press Start for a new one.',
  'resume.readyElsewhere': {
    one: 'Ready. A stored run is open in another tab; Start trains a new one here.',
    other: 'Ready. {n} stored runs are open in other tabs; Start trains a new one here.',
  },
  'resume.discarded': 'The run was discarded.',
  'resume.withoutFiles':
    'Back at step {step} of your last session. Its image files were not stored, so it continues on {data}.',
  'resume.gone': 'This run was discarded in another tab.',
  'resume.taken': 'This run is open in another tab. Close that tab first.',
  'resume.unreadable': 'A stored run cannot be read. It is damaged, or another version of this page stored it.',
  'resume.notDiscarded': 'The browser could not delete the run: {said}',

  'fatal.stopped': 'The engine stopped',
  'fatal.notStarted': 'The engine did not start',
  'fatal.crashed': 'An internal error crashed it.',
  'fatal.checkpoint': 'Restarting brings back your last [[checkpoint]].',
  'fatal.detail': 'Technical detail: {said}',
  'fatal.restart': 'Restart the engine',
  'fatal.restartOnCpu': 'Restart on the CPU',

  panelNotFetched: 'This part of the page could not be downloaded. Are you offline?',
  panelAgain: 'Try again',
  panelFailed: 'This part of the page did not start. Reload the page to try again.',

  'kept.full': 'Browser storage is full: this run is not being stored.',
  'kept.unavailable': 'Browser storage is unavailable: this run is not being stored.',
  'kept.madeRoom': 'Browser storage was full, so another stored run was deleted.',
  'kept.most': 'At most {n} runs are stored, so another one was deleted.',
  'kept.silent': 'The browser’s storage does not answer.',

  'digits.full': 'Your set is full: it holds at most {n} digits.',
  'digits.noRoom': 'Browser storage is full. This digit lasts until you close the page.',
  'digits.notStored': 'Browser storage is unavailable. This digit lasts until you close the page.',
  'digits.unchanged': 'The browser could not update your set: {said}',

  'file.tooLarge': '{name} has {size:bytes}, too much for a model from this page (at most {most:bytes}).',
  'file.unreadable': '{name} could not be read.',
};
