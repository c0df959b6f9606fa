// @ts-check
/** The larger canvas, its slider and its Play button: back and forth over the decoded steps, slower at both ends. */
import { put } from '../../i18n/index.js';
import { digit, show } from '../../ui/digit-canvas.js';

/** From A to B, in seconds. */
const SECONDS = 2.6;

/**
 * @param {{screen: HTMLCanvasElement, scrub: HTMLInputElement, toggle: HTMLButtonElement}} parts
 * @param {number} steps
 * @param {(at: number | null) => void} onMove   told the step that is shown; null while there is none
 * @param {AbortSignal} signal   stops it
 */
export function player({ screen, scrub, toggle }, steps, onMove, signal) {
  const canvas = digit(screen);
  const last = steps - 1;
  /** @type {Uint8Array | null} */
  let path = null;
  let at = 0;
  /** Where the swing is, in radians: 0 at A, π at B, 2π at A again. */
  let phase = 0;
  let end = Infinity;
  let playing = false;
  /** A person picked what comes next: it plays on. */
  let invited = false;
  let before = 0;
  /** A person has stopped it or moved the slider: it does not start by itself any more. */
  let stopped = matchMedia('(prefers-reduced-motion: reduce)').matches;

  /** @param {number} to @param {boolean} [again] also if it is there already */
  function move(to, again = false) {
    if (to === at && !again) return;
    at = to;
    scrub.value = String(at);
    put(scrub, { key: 'interpolate.scrub.at', share: at / last }, 'aria-valuetext');
    show(canvas, path, at);
    canvas.dataset.frame = String(at);
    onMove(path ? at : null);
  }

  /** @param {number} time */
  function tick(time) {
    if (!playing || signal.aborted) return;
    phase += Math.min(0.1, Math.max(0, time - before) / 1000) * (Math.PI / SECONDS);
    before = time;
    if (phase >= end) {
      move(0);
      play(false);
      return;
    }
    move(Math.round(((1 - Math.cos(phase)) / 2) * last));
    requestAnimationFrame(tick);
  }

  /** @param {boolean} on @param {boolean} [once] there and back, then it rests */
  function play(on, once = false) {
    const wasPlaying = playing;
    playing = on && path !== null;
    put(toggle, { key: playing ? 'interpolate.pause' : 'interpolate.play' });
    if (!playing) return;
    if (!once) end = Infinity;
    if (wasPlaying) return;
    phase = Math.acos(1 - (2 * at) / last);
    end = once ? 2 * Math.PI : Infinity;
    before = performance.now();
    requestAnimationFrame(tick);
  }

  /** A person chooses a step. @param {number} to */
  function goTo(to) {
    stopped = true;
    play(false);
    move(to, true);
  }

  toggle.addEventListener('click', () => {
    stopped = playing;
    play(!playing);
  });
  scrub.addEventListener('input', () => goTo(scrub.valueAsNumber));

  return {
    goTo,
    /** Plays on, unless a person stopped it or wants less motion. */
    invite() {
      invited = true;
      if (!stopped) play(true);
    },
    /** All steps of another path; the first one plays there and back. @param {Uint8Array | null} pixels */
    show(pixels) {
      const first = path === null && pixels !== null;
      path = pixels;
      toggle.disabled = scrub.disabled = !path;
      put(canvas, { key: path ? 'interpolate.player' : 'interpolate.player.empty' }, 'aria-label');
      if (!path) play(false);
      move(path ? at : 0, true);
      if (first && !stopped) play(true, !invited);
    },
  };
}
