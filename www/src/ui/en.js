// @ts-check
/** What the parts say that several panels use. @type {import('../i18n/index.js').Table} */
export default {
  invite: 'draw a digit',
  'invite.over': 'draw your own',
  'sheet.empty': 'Drawing area, empty. Draw a digit, or use a held-out digit instead.',
  'sheet.example': 'Drawing area, showing {name} as an example. Your first stroke replaces it.',
  'sheet.image': 'Drawing area, showing {name}.',
  'label.symbol': 'your symbol',
  'label.by.person': 'as you say',
  'label.by.data': 'as it is labelled',
  'label.by.guess': 'the model’s guess',
  'sheet.strokes': { one: 'Drawing area, {n} stroke.', other: 'Drawing area, {n} strokes.' },

  'source.tools': 'Where the digit comes from',
  'source.undo': 'Undo',
  'source.clear': 'Clear',
  'source.heldOut': 'Another held-out digit',
  'source.drawing': 'your drawing',
  'source.digit': 'held-out digit {i}',
  'source.labelled': 'held-out digit {i}, labelled {label}',
  'source.failed': 'No digit came. Try again.',
  'use.again': 'Try again',
  'use.loading': '{what}: {part:percent}',
  'use.fetching': 'Fetching the model: {done:bytes}',
  'use.fetchingOf': 'Fetching the model: {done:bytes} of {total:bytes}',
  'use.silent': 'The engine of this chapter does not answer. The network is slow, or the browser blocks it.',
};
