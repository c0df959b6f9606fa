// @ts-check
/** Sixty-four draws from the prior, decoded; each can be picked for Interpolate. */

import { hasEncoder } from '../../protocol.js';
import { digit, show } from '../../ui/digit-canvas.js';
import { button, element, input } from '../../ui/dom.js';
import { refresher } from '../../ui/live-view.js';
import { gridColumns, roving } from '../../ui/roving-focus.js';

const COUNT = 64;
const NOTES = {
  encoder: 'The same seed draws the same codes, so you see one and the same point of latent space come into focus.',
  free: 'Codes are drawn where those of the training images lie now. These move as it trains, and so does what a seed draws.',
};

/** What comes out, by the kind of data set; digits, if it is not named here. @type {Record<string, string>} */
const NOBODYS = { fashion: 'clothes nobody wore', kmnist: 'characters nobody wrote', files: 'images nobody made' };

/** @param {import('../../app/session.js').Session} session @param {import('../interpolate/interpolate.js').Interpolate} interpolate */
export function samplesPanel(session, interpolate) {
  const grid = element('samples-grid');
  const [renew, random, seed, error] = [
    button('new-samples'),
    button('pick-random'),
    input('samples-seed'),
    element('samples-error'),
  ];
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

  /** @type {(import('../../protocol.js').Decoded & {seed: number}) | null} */
  let shown = null;
  /** The last seed in the field that is one. */
  let wanted = seed.valueAsNumber;
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
    const [asked, step, shows] = [wanted, session.standing?.step ?? 0, session.shippedShown];
    const back = await session.ask('samples', { count: COUNT, seed: asked });
    shown = { ...back, seed: asked };
    cells.forEach(({ canvas }, i) => show(canvas, back.pixels, i));
    Object.assign(grid.dataset, { step, seed: asked, shows: shows ?? 'yours' });
    mark();
  });

  renew.addEventListener('click', () => {
    seed.value = String((wanted + 1) % 4294967296);
    sow();
  });
  seed.addEventListener('input', sow);
  function sow() {
    const valid = seed.checkValidity();
    seed.setAttribute('aria-invalid', String(!valid));
    error.textContent = valid ? '' : `A whole number from ${seed.min} to ${seed.max}. Shown: seed ${wanted}.`;
    if (!valid) return;
    wanted = seed.valueAsNumber;
    refresh();
  }

  const ready = () => {
    renew.disabled = random.disabled = !session.standing;
    element('samples-note').textContent =
      NOTES[!session.shippedShown && session.preset && !hasEncoder(session.preset) ? 'free' : 'encoder'];
  };
  session.on('model', ready);
  session.on('shown', ready);
  session.on('dataset', ({ kind, name }) => {
    element('samples-what').textContent = NOBODYS[kind] ?? 'digits nobody wrote';
    element('samples-source').querySelector('b')?.replaceChildren(name);
  });
  interpolate.onChange(mark);
  mark();

  /** @param {number} i @param {'a' | 'b'} [slot] */
  function pick(i, slot) {
    if (!shown) return;
    const latent = shown.codes.length / COUNT;
    interpolate.pick(
      {
        code: shown.codes.slice(i * latent, (i + 1) * latent),
        pixels: shown.pixels.slice(i * 784, (i + 1) * 784),
        source: null,
        name: `sample ${i + 1}`,
        key: key(i),
      },
      slot,
    );
  }
  grid.addEventListener('click', ({ target }) => {
    const cell = target instanceof Element ? target.closest('button') : null;
    if (cell) pick(Number(cell.dataset.index));
  });

  random.addEventListener('click', () => {
    const a = Math.floor(Math.random() * COUNT);
    pick(a, 'a');
    pick((a + 1 + Math.floor(Math.random() * (COUNT - 1))) % COUNT, 'b');
  });
}
