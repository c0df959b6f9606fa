use burn::module::Module;
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor};

use super::init::Init;
use super::input::{Input, code};
use super::network::{Decoder, Encoder};
use super::objective::{Elbo, Posterior, kl_per_latent};
use super::{AT_ONCE, VaeConfig};
use crate::error::{Error, Result};
use crate::kernels::mean_image;

/// A variational autoencoder (Kingma and Welling 2014, "Auto-Encoding Variational Bayes").
///
/// If its configuration has [labels](VaeConfig::labels), it is conditional. Then an [`Input`] needs
/// labels, and a code has a weight for each of them behind its latents; other sizes panic, as they
/// do of any tensor.
#[derive(Module, Debug)]
pub struct Vae {
    pub(crate) encoder: Encoder,
    pub(crate) decoder: Decoder,
    #[module(skip)]
    pub(crate) config: VaeConfig,
}

impl Vae {
    /// A model with fresh weights. The same configuration gives the same weights on every device.
    /// It can be trained on an [autodiff](Device::autodiff) device.
    ///
    /// # Errors
    /// A setting out of range, a configuration without an encoder ([`Error::NoEncoder`]).
    pub fn new(config: &VaeConfig, device: &Device) -> Result<Self> {
        config.validate()?;
        let Some(network) = &config.encoder else {
            return Err(Error::NoEncoder);
        };
        // The encoder's weights are drawn first: a seed stands for these weights.
        let mut init = Init::new(config.seed, device);
        let encoder = Encoder::new(network, config, &mut init);
        let decoder = Decoder::new(config, &mut init);
        Ok(Self { encoder, decoder, config: config.clone() })
    }

    /// The configuration it was made from.
    pub fn config(&self) -> &VaeConfig {
        &self.config
    }

    /// The number of trainable weights.
    pub fn parameters(&self) -> usize {
        self.num_params()
    }

    /// The posterior of `[batch, 784]` images with grey levels in 0..=1.
    pub fn encode(&self, input: impl Into<Input>) -> Posterior {
        let (both, latent) = (self.encoder.forward(input), self.config.latent);
        Posterior { mu: both.clone().narrow(1, 0, latent), logvar: both.narrow(1, latent, latent) }
    }

    /// The parameters of the pixels' distribution given codes `[batch, code_size]`:
    /// `[batch, 784 * outputs]`, see [`Likelihood`](super::Likelihood).
    pub fn decode_params(&self, codes: Tensor<2>) -> Tensor<2> {
        self.decoder.forward(codes)
    }

    /// The mean images `[batch, 784]`, in 0..=1, of codes `[batch, code_size]`, without a gradient.
    pub fn decode(&self, codes: Tensor<2>) -> Tensor<2> {
        // Whatever the likelihood, the sigmoid of a pixel's first number is its mean.
        mean_image(self.decode_params(codes))
    }

    /// Minus the log-likelihood of each pixel in nats, `[batch, 784]`, of images `[batch, 784]`
    /// given the codes `[batch, code_size]`.
    pub fn pixel_nats(&self, images: Tensor<2>, codes: Tensor<2>) -> Tensor<2> {
        self.config.likelihood.nats(self.decode_params(codes), images)
    }

    /// The negative ELBO of `[batch, 784]` images, with `noise` drawn from N(0, 1) as
    /// `[batch, latent]` and `beta` as the weight of the KL.
    pub fn elbo(&self, input: impl Into<Input>, noise: Tensor<2>, beta: f64) -> Elbo {
        let input = input.into();
        let Input { images, labels } = input.clone();
        let [batch, _] = images.dims();
        let posterior = self.encode(input);
        let kl = kl_per_latent(&posterior).sum_dim(0) / batch as f64;
        let outputs = self.decode_params(code(posterior.sample(noise), labels));
        let reconstruction = self.config.likelihood.nats(outputs, images).sum() / batch as f64;
        let penalty = match self.config.free_bits {
            0.0 => kl.clone(),
            bits => relu(kl.clone() - bits) + bits,
        };
        let loss = reconstruction.clone() + penalty.sum() * beta;
        Elbo { loss, reconstruction, kl: kl.sum() }
    }

    /// The importance weights' logarithms, log p(x, z) - log q(z | x), of every draw and image:
    /// `[draws * batch]`, all images with the first draw, then all with the second and so on.
    /// Takes images `[batch, 784]` and `noise` drawn from N(0, 1) as `[draws * batch, latent]`
    /// (Burda et al. 2016, "Importance Weighted Autoencoders", eq. 7).
    pub fn log_weights(&self, input: impl Into<Input>, noise: Tensor<2>) -> Tensor<1> {
        let input = input.into();
        let Input { images, labels } = input.clone();
        let ([batch, _], [rows, _]) = (images.dims(), noise.dims());
        let Posterior { mu, logvar } = self.encode(input);
        let repeat = |tensor: Tensor<2>| tensor.repeat_dim(0, rows / batch);
        let posterior = Posterior { mu: repeat(mu), logvar: repeat(logvar) };
        let latents = posterior.sample(noise.clone());
        // log p(z) - log q(z | x): their terms in 2 pi cancel.
        let ratio = (noise.square() + posterior.logvar - latents.clone().square()) * 0.5;
        let codes = code(latents, labels.map(repeat));
        let decoded = codes.split(AT_ONCE, 0).into_iter().map(|some| self.decode_params(some));
        let outputs = Tensor::cat(decoded.collect(), 0);
        let nats = self.config.likelihood.nats(outputs, repeat(images));
        (ratio.sum_dim(1) - nats.sum_dim(1)).reshape([rows])
    }
}
