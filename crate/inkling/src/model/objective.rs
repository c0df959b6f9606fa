use burn::tensor::Tensor;
use burn::tensor::activation::relu;

use crate::kernels::constants::LOGVAR_LINEAR;

/// The encoder's Gaussian over the latents of each image.
#[derive(Debug, Clone)]
pub struct Posterior {
    /// Means, `[batch, latent]`.
    pub mu: Tensor<2>,
    /// Logarithms of the variances, `[batch, latent]`.
    pub logvar: Tensor<2>,
}

/// The negative evidence lower bound of a batch. Each is `[1]`, in nats per image.
#[derive(Debug, Clone)]
pub struct Elbo {
    /// What training minimises: reconstruction + beta * KL (with free bits, if there are any).
    pub loss: Tensor<1>,
    /// The negative log-likelihood of the images given the sampled latents.
    pub reconstruction: Tensor<1>,
    /// KL divergence of the posterior from the prior N(0, 1), without beta or free bits. For a
    /// [`Generator`](super::Generator) it is the codes' `|z|^2 / 2`.
    pub kl: Tensor<1>,
}

impl Posterior {
    /// Reparameterised draws `mu + exp(logvar / 2) * noise`, `[batch, latent]`.
    pub fn sample(&self, noise: Tensor<2>) -> Tensor<2> {
        let deviation = (self.logvar.clone().clamp_max(LOGVAR_LINEAR) * 0.5).exp();
        self.mu.clone() + deviation * noise
    }
}

/// KL divergence of N(mu, e^logvar) from N(0, 1) in nats, `[batch, latent]`:
/// -(1 + logvar - mu^2 - e^logvar) / 2 (Kingma and Welling 2014, appendix B).
pub fn kl_per_latent(posterior: &Posterior) -> Tensor<2> {
    let Posterior { mu, logvar } = posterior.clone();
    // Above LOGVAR_LINEAR e^x continues as its tangent: finite, with a gradient that leads back
    // down.
    let variance = logvar.clone().clamp_max(LOGVAR_LINEAR).exp()
        * (relu(logvar.clone() - LOGVAR_LINEAR) + 1.0);
    (mu.square() + variance - logvar - 1.0) * 0.5
}

/// [`kl_per_latent`] of one latent of one image.
pub(crate) fn kl_of(mu: f64, logvar: f64) -> f64 {
    let linear = f64::from(LOGVAR_LINEAR);
    let variance = logvar.min(linear).exp() * ((logvar - linear).max(0.0) + 1.0);
    (mu * mu + variance - logvar - 1.0) * 0.5
}

/// The standard deviation with which [`Posterior::sample`] draws.
pub(crate) fn deviation_of(logvar: f64) -> f64 {
    (logvar.min(f64::from(LOGVAR_LINEAR)) * 0.5).exp()
}
