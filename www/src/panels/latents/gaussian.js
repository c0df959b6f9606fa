// @ts-check
/** The chosen latent's posterior beside the prior, each scaled to the same height, and z between them. */
import { put } from '../../i18n/index.js';
import { signed } from '../../i18n/number.js';
import { finder } from '../../ui/dom.js';
import { REACH } from './rows.js';

const POINTS = 141;

/**
 * A bell of unit height as the outline of a shape, from -REACH to REACH, its foot at y = 0.
 * @param {number} mu @param {number} sigma
 */
export function bell(mu, sigma) {
  const xs = Array.from({ length: POINTS }, (_, i) => (i / (POINTS - 1) - 0.5) * 2 * REACH);
  // Between two of these points a narrow bell would be missed.
  const all = [...xs, ...[-3, -2, -1, -0.5, 0, 0.5, 1, 2, 3].map((k) => mu + k * sigma)]
    .filter((x) => Math.abs(x) <= REACH)
    .sort((a, b) => a - b);
  const points = all.map((x) => `${x.toFixed(3)} ${(-0.94 * Math.exp(-0.5 * ((x - mu) / sigma) ** 2)).toFixed(3)}`);
  return `M${-REACH} 0L${points.join('L')}L${REACH} 0Z`;
}

/** An empty figure over that range. */
export function figure() {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', `${-REACH} -1 ${2 * REACH} 1`);
  svg.setAttribute('preserveAspectRatio', 'none');
  svg.setAttribute('aria-hidden', 'true');
  const path = (/** @type {string} */ name) => {
    const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
    path.setAttribute('class', name);
    svg.append(path);
    return path;
  };
  return { svg, path };
}

/** @param {HTMLElement} root */
export function latentGaussian(root) {
  const { element } = finder(root);
  const { svg, path } = figure();
  const [prior, posterior, line] = [path('prior'), path('posterior'), path('line')];
  prior.setAttribute('d', bell(0, 1));
  element('latents-bell').append(svg);
  const readout = element('latents-readout');

  /** @param {number} latent @param {import('./rows.js').Readout} of */
  return function show(latent, of) {
    const [mu = 0, z = 0, kl = 0, sigma] = [of.mu[latent], of.z[latent], of.kl[latent], of.sigma?.[latent]];
    posterior.setAttribute('d', sigma === undefined ? '' : bell(mu, sigma));
    const at = Math.min(REACH, Math.max(-REACH, z));
    line.setAttribute('d', `M${at} 0V-1`);
    const values = { i: latent + 1, mu: signed(mu, 2), z: signed(z, 2), kl };
    const free = sigma === undefined;
    put(readout, {
      key: free ? 'latents.readout.free' : 'latents.readout',
      ...values,
      ...(free ? {} : { sigma: sigma.toFixed(2) }),
    });
  };
}
