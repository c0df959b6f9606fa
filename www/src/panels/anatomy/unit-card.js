// @ts-check
/**
 * One unit in detail: its weights as images, and the held-out images that drive it most.
 *
 * @typedef {import('../../protocol.js').UnitWeights} UnitWeights
 * @typedef {{layer: string, unit: number, figure: string, index: number, name: import('../../protocol.js').Message}}
 *   Selection   a unit of a layer, and where the network shows it
 */
import { put } from '../../i18n/index.js';
import { signed } from '../../i18n/number.js';
import { textOf, toFailure } from '../../protocol.js';
import { digitGrid } from '../../ui/digit-grid.js';
import { latest } from '../../ui/latest.js';
import { cells, greatest, image, paint, raster, tiles } from './cells.js';

/** Of the pictures of weights, in CSS pixels. */
const SIDE = 168;
/** Held-out images among which the strongest are looked for, and how many are shown. */
const IMAGES = 1000;
const TOP = 9;
/** The same without an encoder: each code has to be searched for. */
const IMAGES_SEARCHED = 60;

/** @param {ArrayLike<number>} values */
const rangeOf = (values) => ({
  least: signed(Math.min(...Array.from(values)), 2),
  most: signed(Math.max(...Array.from(values)), 2),
});

/** How weights are laid out as a picture. @param {number[]} shape @returns {import('./cells.js').Box} */
export function weightsBox([units = 0, side = 1]) {
  if (side > 1) return units === 1 ? tiles(1, side, SIDE, SIDE) : tiles(units, side, SIDE, SIDE);
  if (units === 784) return image(SIDE / 28);
  if (units === 1568) return raster(units, SIDE / 56);
  return cells(units, SIDE, SIDE);
}

/**
 * @param {ReturnType<typeof import('../../ui/dom.js').finder>} find
 * @param {object} app
 * @param {import('../../app/store.js').Store} app.store @param {import('../../app/session.js').Session} app.session
 * @param {import('../../app/subject.js').Subject} app.subject
 * @param {(weights: UnitWeights | null) => void} app.onWeights
 */
export function unitCard({ element, canvas }, { store, session, subject, onWeights }) {
  const pictures = { incoming: canvas('anatomy-in'), outgoing: canvas('anatomy-out') };
  const notes = { incoming: element('anatomy-in-note'), outgoing: element('anatomy-out-note') };
  const [name, now, problem] = [
    element('anatomy-unit-name'),
    element('anatomy-unit-now'),
    element('anatomy-unit-error'),
  ];
  const [body, buttons, topNote] = [
    element('anatomy-unit'),
    element('anatomy-unit-buttons'),
    element('anatomy-top-note'),
  ];
  const list = element('anatomy-listing');
  /** @type {Selection | null} */
  let selection = null;
  /** @type {UnitWeights | null} */
  let weights = null;
  /** @type {import('../../protocol.js').TopImages | null} */
  let top = null;

  const grid = digitGrid(element('anatomy-top'), {
    count: TOP,
    onPress(index) {
      const pixels = top?.pixels.slice(index * 784, (index + 1) * 784);
      if (!top || pixels?.length !== 784) return;
      const label = top.labels?.[index] ?? null;
      subject.set({
        pixels,
        origin: 'heldOut',
        name: { key: 'anatomy.heldOut', i: (top.indices[index] ?? 0) + 1 },
        label,
      });
    },
  });

  for (let i = 0; i < TOP; i++) grid.name(i, { key: 'anatomy.top' });

  /** @param {unknown} error while one model takes another's place there is none: the next one brings new pictures */
  function fail(error) {
    const { code } = toFailure(error);
    if (code !== 'state' && code !== 'cancelled') put(problem, textOf(error));
  }

  async function loadWeights() {
    const asked = selection;
    if (!asked) return;
    try {
      const found = await session.ask('unitWeights', { layer: asked.layer, unit: asked.unit });
      if (asked !== selection) return;
      weights = found;
      paintWeights();
      put(problem, null);
      onWeights(found);
    } catch (error) {
      fail(error);
    }
  }

  async function loadTop() {
    const asked = selection;
    if (!asked) return;
    try {
      const count = Math.min(store.encoderShown ? IMAGES : IMAGES_SEARCHED, store.dataset?.heldOut ?? 0);
      if (count === 0) return;
      const found = await session.ask('topImages', { layer: asked.layer, unit: asked.unit, count, top: TOP });
      if (asked !== selection) return;
      top = found;
      grid.show(found.pixels);
      for (const [i, value] of found.values.entries()) {
        const label = found.labels?.[i];
        const values = { i: (found.indices[i] ?? 0) + 1, value: signed(value, 2) };
        grid.name(
          i,
          label === undefined
            ? { key: 'anatomy.top.image', ...values }
            : { key: 'anatomy.top.digit', ...values, label },
        );
      }
      const [first = 0, last = 0] = [found.values[0], found.values.at(-1)];
      put(topNote, { key: 'anatomy.top.note', n: count, most: signed(first, 2), least: signed(last, 2) });
    } catch (error) {
      fail(error);
    }
  }

  const [askWeights, askTop] = [latest(loadWeights), latest(loadTop)];

  function paintWeights() {
    for (const side of /** @type {const} */ (['incoming', 'outgoing'])) {
      const values = weights?.[side] ?? new Float32Array();
      const shape = weights?.[side === 'incoming' ? 'incomingShape' : 'outgoingShape'] ?? [];
      const picture = pictures[side];
      picture.hidden = values.length === 0;
      if (values.length === 0) {
        put(notes[side], weights && { key: 'anatomy.out.last' });
        continue;
      }
      const box = weightsBox(shape);
      picture.style.width = `${box.width}px`;
      picture.style.height = `${box.height}px`;
      picture.dataset.shape = shape.join('x');
      paint(picture, box, values, greatest(values));
      const [least, most] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
      const size = shape.length > 1 ? `${shape[0]} × ${shape[1]} × ${shape[2]}` : String(shape[0]);
      const told = side === 'incoming' ? (weights?.labels ?? []) : [];
      put(notes[side], [
        { key: `anatomy.${side}`, size, least: signed(least, 2), most: signed(most, 2) },
        told.length > 0 && { key: 'anatomy.labels', n: told.length, ...rangeOf(told) },
      ]);
    }
  }

  /** To a unit, or to the list of layers. Both keep their room, so that nothing moves. @param {boolean} open */
  function turn(open) {
    buttons.hidden = !open;
    body.classList.toggle('away', !open);
    list.classList.toggle('away', open);
  }

  function empty() {
    weights = top = null;
    put(name, { key: 'anatomy.unit.none' });
    put(now, { key: 'anatomy.unit.hint' });
    put(problem, null);
    turn(false);
    grid.show(null);
  }
  empty();

  return {
    get selection() {
      return selection;
    },
    get weights() {
      return weights;
    },
    /** Shows a unit; null closes. @param {Selection | null} next */
    open(next) {
      selection = next;
      onWeights(null);
      if (!next) return empty();
      weights = null;
      put(name, next.name);
      turn(true);
      askWeights();
      askTop();
    },
    /** For those who keep it up to date; they know when it is done. */
    loadWeights,
    loadTop,
    /** Its activation, said again at each inspection. @param {import('../../i18n/index.js').Content} content */
    say: (content) => put(now, content),
    repaint: paintWeights,
  };
}
