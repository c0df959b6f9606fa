// @ts-check
/** The figure under the settings: 784 pixels on either side of a waist as narrow as the latent is small. */

/** The waist at one latent and at the most there can be, as half of its height, in units of the figure. */
const [NARROW, WIDE] = [2, 34];
/** log2 of the most latents. */
const MOST = 8;

/** @param {SVGElement} svg @returns {(latent: number, hasEncoder: boolean) => void} draws it */
export function modelFigure(svg) {
  const shape = (/** @type {string} */ id, /** @type {string} */ d) =>
    svg.querySelector(`#${id}`)?.setAttribute('d', d);
  const number = svg.querySelector('#figure-latent');
  return (latent, hasEncoder) => {
    const half = NARROW + ((WIDE - NARROW) * Math.log2(latent)) / MOST;
    shape('figure-encoder', `M14 2V82L124 ${42 + half}V${42 - half}Z`);
    shape('figure-decoder', `M250 2V82L140 ${42 + half}V${42 - half}Z`);
    shape('figure-waist', `M132 ${42 - half}V${42 + half}`);
    svg.dataset.encoder = String(hasEncoder);
    if (number) number.textContent = String(latent);
  };
}
