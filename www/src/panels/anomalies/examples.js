// @ts-check
/**
 * Images that are no digits, to click: letters, scribbles, simple shapes, a row each.
 *
 * @typedef {object} Example
 * @property {Uint8Array} pixels
 * @property {import('../../i18n/index.js').Message} name
 */
import { put } from '../../i18n/index.js';
import { PIXELS } from '../../ui/digit-canvas.js';
import { digitGrid } from '../../ui/digit-grid.js';
import { KINDS } from './survey.js';

/** In a row. */
const EACH = 5;
/** As crate/uses/src/scribbles.rs has them, in order. */
const LETTERS = [...'AEFHKMNRTVWXm'];
const SHAPES = ['dash', 'falling', 'arch', 'cup', 'bow'];
/** Far from the images that are measured, which have other indices. */
const FIRST = 1000;

/**
 * @param {HTMLElement} host
 * @param {(example: Example) => void} choose
 */
export function exampleRows(host, choose) {
  const rows = KINDS.map((kind) => {
    const name = document.createElement('p');
    name.className = 'name';
    name.id = `anomalies-row-${kind}`;
    put(name, { key: `anomalies.${kind}` });
    const row = document.createElement('div');
    row.className = 'anomalies-row';
    row.setAttribute('role', 'group');
    row.setAttribute('aria-labelledby', name.id);
    host.append(name, row);
    /** @type {Example[]} */
    const examples = [];
    const grid = digitGrid(row, {
      count: EACH,
      onPress: (i) => {
        const example = examples[i];
        if (example) choose(example);
      },
    });
    grid.show(null);
    return { kind, grid, examples };
  });
  /** How often others were asked for. */
  let turn = 0;

  return {
    /** Others than before. */
    turn() {
      turn += 1;
    },
    /** @param {(name: 'notDigits', query: any) => Promise<Uint8Array>} ask */
    async load(ask) {
      for (const { kind, grid, examples } of rows) {
        const first = FIRST + turn * EACH;
        const pixels = await ask('notDigits', { kind, seed: 1, count: 10_000, first, part: EACH });
        grid.show(pixels);
        for (let i = 0; i < EACH; i++) {
          const name = nameOf(kind, first + i);
          examples[i] = { pixels: pixels.slice(i * PIXELS, (i + 1) * PIXELS), name };
          grid.name(i, name);
        }
      }
    },
    /** Which is looked at. @param {Example | null} example */
    press(example) {
      for (const { grid, examples } of rows) {
        grid.cells.forEach(({ button }, i) => {
          button.setAttribute('aria-pressed', String(example !== null && examples[i] === example));
        });
      }
    },
  };
}

/** @param {import('./survey.js').Kind} kind @param {number} index */
function nameOf(kind, index) {
  if (kind === 'letters') return { key: 'anomalies.letter', letter: LETTERS[index % LETTERS.length] ?? '' };
  if (kind === 'scribbles') return { key: 'anomalies.scribble' };
  return { key: `anomalies.shape.${SHAPES[index % SHAPES.length]}` };
}
