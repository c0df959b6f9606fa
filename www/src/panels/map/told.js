// @ts-check
/**
 * What the map says about itself, as messages.
 *
 * @typedef {import('./geometry.js').Point} Point
 * @typedef {import('./survey.js').Survey} Survey
 * @typedef {import('./view.js').View} View
 * @typedef {import('../../protocol.js').Message} Message
 */
import { axisName } from './controls.js';
import { number } from './paint.js';

const OF = { yours: 'map.yours', best: 'map.best', plane: 'map.pretrained' };

/**
 * Whose map it is.
 * @param {Survey} survey @param {import('../../i18n/index.js').Sentence} data the name of the data set @returns
 *   {Message}
 */
export const aboutOf = ({ shows, points, step, latent }, data) => ({
  key: OF[shows],
  count: points.length / 2,
  step,
  latent,
  data,
});

/** Where the ring is. @param {Survey | null} survey @param {Point} at @returns {Message} */
export function whereOf(survey, at) {
  const [a, b] = (survey?.chosen ?? [0, 1]).map((axis) => String(axis + 1));
  const plane = !survey || survey.plane;
  const key = plane ? 'map.where' : survey.kind === 'latents' ? 'map.where.latents' : 'map.where.components';
  return { key, a, b, ...coordinates(at, 2) };
}

/** Which image is nearest to it. @param {Survey | null} survey @param {number} near -1: none @returns {Message} */
export function nearestOf(survey, near) {
  const index = survey?.indices[near];
  const label = survey?.labels?.[near];
  if (index === undefined) return { key: 'map.near.none' };
  if (label === undefined) return { key: 'map.near.unlabelled', i: index + 1 };
  return { key: 'map.near', label: String(label), i: index + 1 };
}

/** @param {Survey} survey @param {boolean} quantiles @returns {import('../../protocol.js').Message} */
export function sharesOf({ plane, kind, chosen, shares }, quantiles) {
  if (quantiles) return { key: 'map.shares.quantiles' };
  const [first, second] = chosen.map((axis) => shares[axis] ?? 0);
  if (plane) return { key: 'map.shares.even', first, second };
  const [a, b] = chosen.map((axis) => (kind === 'latents' ? axisName(kind, axis) : String(axis + 1)));
  return { key: `map.shares.${kind}`, a, b, first, second };
}

/** @param {View} view */
export function rangeOf(view) {
  const [across, up] = view.spans;
  const text = (/** @type {number} */ value) => number(value, 1);
  return {
    key: 'map.range',
    left: text(across.from),
    right: text(across.to),
    bottom: text(up.from),
    top: text(up.to),
  };
}

/** As text: "1.50", with a real minus. @param {Point} point @param {number} digits */
export const coordinates = ([x, y], digits) => ({ x: number(x, digits), y: number(y, digits) });
