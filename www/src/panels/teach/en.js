// @ts-check
/** @type {import('../../i18n/index.js').Table} */
export default {
  title: 'Teach it your own symbol',
  caption:
    'Draw a heart, a letter, anything, five to twenty times. The pretrained [[conditional|conditional VAE]] trains on with your drawings among the digits, as an eleventh class, and can then write it in any hand.',
  tools: 'Your drawing',
  invite: 'draw your symbol',
  'sheet.empty': 'Drawing area, empty. Draw your symbol.',
  add: 'Add this drawing',
  undoStroke: 'Undo',
  clear: 'Clear',
  drawings: 'Your drawings. Press one to remove it.',
  drawing: 'Drawing {n}. Press to remove it.',
  'count.more': {
    one: '{n} drawn, {left} more to go. The same thing each time, a little different.',
    other: '{n} drawn, {left} more to go. The same thing each time, a little different.',
  },
  count: '{n} drawn. You can teach it now, or draw more.',
  'count.full': '{n} drawn: no more are needed.',
  go: 'Teach',
  back: 'Undo: bring back what was there',
  progress: 'Progress of the lesson',
  'state.preparing': 'Preparing your drawings…',
  'state.idle': 'The lesson is ready.',
  'state.running': 'Learning: [[step]] {step} of {of}.',
  'state.paused': 'The lesson is paused at step {step} of {of}. Resume continues it.',
  'state.finished': 'Learned in {of} steps. It is your model now, in every chapter.',
  'data.generated':
    'Your data set does not hold the ten digits, so the lesson uses generated ones. Undo brings yours back.',

  all: 'All that it can write, in one hand',
  'all.row': 'The ten digits and your symbol, in one hand',
  'class.symbol': 'Your symbol',
  hands: 'Your symbol in the hands of others',
  'hands.row': 'Held-out digits above your symbol in the same hand. Press one to see everything in that hand.',
  hand: 'Hand {n}: a held-out digit, and your symbol. Press to see everything in that hand.',
  samples: 'Samples of your symbol',
  'samples.none': 'Samples of your symbol: none yet',
  'samples.picture': '{n} samples of your symbol',
  figure: 'The mean of {n} [[sample|samples]] correlates with the mean of your drawings at **{alike}**.',
  'figure.none': 'Its samples appear here once it has been taught.',
};
