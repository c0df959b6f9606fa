// @ts-check
/**
 * What a hand does on the map. Mouse: move to look, click to pick, drag to move the map, wheel to zoom. Touch and pen:
 * one finger looks and a tap picks, two fingers move and zoom. Keys: arrows look, Enter picks, + and - zoom, 0 shows
 * the whole.
 *
 * @typedef {import('./geometry.js').Point} Point
 *
 * @typedef {object} Gestures
 * @property {(at: Point) => void} look      a place on the canvas, in CSS pixels
 * @property {() => void} pick
 * @property {(dx: number, dy: number) => void} pan
 * @property {(factor: number, at: Point | null) => void} zoom   at: what stays; null: the place under the ring
 * @property {(dx: number, dy: number) => void} step   by so many strides
 * @property {() => void} reset
 * @property {() => boolean} canZoomOut
 */

/** A hand that moved no farther than this has pressed, not dragged. */
const STILL = { mouse: 4, touch: 9 };
/** How much one notch of a wheel (100 px) or a key zooms. */
const NOTCH = 1.22;
export const KEY_ZOOM = 1.4;
/** The wheel goes on scrolling the page for so long after it last did, in ms: whoever scrolls past is not caught. */
const SCROLLING_MS = 350;
/** How many strides an arrow key with Shift makes. */
const FAR = 5;

/** @param {HTMLElement} element @param {Gestures} on @param {AbortSignal} signal */
export function gestures(element, on, signal) {
  /** Fingers and buttons that are down. @type {Map<number, Point>} */
  const down = new Map();
  /** Where the press began, and what it has become. */
  let start = /** @type {Point} */ ([0, 0]);
  /** @type {'none' | 'press' | 'pan' | 'look' | 'pinch'} */
  let doing = 'none';
  let scrolled = -Infinity;
  window.addEventListener('scroll', () => (scrolled = performance.now()), { passive: true, signal });

  /** @param {MouseEvent} event @returns {Point} */
  const place = ({ clientX, clientY }) => {
    const { left, top } = element.getBoundingClientRect();
    return [clientX - left, clientY - top];
  };

  element.addEventListener('pointerdown', (event) => {
    if (event.pointerType === 'mouse' && down.size > 0) return;
    down.set(event.pointerId, place(event));
    element.setPointerCapture(event.pointerId);
    if (down.size > 1) doing = 'pinch';
    else {
      start = place(event);
      doing = 'press';
      if (event.pointerType !== 'mouse') on.look(start);
    }
  });

  element.addEventListener('pointermove', (event) => {
    const [at, before] = [place(event), down.get(event.pointerId)];
    if (!before) {
      if (event.pointerType !== 'touch') on.look(at);
      return;
    }
    const others = [...down].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
    down.set(event.pointerId, at);
    const [other] = others;
    if (doing === 'pinch') {
      if (other) pinch(before, at, other);
      return;
    }
    const mouse = event.pointerType === 'mouse';
    if (doing === 'press' && distance(start, at) > (mouse ? STILL.mouse : STILL.touch)) doing = mouse ? 'pan' : 'look';
    if (doing === 'pan') on.pan(at[0] - before[0], at[1] - before[1]);
    else if (!mouse) on.look(at);
    element.classList.toggle('moving', doing === 'pan');
  });

  /** @param {Point} before of one finger @param {Point} now @param {Point} other */
  function pinch(before, now, other) {
    const middle = /** @type {Point} */ ([(now[0] + other[0]) / 2, (now[1] + other[1]) / 2]);
    const [far, wide] = [distance(before, other), distance(now, other)];
    on.pan((now[0] - before[0]) / 2, (now[1] - before[1]) / 2);
    if (far > 0 && wide > 0) on.zoom(wide / far, middle);
  }

  /** @param {PointerEvent} event */
  function up(event) {
    if (!down.delete(event.pointerId)) return;
    if (doing === 'press' && event.type === 'pointerup' && event.button === 0) {
      on.look(place(event));
      on.pick();
    }
    // The finger that stays after a pinch does nothing more.
    if (down.size === 0) doing = 'none';
    element.classList.remove('moving');
  }
  element.addEventListener('pointerup', up);
  element.addEventListener('pointercancel', up);

  element.addEventListener(
    'wheel',
    (event) => {
      const past = !event.ctrlKey && performance.now() - scrolled < SCROLLING_MS;
      if (event.deltaY === 0 || past || (event.deltaY > 0 && !on.canZoomOut())) return;
      event.preventDefault();
      // Lines and pages in pixels, as far as they are told apart; a touchpad pinches with small ones.
      const notches = (event.deltaY * ([1, 33, 400][event.deltaMode] ?? 1) * (event.ctrlKey ? 5 : 1)) / 100;
      on.zoom(NOTCH ** -Math.max(-3, Math.min(3, notches)), place(event));
    },
    { passive: false },
  );

  element.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const far = event.shiftKey ? FAR : 1;
    /** @type {Record<string, () => void>} */
    const keys = {
      ArrowLeft: () => on.step(-far, 0),
      ArrowRight: () => on.step(far, 0),
      ArrowUp: () => on.step(0, far),
      ArrowDown: () => on.step(0, -far),
      Enter: on.pick,
      ' ': on.pick,
      '+': () => on.zoom(KEY_ZOOM, null),
      '=': () => on.zoom(KEY_ZOOM, null),
      '-': () => on.zoom(1 / KEY_ZOOM, null),
      0: on.reset,
    };
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}

/** @param {Point} a @param {Point} b */
const distance = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]);
