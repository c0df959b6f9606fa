// @ts-check
/** @type {import('../../i18n/index.js').Table} */
export default {
  title: 'Latents',
  'caption.encoder':
    'The [[encoder]] reads the image as a few numbers, the [[latent|latents]]: each a Gaussian of mean [[mu|μ]] and standard deviation [[sigma|σ]]. Drag one and watch the decoded digit.',
  'caption.free':
    'This model has no [[encoder]]: it searches for the numbers, the [[latent|latents]], that decode to the image. Drag one and watch the decoded digit.',
  list: 'Latents, the one that carries most first. Left and right arrows move z, up and down choose a latent, Delete goes back to its mean.',
  name: 'z {i}',
  value: '{z}, with mean {mu}, standard deviation {sigma}, KL {kl:nats} nats',
  'value.free': '{z}, with code {mu}',
  sum: 'KL {kl:nats} nats',
  'sum.free': '½z² {kl:nats} nats',
  fold: {
    one: '{n} of {all} numbers carries nothing ({kl:nats} nats)',
    other: '{n} of {all} numbers carry nothing ({kl:nats} nats)',
  },

  resample: 'Resample',
  prior: 'Random z',
  settle: 'Back to μ',
  readings: 'Eight readings of this image',
  'readings.grid': 'Eight draws from the posterior. Arrow keys move, Enter makes one of them z.',
  'readings.note':
    'Each is decoded from its own draw z = μ + σ·[[eps|ε]] from the [[posterior]]. Where σ is wide, they differ.',
  'readings.none': 'Without an [[encoder]] there is no [[posterior]] to draw from: a single code is sought.',
  reading: 'Reading {n}: press to make it z',
  readout: '[[posterior|Posterior]] on the [[prior]], z {i}: μ {mu}, σ {sigma}, KL {kl:nats} nats. Now z is {z}.',
  'readout.free': 'Code on the [[prior]], z {i}: {mu}, ½z² {kl:nats} nats. Now z is {z}.',
  now: 'The digit that z decodes to now',
  'legend.mu.encoder': 'μ, the posterior mean',
  'legend.mu.free': 'the code that was found',
  'legend.sigma': '± σ',
  'legend.z': 'z, where it is not μ',
  'legend.kl.encoder': 'KL of this image',
  'legend.kl.free': '½z² of this image',
  'legend.mean.encoder': 'mean KL of {n} held-out images',
  'legend.mean.free': 'mean ½z² of {n} held-out images',

  what: 'What does z {i} do?',
  'what.note': 'z {i} runs from −3 to 3; the other latents stay as they are. Press a digit to set it.',
  strip: 'Eleven digits along the chosen latent. Arrow keys move, Enter sets the latent.',
  cell: 'z {i} at {value}',

  'table.open': 'All latents…',
  'table.title': 'What each latent does',
  'table.caption': {
    one: '{n} latent from −3 to 3, the others as they are at hand.',
    other: '{n} latents from −3 to 3, the one that carries most first, the others as they are at hand.',
  },
  'table.scroll': 'The table, to be scrolled',
  'table.picture': { one: '{n} row of eleven digits', other: '{n} rows of eleven digits, one row a latent' },
  'table.save': 'Save as PNG',
  'table.saved': 'Saved as {name}.',
  'table.notSaved': 'The browser could not make a picture of this size.',
  'table.close': 'Close',
};
