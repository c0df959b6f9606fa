// @ts-check
/** What one latent does: eleven decoded digits along it, the other latents as they are at hand. */
import { put } from '../../i18n/index.js';
import { signed } from '../../i18n/number.js';
import { digitGrid } from '../../ui/digit-grid.js';
import { latest } from '../../ui/latest.js';

/** Eleven values from -3 to 3. */
export const VALUES = Array.from({ length: 11 }, (_, i) => Math.round(10 * (0.6 * i - 3)) / 10);

/**
 * The codes along some latents, row by row.
 * @param {Float32Array} code @param {readonly number[]} latents
 */
export function fan(code, latents) {
  const codes = new Float32Array(latents.length * VALUES.length * code.length);
  latents.forEach((latent, row) => {
    VALUES.forEach((value, column) => {
      const at = (row * VALUES.length + column) * code.length;
      codes.set(code, at);
      codes[at + latent] = value;
    });
  });
  return codes;
}

/**
 * @param {HTMLElement} host
 * @param {{session: import('../../app/session.js').Session, onPress: (value: number) => void}} options
 */
export function latentStrip(host, { session, onPress }) {
  const grid = digitGrid(host, {
    count: VALUES.length,
    decorate: ({ button }) => button.append(document.createElement('span')),
    onPress: (i) => onPress(VALUES[i] ?? 0),
  });
  grid.cells.forEach(({ button }, i) => {
    const number = button.querySelector('span');
    if (number) put(number, signed(VALUES[i] ?? 0, 1));
  });
  grid.show(null);
  /** What the digits were decoded from. @type {{latent: number, code: Float32Array, of: unknown[]} | null} */
  let seen = null;

  const decode = latest(async (/** @type {number} */ latent, /** @type {Float32Array} */ code) => {
    try {
      const { pixels } = await session.ask('decode', { codes: fan(code, [latent]) });
      grid.show(pixels);
      host.dataset.latent = String(latent);
    } catch {
      // While one model takes another's place there is none: it is asked for again with the next.
      seen = null;
    }
  });

  /**
   * @param {number} latent @param {Float32Array} code
   * @param {unknown[]} of   whose code it is: the model and its step
   */
  function show(latent, code, of) {
    const here = code[latent] ?? 0;
    grid.cells.forEach(({ button }, i) => {
      const value = VALUES[i] ?? 0;
      const near = Math.abs(value - here) <= 0.3;
      button.setAttribute('aria-current', String(near));
      grid.name(i, { key: 'latents.cell', i: latent + 1, value: signed(value, 1) });
    });
    const same =
      seen?.latent === latent &&
      seen.code.length === code.length &&
      seen.code.every((value, i) => i === latent || value === code[i]) &&
      seen.of.every((part, i) => part === of[i]);
    if (same) return;
    seen = { latent, code: code.slice(), of };
    decode(latent, seen.code);
  }
  return { show, clear: () => grid.show(null) };
}
