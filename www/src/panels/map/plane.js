// @ts-check
/** What the two sheets of the map show: the decoded plane, and the codes of held-out images. */
import { colour, drawDigit, PIXELS } from '../../ui/digit-canvas.js';

/** The plane is shown from -EDGE to EDGE in both directions: all but 0.5 % of the prior. */
export const EDGE = 3;
/** Points decoded along an edge. */
export const POINTS = 20;
/** Units along an edge of the sheet of codes. */
export const CODE_UNITS = 300;
/** How far from the edge a code beyond it is drawn: its triangle has to fit between. */
const INSET = 9;

/** @typedef {{codes: Float32Array, labels: Uint8Array | null}} Encoded   two numbers a code */

/** The codes of the points, row by row from the upper left. */
export function gridCodes() {
  const codes = new Float32Array(2 * POINTS * POINTS);
  for (let i = 0; i < POINTS * POINTS; i++) {
    const [row, column] = [Math.floor(i / POINTS), i % POINTS];
    codes[2 * i] = (((column + 0.5) / POINTS) * 2 - 1) * EDGE;
    codes[2 * i + 1] = (1 - ((row + 0.5) / POINTS) * 2) * EDGE;
  }
  return codes;
}

/** In units of one point. @param {CanvasRenderingContext2D} context @param {{pixels: Uint8Array}} decoded */
export function paintDecoded(context, { pixels }) {
  for (let i = 0; i < POINTS * POINTS; i++) {
    context.save();
    context.translate(i % POINTS, Math.floor(i / POINTS));
    drawDigit(context, pixels.subarray(i * PIXELS, (i + 1) * PIXELS), 1);
    context.restore();
  }
}

/**
 * Labels as numerals, so that nobody has to tell ten colours apart; dots where there are no labels. In CODE_UNITS.
 * @param {CanvasRenderingContext2D} context @param {Encoded | null} encoded null: the empty plane
 */
export function paintCodes(context, encoded) {
  paintLines(context);
  if (!encoded) return;
  const { codes, labels } = encoded;
  const [plain, ...inks] = ['ink', ...Array.from({ length: 10 }, (_, i) => `class-${i}`)].map(colour);
  context.font = `600 9px ${getComputedStyle(document.documentElement).fontFamily}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  for (let i = 0; 2 * i + 1 < codes.length; i++) {
    const [x, y] = [toUnits(codes[2 * i] ?? 0), toUnits(-(codes[2 * i + 1] ?? 0))];
    const label = labels?.[i];
    context.fillStyle = (label === undefined ? plain : inks[label % 10]) ?? '';
    const outside = Math.min(x, y) < 0 || Math.max(x, y) > CODE_UNITS;
    const [shownX, shownY] = outside ? [inside(x), inside(y)] : [x, y];
    if (label === undefined) context.fillRect(shownX - 1, shownY - 1, 2, 2);
    else context.fillText(String(label), shownX, shownY);
    if (outside) paintTriangle(context, shownX, shownY, Math.atan2(y - shownY, x - shownX));
  }
}

const toUnits = (/** @type {number} */ number) => ((number + EDGE) / (2 * EDGE)) * CODE_UNITS;
const inside = (/** @type {number} */ units) => Math.min(CODE_UNITS - INSET, Math.max(INSET, units));

/** @param {CanvasRenderingContext2D} context */
function paintLines(context) {
  context.strokeStyle = colour('rule');
  context.lineWidth = 1;
  context.beginPath();
  for (let line = 1 - EDGE; line < EDGE; line++) {
    const at = toUnits(line);
    context.moveTo(at, 0);
    context.lineTo(at, CODE_UNITS);
    context.moveTo(0, at);
    context.lineTo(CODE_UNITS, at);
  }
  context.stroke();
}

/**
 * Beside what is drawn at the edge, towards where its code lies.
 * @param {CanvasRenderingContext2D} context @param {number} x @param {number} y @param {number} angle
 */
function paintTriangle(context, x, y, angle) {
  context.save();
  context.translate(x, y);
  context.rotate(angle);
  context.beginPath();
  context.moveTo(8.5, 0);
  context.lineTo(5, -2);
  context.lineTo(5, 2);
  context.fill();
  context.restore();
}
