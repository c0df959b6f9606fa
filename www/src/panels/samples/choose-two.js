// @ts-check
import { PIXELS } from '../../ui/digit-canvas.js';

/**
 * Two images that differ clearly: any one, and one of the quarter least like it. Null if there are fewer than two.
 * @param {Uint8Array} pixels 784 grey bytes an image @returns {[number, number] | null} their indices
 */
export function chooseTwo(pixels) {
  const count = Math.floor(pixels.length / PIXELS);
  if (count < 2) return null;
  const first = below(count);
  const far = Array.from({ length: count }, (_, i) => ({ i, distance: distance(pixels, first, i) }))
    .filter(({ i }) => i !== first)
    .sort((a, b) => b.distance - a.distance);
  const second = far[below(Math.ceil(far.length / 4))];
  return second ? [first, second.i] : null;
}

/** @param {number} end */
const below = (end) => Math.floor(Math.random() * end);

/** Squared, between two images. @param {Uint8Array} pixels @param {number} a @param {number} b */
function distance(pixels, a, b) {
  let sum = 0;
  for (let i = 0; i < PIXELS; i++) sum += ((pixels[a * PIXELS + i] ?? 0) - (pixels[b * PIXELS + i] ?? 0)) ** 2;
  return sum;
}
