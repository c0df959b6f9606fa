// @ts-check
/** Eight readings of the same image: draws from its posterior, decoded. One can be pressed, and is z then. */
import { put } from '../../i18n/index.js';
import { digitGrid } from '../../ui/digit-grid.js';
import { latest } from '../../ui/latest.js';

const COUNT = 8;

/**
 * @param {HTMLElement} host @param {HTMLElement} note
 * @param {{session: import('../../app/session.js').Session, onPress: (code: Float32Array) => void}} options
 */
export function latentReadings(host, note, { session, onPress }) {
  /** With its label, if the model knows any. @type {Float32Array | null} */
  let codes = null;
  const grid = digitGrid(host, {
    count: COUNT,
    onPress: (i) => {
      const size = (codes?.length ?? 0) / COUNT;
      if (codes) onPress(codes.slice(i * size, (i + 1) * size));
    },
  });
  grid.cells.forEach((_, i) => {
    grid.name(i, { key: 'latents.reading', n: i + 1 });
  });
  grid.show(null);
  /** @type {unknown[]} */
  let seen = [];

  const read = latest(
    async (/** @type {Uint8Array} */ pixels, /** @type {number} */ seed, /** @type {number | null} */ label) => {
      try {
        const said = label === null ? {} : { label };
        const back = await session.ask('readings', { pixels, count: COUNT, seed, ...said });
        codes = back.codes;
        grid.show(back.pixels);
        host.dataset.seed = String(seed);
      } catch {
        // While one model takes another's place there is none: they are asked for again with the next.
        seen = [];
      }
    },
  );

  function clear() {
    codes = null;
    seen = [];
    grid.show(null);
  }

  /**
   * @param {Uint8Array | null} pixels   null: there is no posterior to draw from
   * @param {number} seed
   * @param {number | null} label   what the image is read as; null: the model knows no labels
   * @param {unknown[]} of   whose readings: the model and its step
   */
  function show(pixels, seed, label, of) {
    put(note, { key: pixels ? 'latents.readings.note' : 'latents.readings.none' });
    if (!pixels) return clear();
    const now = [pixels, seed, label, ...of];
    if (now.every((part, i) => part === seen[i])) return;
    seen = now;
    read(pixels, seed, label);
  }
  return { show, clear };
}
