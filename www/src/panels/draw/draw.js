// @ts-check
/**
 * A person's digit: smooth strokes on a sheet, live beside it the 28x28 image that the network sees and its reconstruction. Without a
 * pointer, a held-out digit can take the drawing's place.
 */

import { latest } from '../../app/client.js';
import { digit, drawDigit, onTheme, show } from '../../ui/digit-canvas.js';
import { button, canvas, element, input, words } from '../../ui/dom.js';
import { refresher } from '../../ui/live-view.js';
import { flatten, trace } from './strokes.js';

/**
 * @typedef {import('../../app/session.js').Session} Session
 * @typedef {import('./strokes.js').Point} Point
 * @typedef {{pixels: Uint8Array, index: number} | null} Borrowed   a held-out digit in place of strokes
 * @typedef {{input: Uint8Array, output: Uint8Array, code: Float32Array}} Seen
 */

/** The sheet's side in its own units, whatever its size on the screen. */
const SIDE = 280;

/**
 * @param {Session} session @param {(pick: import('../interpolate/interpolate.js').Pick, slot: 'a' | 'b') => void} pick
 * @param {import('./my-digits.js').OwnPanel} own takes a finished drawing in
 */
export function drawPanel(session, pick, own) {
  const sheet = canvas('draw-canvas');
  const [seen, written] = [digit(canvas('draw-input')), digit(canvas('draw-output'))];
  const [undo, clear, borrow] = [button('draw-undo'), button('draw-clear'), button('draw-held-out')];
  const uses = /** @type {const} */ ([
    ['a', button('draw-use-a')],
    ['b', button('draw-use-b')],
  ]);
  const pen = input('draw-pen');
  const [error, invite] = [element('draw-error'), element('draw-invite')];

  /** @type {Point[][]} */
  let strokes = [];
  /** @type {Borrowed} */
  let borrowed = null;
  /** What Undo brings back, newest last: the sheet before each stroke, each clearing, each held-out digit. @type {{strokes: Point[][], borrowed: Borrowed}[]} */
  const past = [];
  /** @type {Seen | null} */
  let result = null;
  /** Which state of the sheet it is of: `changes` then. */
  let resultOf = -1;
  let version = 0;
  let changes = 0;

  own.onAdded(() => clearAll());

  const update = latest(async () => ask());

  async function ask() {
    const asked = ++version;
    const upTo = changes;
    if (!session.standing) return;
    if (isEmpty()) return put(null);
    try {
      const now = borrowed ? await encoded(borrowed.pixels) : await drawn();
      // Cleared, or drawn on, meanwhile: a newer question is under way.
      if (!isEmpty() && asked === version) {
        put(now);
        resultOf = upTo;
      }
      error.textContent = '';
    } catch (problem) {
      if (asked === version) error.textContent = words(problem);
    }
    if (upTo === changes) busy(false);
  }

  /** Whether what is shown lags behind the sheet. @param {boolean} now */
  function busy(now) {
    element('draw').setAttribute('aria-busy', String(now));
    // A held-out digit is none of the person's own, and must not be trained on.
    own.offer(!now && !borrowed && resultOf === changes ? (result?.input ?? null) : null);
  }

  /** @returns {Promise<Seen | null>} */
  async function drawn() {
    const { empty, ...back } = await session.ask('draw', { strokes: strokes.map(flatten), pen: pen.valueAsNumber });
    return empty ? null : back;
  }

  /** @param {Uint8Array} pixels @returns {Promise<Seen>} */
  async function encoded(pixels) {
    const { pixels: output, codes } = await session.ask('encode', { pixels });
    return { input: pixels, output, code: codes };
  }

  const isEmpty = () => strokes.length === 0 && !borrowed;

  /** @param {Seen | null} now */
  function put(now) {
    result = now;
    show(seen, now?.input ?? null);
    show(written, now?.output ?? null);
    seen.setAttribute(
      'aria-label',
      now ? 'What the network sees: your digit, 28 by 28 pixels' : 'What the network sees: nothing yet',
    );
    written.setAttribute('aria-label', now ? 'Reconstruction of your digit' : 'Reconstruction: nothing yet');
    for (const [, use] of uses) use.disabled = !now;
    element('draw').dataset.empty = String(!now);
  }

  function changed() {
    paint();
    undo.disabled = past.length === 0;
    borrow.textContent = borrowed ? 'Another held-out digit' : 'Use a held-out digit';
    clear.disabled = isEmpty();
    invite.hidden = !isEmpty();
    const what = borrowed
      ? `showing held-out digit ${borrowed.index + 1}`
      : strokes.length === 0
        ? 'empty. Draw a digit, or use a held-out digit instead'
        : `${strokes.length} stroke${strokes.length > 1 ? 's' : ''}`;
    sheet.setAttribute('aria-label', `Drawing area, ${what}.`);
    changes += 1;
    busy(!isEmpty());
    if (isEmpty()) {
      version += 1;
      put(null);
    } else update();
  }

  function paint() {
    const side = Math.round(sheet.clientWidth * devicePixelRatio);
    const context = sheet.getContext('2d');
    if (!context || side === 0) return;
    if (sheet.width !== side) sheet.width = sheet.height = side;
    context.setTransform(side / SIDE, 0, 0, side / SIDE, 0, 0);
    context.clearRect(0, 0, SIDE, SIDE);
    if (borrowed) drawDigit(context, borrowed.pixels, SIDE);
    context.lineCap = context.lineJoin = 'round';
    context.lineWidth = pen.valueAsNumber;
    context.strokeStyle = getComputedStyle(sheet).color;
    for (const stroke of strokes) {
      context.beginPath();
      trace(context, stroke);
      context.stroke();
    }
  }

  /** @param {PointerEvent} event @returns {Point} */
  function at(event) {
    const box = sheet.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * SIDE, ((event.clientY - box.top) / box.height) * SIDE];
  }

  let drawing = false;
  sheet.addEventListener('pointerdown', (event) => {
    if (!event.isPrimary || event.button !== 0) return;
    event.preventDefault();
    sheet.focus({ preventScroll: true });
    sheet.setPointerCapture(event.pointerId);
    drawing = true;
    replace([...strokes, [at(event)]], null);
  });
  sheet.addEventListener('pointermove', (event) => {
    const stroke = strokes.at(-1);
    if (!drawing || !stroke || !event.isPrimary) return;
    const events = event.getCoalescedEvents?.() ?? [];
    for (const one of events.length > 0 ? events : [event]) {
      const [x, y] = at(one);
      const [lastX, lastY] = stroke.at(-1) ?? [x, y];
      if (Math.hypot(x - lastX, y - lastY) >= 1.5) stroke.push([x, y]);
    }
    changed();
  });
  for (const end of /** @type {const} */ (['pointerup', 'pointercancel', 'lostpointercapture'])) {
    sheet.addEventListener(end, () => (drawing = false));
  }

  /** @param {Point[][]} newStrokes @param {Borrowed} newBorrowed */
  function replace(newStrokes, newBorrowed) {
    past.push({ strokes, borrowed });
    strokes = newStrokes;
    borrowed = newBorrowed;
    changed();
  }
  function goBack() {
    const before = past.pop();
    if (!before) return;
    drawing = false;
    ({ strokes, borrowed } = before);
    changed();
  }
  function clearAll() {
    drawing = false;
    if (!isEmpty()) replace([], null);
  }
  undo.addEventListener('click', goBack);
  clear.addEventListener('click', clearAll);
  sheet.addEventListener('keydown', (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === 'z') goBack();
    else if (event.key === 'Backspace' || event.key === 'Delete') clearAll();
    else return;
    event.preventDefault();
  });
  pen.addEventListener('input', changed);
  borrow.addEventListener('click', async () => {
    const wanted = borrowed ? borrowed.index + 1 : 0;
    const { input: pixels } = await session
      .ask('heldOut', { count: wanted + 1 })
      .catch(() => ({ input: new Uint8Array() }));
    const there = pixels.length / 784;
    if (there === 0) return;
    const index = wanted < there ? wanted : 0;
    replace([], { pixels: pixels.slice(index * 784, (index + 1) * 784), index });
  });
  for (const [slot, use] of uses) {
    use.addEventListener('click', () => {
      if (!result) return;
      const { code, output, input: source } = result;
      pick(
        { code, pixels: output, source, name: borrowed ? `held-out digit ${borrowed.index + 1}` : 'your drawing' },
        slot,
      );
    });
  }

  session.on('model', () => (borrow.disabled = false));
  refresher(session, sheet, 600, ask);
  new ResizeObserver(paint).observe(sheet);
  onTheme(paint);
  changed();
}
