use burn::module::Module;
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor};

use super::init::Init;
use super::network::{Decoder, Encoder};
use super::{Network, VaeConfig};
use crate::Result;
use crate::kernels::constants::LOGVAR_LINEAR;
use crate::kernels::mean_image;

/// A variational autoencoder (Kingma and Welling 2014, "Auto-Encoding Variational Bayes").
#[derive(Module, Debug)]
pub struct Vae {
    pub(crate) encoder: Option<Encoder>,
    pub(crate) decoder: Decoder,
    #[module(skip)]
    pub(crate) config: VaeConfig,
}

/// The encoder's Gaussian over the latents of each image.
#[derive(Debug, Clone)]
pub struct Posterior {
    /// Means, `[batch, latent]`.
    pub mu: Tensor<2>,
    /// Logarithms of the variances, `[batch, latent]`.
    pub logvar: Tensor<2>,
}

/// The negative evidence lower bound of a batch; each `[1]`, in nats per image.
#[derive(Debug, Clone)]
pub struct Elbo {
    /// What is minimised: reconstruction + beta * KL (with free bits, if there are any).
    pub loss: Tensor<1>,
    /// Minus the log-likelihood of the images given the sampled latents.
    pub reconstruction: Tensor<1>,
    /// KL divergence of the posterior from the prior N(0, 1), without beta or free bits.
    pub kl: Tensor<1>,
}

impl Vae {
    /// A model with freshly drawn weights. The same configuration gives the same weights on every device.
    ///
    /// On an [autodiff](Device::autodiff) device it can be trained. A bad configuration is an error.
    pub fn new(config: &VaeConfig, device: &Device) -> Result<Self> {
        config.validate()?;
        let mut init = Init::new(config.seed, device);
        let outputs = config.likelihood.outputs_per_pixel();
        let encoder = |network: &Network| Encoder::new(network, config.latent, &mut init);
        let encoder = config.encoder.as_ref().map(encoder);
        let decoder = Decoder::new(&config.decoder, config.latent, outputs, &mut init);
        Ok(Self { encoder, decoder, config: config.clone() })
    }

    /// The configuration it was made from.
    pub fn config(&self) -> &VaeConfig {
        &self.config
    }

    /// Trainable numbers in the networks.
    pub fn parameters(&self) -> usize {
        self.num_params()
    }

    /// The posterior of `[batch, 784]` images with grey levels in 0..=1; `None` without an encoder.
    pub fn encode(&self, images: Tensor<2>) -> Option<Posterior> {
        let (both, latent) = (self.posterior(images)?, self.config.latent);
        Some(Posterior {
            mu: both.clone().narrow(1, 0, latent),
            logvar: both.narrow(1, latent, latent),
        })
    }

    /// The posterior's means and then its log-variances, `[batch, 2 * latent]`.
    pub(crate) fn posterior(&self, images: Tensor<2>) -> Option<Tensor<2>> {
        self.encoder.as_ref().map(|encoder| encoder.forward(images))
    }

    /// The decoder's own numbers for latents `[batch, latent]`: `[batch, 784 * outputs]`, see [`Likelihood`](super::Likelihood).
    pub fn outputs(&self, latents: Tensor<2>) -> Tensor<2> {
        self.decoder.forward(latents)
    }

    /// The mean images `[batch, 784]`, in 0..=1, of latents `[batch, latent]`, without a gradient.
    pub fn decode(&self, latents: Tensor<2>) -> Tensor<2> {
        // Whatever the likelihood, the sigmoid of a pixel's first number is its mean.
        mean_image(self.outputs(latents))
    }

    /// The loss of `[batch, 784]` images, with `noise` drawn from N(0, 1) as `[batch, latent]` and the KL's weight `beta`.
    /// `None` without an encoder: see [`code_loss`](Self::code_loss).
    pub fn elbo(&self, images: Tensor<2>, noise: Tensor<2>, beta: f64) -> Option<Elbo> {
        let [batch, _] = images.dims();
        let posterior = self.encode(images.clone())?;
        let kl = kl_per_latent(&posterior).sum_dim(0) / batch as f64;
        let latents = posterior.sample(noise);
        let reconstruction = self.reconstruction(latents, images);
        let penalty = match self.config.free_bits {
            0.0 => kl.clone(),
            bits => relu(kl.clone() - bits) + bits,
        };
        let loss = reconstruction.clone() + penalty.sum() * beta;
        Some(Elbo { loss, reconstruction, kl: kl.sum() })
    }

    /// The loss of images `[batch, 784]` given their codes `[batch, latent]`: the objective of a model without an
    /// encoder. `kl` is the codes' `|z|^2 / 2`.
    pub fn code_loss(&self, images: Tensor<2>, codes: Tensor<2>, beta: f64) -> Elbo {
        let [batch, _] = images.dims();
        let kl = codes.clone().square().sum() / (2.0 * batch as f64);
        let reconstruction = self.reconstruction(codes, images);
        Elbo { loss: reconstruction.clone() + kl.clone() * beta, reconstruction, kl }
    }

    /// Logarithms of p(x, z) / q(z | x) for each draw and image, `[draws * batch]`, all images with the first draw and so on: images `[batch, 784]`, `noise` drawn
    /// from N(0, 1) as `[draws * batch, latent]` (Burda et al. 2016, "Importance Weighted Autoencoders", eq. 7). `None` without an encoder.
    pub fn log_weights(&self, images: Tensor<2>, noise: Tensor<2>) -> Option<Tensor<1>> {
        let ([batch, _], [rows, _]) = (images.dims(), noise.dims());
        let Posterior { mu, logvar } = self.encode(images.clone())?;
        let repeat = |tensor: Tensor<2>| tensor.repeat_dim(0, rows / batch);
        let posterior = Posterior { mu: repeat(mu), logvar: repeat(logvar) };
        let latents = posterior.sample(noise.clone());
        // log p(z) - log q(z | x): what both have of 2 pi is gone.
        let ratio = (noise.square() + posterior.logvar - latents.clone().square()) * 0.5;
        let nats = self.config.likelihood.nats(self.outputs(latents), repeat(images));
        Some((ratio.sum_dim(1) - nats.sum_dim(1)).reshape([rows]))
    }

    fn reconstruction(&self, latents: Tensor<2>, images: Tensor<2>) -> Tensor<1> {
        let [batch, _] = images.dims();
        self.config.likelihood.nats(self.outputs(latents), images).sum() / batch as f64
    }
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
    // e^x, continued by its tangent above LOGVAR_LINEAR: finite, and its gradient still leads down.
    let variance = logvar.clone().clamp_max(LOGVAR_LINEAR).exp()
        * (relu(logvar.clone() - LOGVAR_LINEAR) + 1.0);
    (mu.square() + variance - logvar - 1.0) * 0.5
}
