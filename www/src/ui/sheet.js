// @ts-check
/**
 * The sheet to draw on: strokes by pointer, or an image in their place, with Undo for both. While it is untouched it
 * shows an image faintly, as an example, which the first stroke replaces.
 */
import './sheet.css';
import { put } from '../i18n/index.js';
import { drawDigit, fit, onTheme } from './digit-canvas.js';
import { trace } from './strokes.js';

/**
 * @typedef {import('./strokes.js').Point} Point
 *
 * @typedef {object} Laid   an image on the sheet
 * @property {Uint8Array} pixels
 * @property {import('../i18n/index.js').Sentence} name   "held-out digit 3"
 * @property {number} [index]   which held-out image it is
 *
 * @typedef {object} Before   what Undo brings back
 * @property {Point[][]} strokes
 * @property {Laid | null} heldOut
 * @property {string | null} label   chosen for that drawing; null if it was the same drawing
 */

/** The sheet's side in its own units, whatever its size on the screen. */
const SIDE = 280;
/** How strong the example's ink is. */
const FAINT = 0.4;

export class Sheet {
  /** @type {Point[][]} */ strokes = [];
  /** Chosen by the person in place of strokes. @type {Laid | null} */ heldOut = null;
  /** Shown while the sheet is untouched. @type {Laid | null} */ #example = null;
  #touched = false;
  #drawing = false;
  /** The newest last. @type {Before[]} */ #past = [];
  #changed;
  #label;
  #words;

  /**
   * @param {object} parts
   * @param {HTMLCanvasElement} parts.canvas
   * @param {() => number} parts.pen   how wide the strokes are, in the sheet's units
   * @param {HTMLButtonElement} parts.undo @param {HTMLButtonElement} parts.clear
   * @param {HTMLElement} parts.invite   the words on the empty sheet
   * @param {HTMLSelectElement} [parts.label]   of the drawing: another drawing starts without one
   * @param {{invite: string, empty: string}} [parts.words]   for another sheet than one for a digit
   * @param {AbortSignal} parts.signal
   * @param {() => void} changed
   */
  constructor({ canvas, pen, undo, clear, invite, label, words, signal }, changed) {
    this.canvas = canvas;
    this.pen = pen;
    this.undoButton = undo;
    this.clearButton = clear;
    this.invite = invite;
    this.#label = label ?? null;
    this.#words = words ?? { invite: 'ui.invite', empty: 'ui.sheet.empty' };
    this.#changed = changed;

    this.undoButton.addEventListener('click', () => this.undo());
    this.clearButton.addEventListener('click', () => this.clear());
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

  /** Shows it as an example for as long as the sheet is untouched. @param {Laid | null} example */
  greet(example) {
    if (this.#touched) return;
    this.#example = example;
    this.#show();
  }

  /** Lays another example on the sheet, in place of whatever is there; Undo brings that back. @param {Laid} example */
  lay(example) {
    this.#drawing = false;
    if (!this.empty) this.#past.push({ strokes: this.strokes, heldOut: this.heldOut, label: null });
    this.strokes = [];
    this.heldOut = null;
    this.#touched = false;
    this.greet(example);
  }

  /** The strokes are of another width now. */
  penChanged() {
    this.#update();
  }

  /** @param {Laid} heldOut */
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
    if (before.label !== null && this.#label) this.#label.value = before.label;
    this.#update();
  }

  /** @param {Point[][]} strokes @param {Laid | null} heldOut */
  #replace(strokes, heldOut) {
    // A label chosen while the sheet was empty is meant for the drawing that starts now.
    const another = !this.empty && (strokes.length === 0 || this.heldOut !== null);
    const label = another ? (this.#label?.value ?? null) : null;
    this.#past.push({ strokes: this.strokes, heldOut: this.heldOut, label });
    if (another && this.#label) this.#label.value = '';
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
    put(this.invite, { key: this.example ? 'ui.invite.over' : this.#words.invite });
    put(this.canvas, this.#described(), 'aria-label');
  }

  #described() {
    if (this.heldOut) return { key: 'ui.sheet.image', name: this.heldOut.name };
    if (this.strokes.length > 0) return { key: 'ui.sheet.strokes', n: this.strokes.length };
    if (this.example) return { key: 'ui.sheet.example', name: this.example.name };
    return { key: this.#words.empty };
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
    context.lineWidth = this.pen();
    context.strokeStyle = getComputedStyle(canvas).color;
    for (const stroke of this.strokes) {
      context.beginPath();
      trace(context, stroke);
      context.stroke();
    }
  }
}
