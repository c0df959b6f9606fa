// @ts-check
/** Which entries the glossary has, and what to read next after each. */

/** The list of all entries: it has an id, but no entry of its own. */
export const INDEX = 'index';

/** @type {Record<string, readonly string[]>} */
export const NEIGHBOURS = {
  // The model
  vae: ['encoder', 'decoder', 'latent-space', 'loss'],
  encoder: ['posterior', 'mu', 'sigma', 'decoder'],
  decoder: ['code', 'likelihood', 'logit', 'encoder'],
  code: ['latent', 'latent-space', 'posterior'],
  latent: ['code', 'mu', 'collapse', 'active-units'],
  'latent-space': ['code', 'prior', 'interpolation', 'pca'],
  conditional: ['vae', 'code', 'posterior', 'decoder'],
  parameters: ['gradient', 'dense-layer', 'checkpoint'],
  preset: ['dense-layer', 'convolution', 'residual-block'],
  'dense-layer': ['activation', 'convolution', 'parameters'],
  convolution: ['activation', 'residual-block', 'dense-layer'],
  'residual-block': ['convolution', 'gradient', 'activation'],
  activation: ['dense-layer', 'convolution', 'logit'],
  // What it says of an image
  posterior: ['prior', 'mu', 'sigma', 'kl'],
  prior: ['posterior', 'kl', 'sample'],
  mu: ['sigma', 'posterior', 'reparameterisation'],
  sigma: ['mu', 'posterior', 'eps'],
  eps: ['reparameterisation', 'sigma', 'seed'],
  reparameterisation: ['mu', 'sigma', 'eps', 'gradient'],
  likelihood: ['bernoulli', 'gaussian', 'reconstruction'],
  bernoulli: ['likelihood', 'logit', 'gaussian'],
  gaussian: ['likelihood', 'bernoulli', 'reconstruction'],
  logit: ['decoder', 'bernoulli', 'activation'],
  // What it is trained for
  loss: ['reconstruction', 'kl', 'beta', 'elbo'],
  elbo: ['loss', 'reconstruction', 'kl'],
  reconstruction: ['loss', 'likelihood', 'nats'],
  kl: ['posterior', 'prior', 'beta', 'nats'],
  nats: ['loss', 'kl', 'likelihood'],
  beta: ['kl', 'collapse', 'warm-up'],
  'warm-up': ['beta', 'collapse', 'free-bits'],
  'free-bits': ['kl', 'collapse', 'warm-up'],
  collapse: ['active-units', 'beta', 'warm-up', 'free-bits'],
  'active-units': ['latent', 'collapse', 'mu'],
  // How it is trained
  step: ['batch', 'epoch', 'gradient'],
  epoch: ['step', 'batch', 'overfitting'],
  batch: ['step', 'epoch', 'gradient'],
  'learning-rate': ['gradient', 'adam', 'divergence'],
  gradient: ['learning-rate', 'adam', 'loss'],
  adam: ['gradient', 'learning-rate', 'checkpoint'],
  seed: ['eps', 'sample', 'batch'],
  'held-out': ['overfitting', 'loss', 'epoch'],
  overfitting: ['held-out', 'parameters', 'epoch'],
  divergence: ['learning-rate', 'gradient', 'loss'],
  checkpoint: ['parameters', 'adam', 'step'],
  // What it is used for
  sample: ['prior', 'code', 'seed'],
  interpolation: ['slerp', 'latent-space', 'code'],
  slerp: ['interpolation', 'prior'],
  pca: ['latent-space', 'mu', 'code'],
};
