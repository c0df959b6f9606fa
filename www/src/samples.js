// @ts-check
/** Sixty-four draws from the prior, decoded; each can be picked for Interpolate. */
import { button, element, input } from './dom.js';
import { digit, show } from './pixels.js';
import { refresher } from './refresh.js';
import { gridColumns, roving } from './roving.js';

const COUNT = 64;

/** @param {import('./session.js').Session} session @param {import('./interpolate.js').Interpolate} interpolate */
export function samplesPanel(session, interpolate) {
  const grid = element('samples-grid');
  const [renew, seed] = [button('new-samples'), input('samples-seed')];
  const cells = Array.from({ length: COUNT }, (_, i) => {
    const cell = document.createElement('button');
    const canvas = digit();
    cell.type = 'button';
    cell.dataset.index = String(i);
    cell.append(canvas);
    grid.append(cell);
    return { cell, canvas };
  });
  roving(grid, () => gridColumns(grid));

  /** @type {(import('./protocol.js').Decoded & {seed: number}) | null} */
  let shown = null;
  const key = (/** @type {number} */ i) => `sample ${shown?.seed}/${i}`;

  function mark() {
    const { a, b } = interpolate.picked();
    cells.forEach(({ cell }, i) => {
      const marks = [a?.key === key(i) && 'A', b?.key === key(i) && 'B'].filter(Boolean).join(' ');
      if (cell.dataset.mark === marks) return;
      cell.dataset.mark = marks;
      cell.setAttribute('aria-label', `Sample ${i + 1}${marks && `, picked as ${marks}`}`);
    });
  }

  const refresh = refresher(session, grid, 450, async () => {
    if (!seed.checkValidity()) return;
    const [asked, step] = [seed.valueAsNumber, session.progress.step];
    const back = await session.ask('samples', { count: COUNT, seed: asked });
    shown = { ...back, seed: asked };
    cells.forEach(({ canvas }, i) => show(canvas, back.pixels, i));
    Object.assign(grid.dataset, { step, seed: asked });
    mark();
  });

  renew.addEventListener('click', () => {
    seed.value = String((seed.checkValidity() ? seed.valueAsNumber + 1 : 1) % 4294967296);
    refresh();
  });
  seed.addEventListener('input', refresh);
  session.on('model', () => (renew.disabled = false));
  interpolate.onChange(mark);
  mark();

  /** @param {number} i @param {'a' | 'b'} [slot] */
  function pick(i, slot) {
    if (!shown) return;
    const latent = shown.codes.length / COUNT;
    interpolate.pick(
      { code: shown.codes.slice(i * latent, (i + 1) * latent), pixels: shown.pixels.slice(i * 784, (i + 1) * 784), source: null, name: `sample ${i + 1}`, key: key(i) },
      slot,
    );
  }
  grid.addEventListener('click', ({ target }) => {
    const cell = target instanceof Element ? target.closest('button') : null;
    if (cell) pick(Number(cell.dataset.index));
  });

  const random = button('pick-random');
  session.on('model', () => (random.disabled = false));
  random.addEventListener('click', () => {
    const a = Math.floor(Math.random() * COUNT);
    pick(a, 'a');
    pick((a + 1 + Math.floor(Math.random() * (COUNT - 1))) % COUNT, 'b');
  });
}
