// @ts-check
/** Strokes made smooth: quadratic curves through the midpoints between the points that the pointer gave. */

/** @typedef {[number, number]} Point */

/** How far apart the points of a flattened stroke are, in the sheet's units. */
const SPACING = 3;

/** Adds the stroke to the context's path. @param {CanvasRenderingContext2D} context @param {Point[]} points */
export function trace(context, points) {
  const [first, ...rest] = points;
  if (!first) return;
  context.moveTo(...first);
  if (rest.length === 0) context.lineTo(first[0] + 0.01, first[1]);
  for (const [control, end] of curves(points)) context.quadraticCurveTo(...control, ...end);
}

/** What is seen on the sheet, as x,y,x,y,... @param {Point[]} points @returns {Float32Array} */
export function flatten(points) {
  const [first] = points;
  if (!first) return new Float32Array();
  /** @type {number[]} */
  const flat = [...first];
  let start = first;
  for (const [control, end] of curves(points)) {
    const pieces = Math.max(1, Math.ceil((distance(start, control) + distance(control, end)) / SPACING));
    for (let i = 1; i <= pieces; i++) {
      const t = i / pieces;
      const [a, b, c] = [(1 - t) ** 2, 2 * t * (1 - t), t * t];
      flat.push(a * start[0] + b * control[0] + c * end[0], a * start[1] + b * control[1] + c * end[1]);
    }
    start = end;
  }
  // A dot has a length too, however short.
  if (points.length === 1) flat.push(first[0] + 0.1, first[1]);
  return Float32Array.from(flat);
}

/** Control and end point of each curve. @param {Point[]} points @returns {[Point, Point][]} */
function curves(points) {
  return points.slice(1).map((point, i) => {
    const next = points[i + 2];
    return [point, next ? [(point[0] + next[0]) / 2, (point[1] + next[1]) / 2] : point];
  });
}

/** @param {Point} a @param {Point} b */
const distance = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]);
