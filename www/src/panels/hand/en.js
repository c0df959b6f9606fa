// @ts-check
/** @type {import('../../i18n/index.js').Table} */
export default {
  title: 'Ten digits in your hand',
  caption:
    'Draw one digit and see all ten in your handwriting. A [[conditional|conditional VAE]] is told which digit it reads and which it shall write (Kingma et al. 2014), so its [[code]] keeps what the label does not say: slant, width, style.',
  digits: 'All digits in one hand. Arrow keys move; Enter says that you drew this one.',
  digit: '{digit} in this hand. The source is a {digit} with a probability of {share:percent}.',
  'digit.empty': '{digit}: nothing to show yet',
  guessed: 'Read as a {digit}, with a probability of {share:percent}. If it is another digit, press that one.',
  chosen: 'You say that it is a {digit}. Press it again to have it guessed.',
  blank: 'Draw a digit, and all ten appear here in your hand.',
  mine: 'This hand',
  'mine.of': 'The hand that is read: {name}',
  'mine.none': 'No hand yet',
  other: 'Another hand',
  'other.of': 'The other hand: a held-out digit',
  between: 'From this hand to another',
  'between.at': '{share:percent} of the way to the other hand',
  play: 'Play',
  pause: 'Pause',
  another: 'Another hand',

  number: 'Write a number',
  'number.digits': 'Digits only, {most} at most.',
  'number.sheet': '{written}, written by hand',
  'number.empty': 'An empty sheet',
  spread: 'Variation',
  'spread.at': '{share:percent}: from no difference to anybody’s hand',
  again: 'Write again',
  paper: 'Background of the picture',
  'paper.sheet': 'On paper',
  'paper.none': 'Transparent',
  save: 'Save as PNG',
  'save.done': 'Saved as {name}, {width} × {height} pixels.',
  'save.failed': 'The browser could not make a picture of this size.',

  'kept.images': {
    one: 'Measured here: {n} [[held-out]] digit ({data}), written as all ten.',
    other: 'Measured here: {n} [[held-out]] digits ({data}), each written as all ten.',
  },
  'kept.read': 'A classifier reads {wanted} of {written} as wanted ({share:percent}).',
  'kept.correlation':
    'Between a digit and those written in its hand, slant correlates at {slant} and stroke width at {width}.',
  'kept.training': 'While your model trains, its hand is not measured.',
  'kept.unreachable': 'The classifier that reads the written digits could not be fetched.',
};
