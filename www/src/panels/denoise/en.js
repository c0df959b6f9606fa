// @ts-check
/** @type {import('../../i18n/index.js').Table} */
export default {
  title: 'Denoise',
  caption:
    'The [[decoder]] writes digits, not noise: a search from the [[posterior|posterior mean]], which knows how strong the noise is, finds the [[latent|latents]] that explain the noisy digit best.',
  kind: 'Kind of noise',
  gaussian: 'Gaussian',
  salt: 'Salt and pepper',
  patches: 'Patches',
  strength: 'Strength',
  again: 'Other noise',
  noisy: 'with noise',
  back: 'what comes back',
  'noisy.gaussian': '{name} with Gaussian noise, strength {share}',
  'noisy.salt': '{name} with salt and pepper on {share} of its pixels',
  'noisy.patches': '{name}, {share} of it hidden by patches',
  'back.of': 'What comes back of {name}',
  none: 'No digit yet',
  error: 'mean squared error {squared}, {nats} [[nats]]',
  squared: 'mean squared error of a pixel',
  figure: {
    one: '{n} [[held-out|held-out digit]]. At a strength of {share}, the mean squared error is {before} with the noise and {after} after.',
    other:
      '{n} [[held-out|held-out digits]]. At a strength of {share}, the mean squared error is {before} with the noise and {after} after.',
  },
  'figure.none': 'The curve is on its way.',
};
