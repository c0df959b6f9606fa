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
};
