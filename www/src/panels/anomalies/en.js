// @ts-check
/** @type {import('../../i18n/index.js').Table} */
export default {
  title: 'Is it a digit?',
  caption:
    'The model puts a price in [[nats]] on every image: its negative [[elbo|ELBO]]. An image like those it learned from is cheap, and most others are expensive.',
  examples: 'Images that are no digits',
  others: 'Show others',
  letters: 'Letters',
  scribbles: 'Scribbles',
  shapes: 'Plain strokes',
  letter: 'the letter {letter}',
  scribble: 'a scribble',
  'shape.dash': 'a dash',
  'shape.falling': 'a falling stroke',
  'shape.arch': 'an arch',
  'shape.cup': 'a cup',
  'shape.bow': 'a bow',

  input: 'as the network sees it',
  'input.none': 'The image: nothing yet',
  'input.of': 'The image: {name}, 28 by 28 pixels',
  heat: 'where the nats are',
  'heat.none': 'Where the nats are: nothing yet',
  'heat.of': 'Where in the picture the nats are: {name}',
  sum: '[[reconstruction|Reconstruction]] {reconstruction:nats} + KL {kl:nats} = {total:nats} nats',
  'cost.none': 'Draw something, or click an image that is no digit.',
  cost: '**{nats:nats} nats** for {name}.',
  'cost.among': '**{nats:nats} nats** for {name}: {share} of {n} held-out digits cost less.',
  'cost.cheap': '**{nats:nats} nats** for {name}: only {share} of {n} held-out digits cost less.',

  histogram: 'The price of an image',
  chart:
    'Histogram of the negative ELBO of {n} held-out digits, and of letters, scribbles and plain strokes. Most letters and scribbles lie to the right of the digits, plain strokes among them.',
  'chart.x': 'negative ELBO, nats',
  'chart.y': 'share of the images',
  'chart.digits': 'Held-out digits',
  'chart.this': 'this image',
  table: 'How often an image that is no digit scores higher than a digit (AUROC): 1 is always, 0.5 is chance.',
  kind: 'Against',
  count: 'Images',
  auroc: 'Nats',
  surplus: 'Bits beyond PNG’s',
  progress: 'Measured {n} of {all} held-out digits …',
  measured: 'Measured on {n} held-out digits of the page’s data set, picked with seed 1.',
  failure:
    'A known failure: plain strokes can cost no more than digits, because a simple picture is easy to predict (Nalisnick et al. 2019). The last column subtracts the bits that PNG needs for the same picture (after Serrà et al. 2020). With the pretrained model on MNIST, that finds the strokes and loses some of the letters and scribbles.',
};
