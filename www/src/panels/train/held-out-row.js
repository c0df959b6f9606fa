// @ts-check
/** Held-out digits above their reconstructions by the model in training; each can be picked for Interpolate. */
import { digitGrid } from '../../ui/digit-grid.js';
import { finder } from '../../ui/dom.js';
import { liveView } from '../../ui/live-view.js';

const SHOWN = 10;

/** @param {import('../index.js').PanelContext} context */
export function heldOutRow({ root, store, session, picks, signal }) {
  const row = finder(root).element('held-out');
  /** @type {import('../../protocol.js').Reconstructed | null} */
  let shown = null;

  const grid = digitGrid(row, { count: SHOWN, classes: ['input', 'output'], onPress: pick });
  for (let i = 0; i < SHOWN; i++) grid.name(i, { key: 'train.heldOut.digit', i: i + 1 });
  grid.show(null, null);

  liveView({
    store,
    element: row,
    every: 500,
    whose: 'yours',
    signal,
    async work() {
      const { step } = store.progress;
      shown = await session.ask('heldOut', { count: SHOWN, model: undefined });
      grid.show(shown.input, shown.output);
      row.dataset.step = String(step);
    },
  });

  /** @param {number} i */
  function pick(i) {
    if (!shown) return;
    const { input, output, codes } = shown;
    const size = codes.length / (input.length / 784);
    picks.pick({
      code: codes.slice(i * size, (i + 1) * size),
      pixels: output.slice(i * 784, (i + 1) * 784),
      source: input.slice(i * 784, (i + 1) * 784),
      name: { key: 'train.heldOut.pickName', i: i + 1 },
    });
    // With both picked, a phone scrolls to the walk between them.
    if (picks.a && picks.next === 'a') session.reveal('interpolate');
  }
}
