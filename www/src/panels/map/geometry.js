// @ts-check
/**
 * Two axes in latent space: how places of the map and latent vectors become each other.
 *
 * @typedef {[number, number]} Point   on the two axes: x to the right, y upwards
 *
 * @typedef {object} Frame   two axes in latent space
 * @property {Float32Array} mean    where they cross
 * @property {Float32Array} axes    two unit vectors, one after the other
 */

/** Points of the outline of an ellipse. */
const OUTLINE = 64;

/** The latent vector of a place. @param {Frame} frame @param {Point} point */
export function codeAt({ mean, axes }, [x, y]) {
  return mean.map((value, i) => value + x * (axes[i] ?? 0) + y * (axes[mean.length + i] ?? 0));
}

/**
 * Where a latent vector lies on the map; NaN if it is of another length. @param {Frame} frame
 * @param {Float32Array} code @returns {Point}
 */
export function placeOf({ mean, axes }, code) {
  if (code.length !== mean.length) return [Number.NaN, Number.NaN];
  let [x, y] = [0, 0];
  for (const [i, value] of mean.entries()) {
    const from = (code[i] ?? 0) - value;
    x += from * (axes[i] ?? 0);
    y += from * (axes[mean.length + i] ?? 0);
  }
  return [x, y];
}

/**
 * The ellipse of mu ± 2 sigma: the shadow that two standard deviations of a Gaussian with independent latents throw on
 * the two axes. Empty without variances, as for a code that was fitted.
 * @param {Frame} frame @param {Float32Array} mu @param {Float32Array} logvar @returns {Point[]} its outline
 */
export function ellipse(frame, mu, logvar) {
  const [x, y] = placeOf(frame, mu);
  if (logvar.length !== frame.mean.length || Number.isNaN(x)) return [];
  let [xx, xy, yy] = [0, 0, 0];
  for (const [i, value] of logvar.entries()) {
    const [a, b] = [frame.axes[i] ?? 0, frame.axes[logvar.length + i] ?? 0];
    const variance = Math.exp(value);
    xx += a * a * variance;
    xy += a * b * variance;
    yy += b * b * variance;
  }
  // Cholesky: the covariance is L Lᵀ, so L takes the circle of radius 2 to the ellipse.
  const l11 = Math.sqrt(xx);
  const l21 = l11 > 0 ? xy / l11 : 0;
  const l22 = Math.sqrt(Math.max(0, yy - l21 * l21));
  return Array.from({ length: OUTLINE }, (_, i) => {
    const turn = (2 * Math.PI * i) / OUTLINE;
    const [c, s] = [2 * Math.cos(turn), 2 * Math.sin(turn)];
    return [x + l11 * c, y + l21 * c + l22 * s];
  });
}

/**
 * Numbers of the two latents whose posterior means vary most.
 * @param {Float32Array} codes @param {number} latent @returns {[number, number]}
 */
export function widest(codes, latent) {
  const variance = Array.from({ length: latent }, (_, i) => {
    let [sum, squares, count] = [0, 0, 0];
    for (let at = i; at < codes.length; at += latent) {
      const value = codes[at] ?? 0;
      sum += value;
      squares += value * value;
      count += 1;
    }
    return { i, value: count > 0 ? squares / count - (sum / count) ** 2 : 0 };
  });
  variance.sort((a, b) => b.value - a.value);
  return [variance[0]?.i ?? 0, variance[1]?.i ?? 1];
}
