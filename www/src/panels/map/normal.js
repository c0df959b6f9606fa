// @ts-check
/**
 * The standard normal distribution: where its quantiles lie. (A library for these two functions, such as
 * `@stdlib/stats`, brings some sixty packages.)
 */

/**
 * The share of a standard normal below `z`, from 0 to 1. Abramowitz and Stegun, Handbook of Mathematical Functions,
 * 7.1.26; wrong by at most 1e-7. @param {number} z
 */
export function cdf(z) {
  const t = 1 / (1 + (0.3275911 * Math.abs(z)) / Math.SQRT2);
  const series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const tail = 0.5 * series * Math.exp(-0.5 * z * z);
  return z < 0 ? tail : 1 - tail;
}

/**
 * The z below which the share `p` of a standard normal lies. Wichura, Applied Statistics 37 (1988), AS 241 (PPND7),
 * right to about seven digits. @param {number} p between 0 and 1, else NaN
 */
export function quantile(p) {
  if (!(p > 0 && p < 1)) return Number.NaN;
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    return (
      (q * (((59.10937472 * r + 159.29113202) * r + 50.434271938) * r + 3.3871327179)) /
      (((67.1875636 * r + 78.757757664) * r + 17.895169469) * r + 1)
    );
  }
  const r = Math.sqrt(-Math.log(Math.min(p, 1 - p)));
  const z = r <= 5 ? shoulder(r - 1.6) : tail(r - 5);
  return q < 0 ? -z : z;
}

const shoulder = (/** @type {number} */ r) =>
  (((0.17023821103 * r + 1.3067284816) * r + 2.75681539) * r + 1.4234372777) /
  ((0.12021132975 * r + 0.7370016425) * r + 1);

const tail = (/** @type {number} */ r) =>
  (((0.017337203997 * r + 0.42868294337) * r + 3.081226386) * r + 6.657905115) /
  ((0.012258202635 * r + 0.24197894225) * r + 1);
