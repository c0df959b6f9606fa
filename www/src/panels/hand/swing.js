// @ts-check
/** A slider that walks by itself: there and back, slower at both ends. */
import { put } from '../../i18n/index.js';

/** From one end to the other, in seconds. */
const SECONDS = 2.6;

/**
 * @param {HTMLInputElement} slider from its least to its highest value
 * @param {HTMLButtonElement} toggle
 * @param {(by: 'person' | 'swing') => void} onMove   it has another value
 * @param {AbortSignal} signal   stops it
 */
export function swing(slider, toggle, onMove, signal) {
  let playing = false;
  /** In radians: 0 at the left end, π at the right one, 2π at the left again. */
  let phase = 0;
  let before = 0;

  /** @param {boolean} on */
  function play(on) {
    playing = on;
    put(toggle, { key: on ? 'hand.pause' : 'hand.play' });
    if (!on) return;
    phase = Math.acos(1 - (2 * slider.valueAsNumber) / Number(slider.max));
    before = performance.now();
    requestAnimationFrame(tick);
  }

  /** @param {number} time */
  function tick(time) {
    if (!playing || signal.aborted) return;
    phase += Math.min(0.1, Math.max(0, time - before) / 1000) * (Math.PI / SECONDS);
    before = time;
    const to = String(Math.round(((1 - Math.cos(phase)) / 2) * Number(slider.max)));
    if (to !== slider.value) {
      slider.value = to;
      onMove('swing');
    }
    requestAnimationFrame(tick);
  }

  toggle.addEventListener('click', () => play(!playing));
  slider.addEventListener('input', () => {
    play(false);
    onMove('person');
  });
  return { stop: () => play(false) };
}
