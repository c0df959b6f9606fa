// @ts-check
/** @type {import('../../i18n/index.js').Table} */
export default {
  title: 'More data',
  caption:
    'A conditional [[vae|VAE]] writes digits with their labels, as many as you like: a [[code]] from the [[prior]] and a label go through the [[decoder]]. Take them with you, and see what they teach a classifier that has only a few real ones.',
  written: '{n} digits that the model wrote, each with its label',
  count: 'Digits',
  format: 'As',
  'format.idx': 'IDX files (zip)',
  'format.files': 'PNG files (zip)',
  'format.sheet': 'One PNG sheet',
  download: 'Download',
  others: 'Others',
  saving: 'Writing: {done} of {n}',
  saved: 'Wrote {n} digits to {name} ({size:bytes}), white on black as in MNIST.',
  figure: 'What they teach',
  classifier: 'Classifier',
  taught: 'Taught by',
  accuracy: 'Accuracy',
  neighbour: 'Nearest neighbour',
  logistic: 'Logistic regression',
  alone: '10 real digits a class',
  with: 'and 1,000 written ones',
  writing: 'Writing 1,000 digits …',
  measuring: 'Teaching classifiers: draw {draw} of {draws}',
  counted: 'On {images} [[held-out]] digits, from pixels, mean of {draws} draws of the real digits.',
  'honest.hand':
    'Nothing here comes from nowhere: the pretrained model learned from MNIST’s 60,000 labelled digits, and passes on some of what it learned.',
  'honest.yours': 'Your model passes on what it learned from the labels of its training images, no more.',
};
