// @ts-check
/** @type {import('../../i18n/index.js').Table} */
export default {
  picked: 'Interpolate, in the Studio, has {name} as {slot} now.',
  title: 'Map',
  caption:
    'With two latents, latent space is a plane. Move over it to decode each point; click to pick one for Interpolate.',
  decoded: 'What each point decodes to',
  'decoded.label':
    'The latent plane, decoded at 20 by 20 points. Arrow keys move, Enter picks the point for Interpolate.',
  encoded: 'Where held-out images are encoded; a triangle marks a code beyond ±3, shown at the edge',
  'encoded.label':
    'The latent plane with the codes of held-out images. Arrow keys move, Enter picks the point for Interpolate.',
  here: 'The point under the ring, decoded',
  where: 'z = ({x}, {y})',
  pick: 'the point ({x}, {y})',
  yours: 'Your model, which has two latents.',
  pretrained:
    'A pretrained model with two latents, trained on MNIST. To see your own here, train one with latent size 2.',
  numerals: 'Each numeral is the label of a held-out image from {data}.',
  dots: 'Each dot is a held-out image from {data}.',
};
