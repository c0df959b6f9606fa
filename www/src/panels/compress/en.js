// @ts-check
/** @type {import('../../i18n/index.js').Table} */
export default {
  title: 'Compress it',
  caption:
    'A model that predicts images well can write them in few bits. Its negative [[elbo|ELBO]] is the length of the code.',
  input: 'as the network sees it',
  'input.none': 'The image: nothing yet',
  'input.of': 'The image: {name}, 28 by 28 pixels',
  binary: 'binarised at one half',
  'binary.none': 'Binarised: nothing yet',
  'binary.of': '{name}, binarised: each pixel is ink or paper',
  words: '**{bits} bits** by the model for {name}: {times} times fewer than at one bit per pixel.',
  'words.none': 'Draw a digit to see how many bits it takes.',
  this: 'This image',
  bars: 'Bits that the image takes',
  mean: 'Bits that a held-out digit takes, on average',
  meanOf: 'Mean of {n} held-out digits',
  raw: 'One bit per pixel',
  'png.alone': 'PNG',
  'gzip.alone': 'gzip',
  'png.together': 'PNG, all in one',
  'gzip.together': 'gzip, all in one',
  model: 'The model',
  progress: 'Measured {n} of {all} …',
  measured:
    'Measured on {n} held-out digits of the page’s data set, picked with seed 1. Pale: headers and checksums of the file.',
  how: 'Bits-back coding writes one image after another in −ELBO / ln 2 bits each, on average: it spends bits on the pixels and on the [[latent|latents]], and gets back those that choose a latent from the [[posterior]] (Townsend et al. 2019). The bars show this bound. No file is written.',
  counted:
    'PNG stores one bit per pixel, with whichever of its filters gives the smallest file; gzip gets eight pixels to a byte. Both are at their highest compression level. The model is not counted: whoever reads the code must have its {n} weights too.',
  'counted.instead':
    'Your model’s likelihood is a density, which gives no bits: shown is the best of the models that come with the page. The model is not counted: whoever reads the code must have its {n} weights too.',
};
