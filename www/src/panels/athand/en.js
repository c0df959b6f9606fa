// @ts-check
/** @type {import('../../i18n/index.js').Table} */
export default {
  title: 'The image at hand',
  tools: 'Choose an image',
  heldOut: 'Held-out digit',
  sample: 'Sample',
  undo: 'Undo',
  clear: 'Clear',
  'name.heldOut': 'held-out digit {i}, labelled {label}',
  'name.sample': 'a new sample',

  input: 'as the network sees it',
  'input.none': 'The image at hand: nothing yet',
  'input.of': 'The image at hand: {name}, 28 by 28 pixels',
  output: 'reconstruction',
  'output.none': 'Reconstruction: nothing yet',
  'output.of': 'Reconstruction of {name}',
  decoded: 'decoded z',
  'decoded.of': 'What z decodes to now. It began as {name}.',

  'state.none': 'Nothing is at hand. Draw a digit, or take a [[held-out]] one.',
  'state.mean': 'This is {name}, read as [[mu|μ]].',
  'state.posterior': 'This is {name}, read as a draw from its [[posterior]].',
  'state.prior': 'z is a random draw from the [[prior]], whatever {name} says.',
  'state.place': 'z is a place of [[latent-space|latent space]] of your choice.',
  'state.sought': 'This is {name}. The model has no [[encoder]], so it searches for a code.',
  'moved.one': 'You moved z {i} to {value}.',
  'moved.many': { one: 'You moved {n} latent.', other: 'You moved {n} latents.' },
  settle: 'Back to μ',
  label: 'Read and written as',

  // Its numbers change while a model trains: a term behind one would move.
  loss: '[[reconstruction|Reconstruction]] {reconstruction:nats} + KL {kl:nats} = {total:nats} nats',
  'loss.free': '[[reconstruction|Reconstruction]] {reconstruction:nats} + prior {kl:nats} = {total:nats} nats',
};
