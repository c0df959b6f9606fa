// @ts-check
/** @type {import('../../i18n/index.js').Table} */
export default {
  title: 'Draw',
  'caption.best':
    'Your strokes become a 28 × 28 image. The pretrained model [[encoder|encodes]] it and [[decoder|decodes]] a [[reconstruction]].',
  'caption.yours':
    'Your strokes become a 28 × 28 image. Your model [[encoder|encodes]] it and [[decoder|decodes]] a [[reconstruction]].',
  'caption.free':
    'Your strokes become a 28 × 28 image. Your model has no [[encoder]]: it searches for the [[code]], then [[decoder|decodes]] it.',
  'caption.untrained': 'Your strokes become a 28 × 28 image. Your model is untrained: its [[reconstruction]] is noise.',

  tools: 'Drawing tools',
  undo: 'Undo',
  clear: 'Clear',
  pen: 'Pen',
  useHeldOut: 'Use a held-out digit',
  anotherHeldOut: 'Another held-out digit',

  input: 'input',
  output: 'reconstruction',
  'input.none': 'Input of the network: nothing yet',
  'input.drawing': 'Input of the network: your drawing, 28 by 28 pixels',
  'input.heldOut': 'Input of the network: held-out digit {i}, 28 by 28 pixels',
  'output.none': 'Reconstruction: nothing yet',
  'output.drawing': 'Reconstruction of your drawing',
  'output.heldOut': 'Reconstruction of held-out digit {i}',

  useAsA: 'Use as **A**',
  useAsB: 'Use as **B**',
  pickName: 'your drawing',
  'pickName.heldOut': 'held-out digit {i}',

  label: 'Label',
  add: 'Add to my set',
  'add.empty': 'Draw a digit to add it.',
  'add.heldOut': 'Held-out digits cannot join your set.',
  'add.label': 'Choose its label to add it.',
  added: {
    one: 'Added with label {label}. Your set has {n} digit.',
    other: 'Added with label {label}. Your set has {n} digits.',
  },
  open: 'My set',
  count: '{n}',

  'set.title': 'My set',
  'set.caption':
    'The digits you drew, kept in this browser. Click one to remove it. Under Data you can mix them into training.',
  'set.empty': 'Nothing here yet. Draw a digit, choose its label and add it.',
  'set.digits': 'Digits in my set. Press one to remove it.',
  'set.digit': 'Digit {label}: press to remove it',
  'set.range': '{from} to {to} of {all}, oldest first',
  'set.older': 'Older',
  'set.newer': 'Newer',
  'set.removed': 'Removed a digit labelled {label}.',
  'set.cleared': {
    one: 'Removed {n} digit. Undo restores it until you close the page.',
    other: 'Removed {n} digits. Undo restores them until you close the page.',
  },
  'set.restored': 'Restored.',
  'set.saved': 'Saved as {name}.',
  'set.images': 'Save images',
  'set.images.help': 'An IDX file. With 20 digits or more you can load it again under Data, Own files…',
  'set.labels': 'Save labels',
  'set.labels.help': 'The IDX file of labels that belongs to the images',
  'set.close': 'Close',
};
