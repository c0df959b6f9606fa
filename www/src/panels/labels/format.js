// @ts-check

/**
 * A share with one decimal, as 1,000 images allow: "54.5%". Without a number a dash.
 * @param {number | undefined} share
 */
export const points = (share) =>
  share === undefined || !Number.isFinite(share) ? '–' : `${(100 * share).toFixed(1)}%`;
