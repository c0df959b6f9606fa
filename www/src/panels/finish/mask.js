// @ts-check
/** Which pixels of a digit are still visible. */
import { PIXELS } from '../../ui/digit-canvas.js';

const SIDE = 28;
/** Of the brush, in pixels of the image. */
const RADIUS = 2.6;

/** @typedef {'left' | 'right' | 'upper' | 'lower'} Half */

export class Mask {
  /** A byte a pixel, 0 for one that is erased. */
  visible = new Uint8Array(PIXELS).fill(1);

  get hidden() {
    return this.visible.reduce((sum, visible) => sum + (visible ? 0 : 1), 0);
  }

  clear() {
    this.visible.fill(1);
  }

  /** Erases one half, and nothing else. @param {Half} half */
  half(half) {
    this.#each((x, y) => {
      if (half === 'left') return x >= SIDE / 2;
      if (half === 'right') return x < SIDE / 2;
      return half === 'upper' ? y >= SIDE / 2 : y < SIDE / 2;
    });
  }

  /** Erases every pixel by a coin that falls so often, and nothing else. @param {number} share @param {number} seed */
  random(share, seed) {
    // A small generator of its own: the same seed erases the same pixels (mulberry32).
    let state = seed >>> 0;
    this.#each(() => {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32 >= share;
    });
  }

  /**
   * Erases what the brush touches, or brings it back.
   * @param {number} x @param {number} y   in pixels of the image @param {boolean} visible
   * @returns {boolean} whether anything changed
   */
  brush(x, y, visible) {
    let changed = false;
    this.#each((column, row, now) => {
      if (Math.hypot(column + 0.5 - x, row + 0.5 - y) > RADIUS) return now;
      changed ||= now !== visible;
      return visible;
    });
    return changed;
  }

  /** @param {(x: number, y: number, now: boolean) => boolean} visible */
  #each(visible) {
    for (let i = 0; i < PIXELS; i++) {
      const now = this.visible[i] === 1;
      this.visible[i] = visible(i % SIDE, Math.floor(i / SIDE), now) ? 1 : 0;
    }
  }
}
