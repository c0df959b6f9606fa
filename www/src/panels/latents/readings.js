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
  /** @type {Float32Array | null} */
  let codes = null;
  const grid = digitGrid(host, {
    count: COUNT,
    onPress: (i) => {
      const latent = (codes?.length ?? 0) / COUNT;
      if (codes) onPress(codes.slice(i * latent, (i + 1) * latent));
    },
  });
  grid.cells.forEach((_, i) => {
    grid.name(i, { key: 'latents.reading', n: i + 1 });
  });
  grid.show(null);
  /** @type {unknown[]} */
  let seen = [];

  const read = latest(async (/** @type {Uint8Array} */ pixels, /** @type {number} */ seed) => {
    try {
      const back = await session.ask('readings', { pixels, count: COUNT, seed });
      codes = back.codes;
      grid.show(back.pixels);
      host.dataset.seed = String(seed);
    } catch {
      // While one model takes another's place there is none: they are asked for again with the next.
      seen = [];
    }
  });

  function clear() {
    codes = null;
    seen = [];
    grid.show(null);
  }

  /**
   * @param {Uint8Array | null} pixels   null: there is no posterior to draw from
   * @param {number} seed
   * @param {unknown[]} of   whose readings: the model and its step
   */
  function show(pixels, seed, of) {
    put(note, { key: pixels ? 'latents.readings.note' : 'latents.readings.none' });
    if (!pixels) return clear();
    const now = [pixels, seed, ...of];
    if (now.every((part, i) => part === seen[i])) return;
    seen = now;
    read(pixels, seed);
  }
  return { show, clear };
}
