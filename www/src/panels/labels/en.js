// @ts-check
/** @type {import('../../i18n/index.js').Table} */
export default {
  title: 'Few labels',
  caption:
    'A [[vae|VAE]] learns from images alone. A classifier that gets its [[code|codes]] instead of the pixels often needs fewer labelled digits: the same two classifiers, taught the same digits, on [[held-out]] ones.',
  method: 'Classifier',
  neighbour: 'Nearest neighbour',
  logistic: 'Logistic regression',
  size: { one: '{n} label a class', other: '{n} labels a class' },
  'size.unknown': 'Labels a class',
  'codes.pretrained': 'from codes',
  'codes.yours': 'from the codes of your model',
  pixels: 'from pixels',
  yours: 'your labels, from codes',
  'verdict.codes': {
    one: 'With {n} label a class, codes are ahead by {by} percentage points.',
    other: 'With {n} labels a class, codes are ahead by {by} percentage points.',
  },
  'verdict.pixels': {
    one: 'With {n} label a class, pixels are ahead by {by} percentage points.',
    other: 'With {n} labels a class, pixels are ahead by {by} percentage points.',
  },
  'verdict.even': {
    one: 'With {n} label a class, codes and pixels do about the same.',
    other: 'With {n} labels a class, codes and pixels do about the same.',
  },
  unlabelled: 'This data set has no labels to measure with. You can still sort its digits below.',
  chart: 'Accuracy on held-out digits over the number of labels a class, from codes and from pixels',
  'axis.size': 'labels a class',
  'axis.accuracy': 'accuracy',
  bar: 'How much of the figure is computed',
  encoding: 'Encoding the images first: {share:percent}',
  measuring: 'Teaching classifiers: draw {draw} of {draws}',
  'counted.pretrained':
    'On {images} held-out digits, mean of {draws} draws of the labelled ones. Codes: the posterior means of two ready-made models, best and plane, side by side: {latents} numbers, both models with the same weight.',
  'counted.yours':
    'On {images} held-out digits, mean of {draws} draws of the labelled ones. Codes: posterior means of your model, {latents} numbers.',
  'taught.none': 'No labelled digits yet',
  taught: 'The {n} digits that the first draw labels',

  own: 'Label them yourself',
  'own.how':
    'Press the key of the digit, 0 to 9, or drag it into its box. Backspace takes the last one back. The classifier learns after each.',
  next: 'Digit {n} to sort',
  undo: 'Undo',
  boxes: 'Ten boxes, and held-out digits that the classifier sorts into them',
  box: { one: 'It is a {label}. {n} digit sorted as {label}', other: 'It is a {label}. {n} digits sorted as {label}' },
  guess: 'Looks like a {label}.',
  'guess.sure': 'Looks like a {label} ({share:percent}).',
  'guess.none': 'What is it?',
  'guess.later': 'Learning …',
  sorted: {
    one: '{n} digit sorted, {same} as in the data set.',
    other: '{n} digits sorted, {same} as in the data set.',
  },
  'sorted.bare': { one: '{n} digit sorted.', other: '{n} digits sorted.' },
  'sorted.none': 'No digit sorted yet. The small digits in the boxes will be held-out ones, sorted by the classifier.',
  'sorted.accuracy': 'Taught by you alone, the classifier reads {share} of {images} held-out digits correctly.',
  'sorted.heldOut': 'The classifier has sorted {images} held-out digits into the boxes.',
};
