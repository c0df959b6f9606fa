// @ts-check
import { colour, fit } from '../../ui/digit-canvas.js';
import { EDGE } from './plane.js';

/** @typedef {[number, number]} Point   on the plane: x to the right, y upwards */

/**
 * A square canvas of the plane whose picture is kept, so that only a ring has to be drawn when the point moves.
 * @param {HTMLCanvasElement} element @param {() => void} redraw called when the browser has lost the picture
 */
export function sheet(element, redraw) {
  const picture = document.createElement('canvas');
  // A browser whose GPU process dies gives the canvases back blank.
  for (const canvas of [element, picture]) canvas.addEventListener('contextrestored', redraw);

  /** @param {Point} at */
  function point([x, y]) {
    const context = element.getContext('2d');
    const { width } = element;
    if (!context || width === 0) return;
    context.clearRect(0, 0, width, width);
    if (picture.width > 0) context.drawImage(picture, 0, 0);
    context.strokeStyle = colour('accent');
    context.lineWidth = 2 * devicePixelRatio;
    context.beginPath();
    const [left, top] = [((x + EDGE) / (2 * EDGE)) * width, ((EDGE - y) / (2 * EDGE)) * width];
    context.arc(left, top, 9 * devicePixelRatio, 0, 2 * Math.PI);
    context.stroke();
  }

  /**
   * Paints the picture, with as many pixels as the screen gives.
   * @param {number} side how many units of `paint` make an edge
   * @param {(context: CanvasRenderingContext2D) => void} paint
   */
  function draw(side, paint) {
    const pixels = Math.round(element.clientWidth * devicePixelRatio);
    const context = picture.getContext('2d');
    if (!context || pixels === 0) return;
    fit(element, pixels);
    fit(picture, pixels);
    context.setTransform(pixels / side, 0, 0, pixels / side, 0, 0);
    context.clearRect(0, 0, side, side);
    paint(context);
  }

  /** The point under the pointer. @param {MouseEvent} event @returns {Point} */
  function pointAt({ clientX, clientY }) {
    const box = element.getBoundingClientRect();
    return [((clientX - box.left) / box.width) * 2 * EDGE - EDGE, EDGE - ((clientY - box.top) / box.height) * 2 * EDGE];
  }

  return { element, draw, point, pointAt };
}
