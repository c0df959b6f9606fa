// @ts-check
/** @type {import('../../i18n/index.js').Table} */
export default {
  title: 'Samples',
  'caption.digits':
    '[[sample|64 random codes]], decoded: digits nobody wrote. Pick two, one after the other, to [[interpolation|interpolate]] between them.',
  'caption.fashion':
    '[[sample|64 random codes]], decoded: clothes nobody wore. Pick two, one after the other, to [[interpolation|interpolate]] between them.',
  'caption.kmnist':
    '[[sample|64 random codes]], decoded: characters nobody wrote. Pick two, one after the other, to [[interpolation|interpolate]] between them.',
  'caption.files':
    '[[sample|64 random codes]], decoded: images nobody made. Pick two, one after the other, to [[interpolation|interpolate]] between them.',
  'shown.pretrained': 'Decoded by the pretrained model.',
  'shown.trained': 'Decoded by your model at step {step}.',
  'shown.untrained': 'Decoded by your model, which is untrained, so this is noise.',
  grid: '64 samples, 8 by 8. Arrow keys move, Enter picks one for Interpolate.',
  cell: 'Sample {n:plain}',
  cellPicked: 'Sample {n:plain}, picked as {slot}',
  cellPickedTwice: 'Sample {n:plain}, picked as both A and B',
  pick: 'sample {n:plain}',
  renew: 'New samples',
  'renew.title': 'Draws other codes, with the next seed',
  seed: 'Seed',
  seedRefused:
    'Enter a whole number from {low:plain} to {high:plain}. The samples are still those of seed {seed:plain}.',
  source: 'Your model trains on **{data}**.',
  'note.encoder':
    'A [[seed]] always draws the same [[code|codes]], so you can watch the same [[latent-space|latent points]] come into focus.',
  'note.free':
    'With no [[encoder]], [[code|codes]] are drawn from a Gaussian fitted to the training codes. It shifts with each step.',
};
