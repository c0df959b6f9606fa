// @ts-check
/** @type {import('../../i18n/index.js').Table} */
export default {
  title: 'Finish my digit',
  caption:
    'Erase a part. From several starts, a search follows the [[gradient]] through the [[decoder]] to the [[latent|latents]] that explain what is left best.',
  brush: 'The brush',
  'brush.erase': 'Erase',
  'brush.restore': 'Bring back',
  keys: 'Arrow keys move the brush, Space erases or brings back.',
  parts: 'Erase',
  left: 'Left half',
  right: 'Right half',
  upper: 'Upper half',
  lower: 'Lower half',
  random: 'Random pixels',
  nothing: 'Nothing',
  mask: { one: '{name}, {n} pixel erased', other: '{name}, {n} pixels erased' },
  'mask.none': 'No digit yet',
  ways: 'Ways to finish it, the most likely first',
  way: 'Way {n}, relative density {share}, {nats} nats',
  'way.nats': '{nats} nats',
  'way.none': 'No way yet',
  chosen:
    '{share} of the [[posterior|posterior density]] of these ways. What is visible costs {pixels} [[nats]], the latents {code}.',
  'chosen.picture': 'The digit finished: {nats} nats, {share} of the density',
  figure: {
    one: 'On the {n} erased pixel, the first way’s mean squared error is {error}; that of the mean of {count} held-out digits is {mean}.',
    other:
      'On the {n} erased pixels, the first way’s mean squared error is {error}; that of the mean of {count} held-out digits is {mean}.',
  },
};
