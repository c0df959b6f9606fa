// @ts-check
/** What the parts say that the panels of Uses share, and what is told of their engine. @type {import('../../i18n/index.js').Table} */
export default {
  'source.tools': 'Where the digit comes from',
  'source.undo': 'Undo',
  'source.clear': 'Clear',
  'source.heldOut': 'Another held-out digit',
  'source.drawing': 'your drawing',
  'source.digit': 'held-out digit {i}',
  'source.labelled': 'held-out digit {i}, labelled {label}',
  'source.failed': 'No digit came. Try again.',
  again: 'Try again',
  loading: '{what}: {part:percent}',
  fetching: 'Fetching the model: {done:bytes}',
  fetchingOf: 'Fetching the model: {done:bytes} of {total:bytes}',
  fetchingEngine: 'Loading the engine: {done:bytes}',
  fetchingEngineOf: 'Loading the engine: {done:bytes} of {total:bytes}',
  silent: 'The engine of this chapter does not answer. The network is slow, or the browser blocks it.',
};
