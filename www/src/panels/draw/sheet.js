// @ts-check
/**
 * The sheet to draw on: strokes by pointer, or a held-out digit in their place, with Undo for both. Until it is first
 * touched it shows a held-out digit faintly, as an example, which the first stroke replaces.
 */
import { put } from '../../i18n/index.js';
import { drawDigit, fit, onTheme } from '../../ui/digit-canvas.js';
import { finder } from '../../ui/dom.js';
import { trace } from './strokes.js';

/**
 * @typedef {import('./strokes.js').Point} Point
 * @typedef {{pixels: Uint8Array, index: number}} HeldOut
 *
 * @typedef {object} Before   what Undo brings back
 * @property {Point[][]} strokes
 * @property {HeldOut | null} heldOut
 * @property {string | null} label   chosen for that drawing; null if it was the same drawing
 */

/** The sheet's side in its own units, whatever its size on the screen. */
const SIDE = 280;
/** How strong the example's ink is. */
const FAINT = 0.4;

export class Sheet {
  /** @type {Point[][]} */ strokes = [];
  /** Chosen by the person in place of strokes. @type {HeldOut | null} */ heldOut = null;
  /** Shown while the sheet is untouched. @type {HeldOut | null} */ #example = null;
  #touched = false;
  #drawing = false;
  /** The newest last. @type {Before[]} */ #past = [];
  #changed;
  #label;

  /**
   * @param {import('../index.js').PanelContext} context
   * @param {HTMLSelectElement} label   of the drawing: another drawing starts without one
   * @param {() => void} changed
   */
  constructor({ root, signal }, label, changed) {
    const { button, canvas, element, input } = finder(root);
    this.canvas = canvas('draw-canvas');
    this.pen = input('draw-pen');
    this.undoButton = button('draw-undo');
    this.clearButton = button('draw-clear');
    this.invite = element('draw-invite');
    this.#label = label;
    this.#changed = changed;

    this.undoButton.addEventListener('click', () => this.undo());
    this.clearButton.addEventListener('click', () => this.clear());
    this.pen.addEventListener('input', () => this.#update());
    this.#pointer();
    this.canvas.addEventListener('keydown', (event) => {
      if ((event.ctrlKey || event.metaKey) && event.key === 'z') this.undo();
      else if (event.key === 'Backspace' || event.key === 'Delete') this.clear();
      else return;
      event.preventDefault();
    });

    const paint = () => signal.aborted || this.#paint();
    const sizes = new ResizeObserver(paint);
    sizes.observe(this.canvas);
    signal.addEventListener('abort', () => sizes.disconnect());
    onTheme(paint);
    this.#show();
  }

  /** Whether the person has put nothing on it; it may still show the example. */
  get empty() {
    return this.strokes.length === 0 && !this.heldOut;
  }

  get example() {
    return this.#touched ? null : this.#example;
  }

  /** The held-out digit on the sheet, chosen or as an example. */
  get shownHeldOut() {
    return this.heldOut ?? this.example;
  }

  get touched() {
    return this.#touched;
  }

  /** Shows it as an example for as long as the sheet is untouched. @param {HeldOut | null} heldOut */
  greet(heldOut) {
    if (this.#touched) return;
    this.#example = heldOut;
    this.#show();
  }

  /** @param {HeldOut} heldOut */
  use(heldOut) {
    this.#replace([], heldOut);
  }

  clear() {
    this.#drawing = false;
    if (!this.empty) this.#replace([], null);
  }

  undo() {
    const before = this.#past.pop();
    if (!before) return;
    this.#drawing = false;
    this.strokes = before.strokes;
    this.heldOut = before.heldOut;
    if (before.label !== null) this.#label.value = before.label;
    this.#update();
  }

  /** @param {Point[][]} strokes @param {HeldOut | null} heldOut */
  #replace(strokes, heldOut) {
    // A label chosen while the sheet was empty is meant for the drawing that starts now.
    const another = !this.empty && (strokes.length === 0 || this.heldOut !== null);
    this.#past.push({ strokes: this.strokes, heldOut: this.heldOut, label: another ? this.#label.value : null });
    if (another) this.#label.value = '';
    this.strokes = strokes;
    this.heldOut = heldOut;
    this.#touched = true;
    this.#update();
  }

  #pointer() {
    const { canvas } = this;
    canvas.addEventListener('pointerdown', (event) => {
      if (!event.isPrimary || event.button !== 0) return;
      event.preventDefault();
      canvas.focus({ preventScroll: true });
      canvas.setPointerCapture(event.pointerId);
      this.#drawing = true;
      this.#replace([...this.strokes, [this.#at(event)]], null);
    });
    canvas.addEventListener('pointermove', (event) => {
      const stroke = this.strokes.at(-1);
      if (!this.#drawing || !stroke || !event.isPrimary) return;
      const events = event.getCoalescedEvents?.() ?? [];
      for (const one of events.length > 0 ? events : [event]) {
        const [x, y] = this.#at(one);
        const [lastX, lastY] = stroke.at(-1) ?? [x, y];
        if (Math.hypot(x - lastX, y - lastY) >= 1.5) stroke.push([x, y]);
      }
      this.#update();
    });
    for (const end of /** @type {const} */ (['pointerup', 'pointercancel', 'lostpointercapture'])) {
      canvas.addEventListener(end, () => {
        this.#drawing = false;
      });
    }
  }

  /** @param {PointerEvent} event @returns {Point} */
  #at(event) {
    const box = this.canvas.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * SIDE, ((event.clientY - box.top) / box.height) * SIDE];
  }

  #update() {
    this.#show();
    this.#changed();
  }

  #show() {
    this.#paint();
    this.undoButton.disabled = this.#past.length === 0;
    this.clearButton.disabled = this.empty;
    this.invite.hidden = !this.empty;
    this.invite.dataset.over = String(this.example !== null);
    put(this.invite, { key: this.example ? 'draw.invite.over' : 'draw.invite' });
    put(this.canvas, this.#described(), 'aria-label');
  }

  #described() {
    if (this.heldOut) return { key: 'draw.sheet.heldOut', i: this.heldOut.index + 1 };
    if (this.strokes.length > 0) return { key: 'draw.sheet.strokes', n: this.strokes.length };
    if (this.example) return { key: 'draw.sheet.example', i: this.example.index + 1 };
    return { key: 'draw.sheet.empty' };
  }

  #paint() {
    const { canvas, shownHeldOut } = this;
    const side = Math.round(canvas.clientWidth * devicePixelRatio);
    const context = canvas.getContext('2d');
    if (!context || side === 0) return;
    fit(canvas, side);
    context.setTransform(side / SIDE, 0, 0, side / SIDE, 0, 0);
    context.clearRect(0, 0, SIDE, SIDE);
    context.globalAlpha = this.heldOut ? 1 : FAINT;
    if (shownHeldOut && this.strokes.length === 0) drawDigit(context, shownHeldOut.pixels, SIDE);
    context.globalAlpha = 1;
    context.lineCap = context.lineJoin = 'round';
    context.lineWidth = this.pen.valueAsNumber;
    context.strokeStyle = getComputedStyle(canvas).color;
    for (const stroke of this.strokes) {
      context.beginPath();
      trace(context, stroke);
      context.stroke();
    }
  }
}
