use burn::module::Module;
use burn::tensor::{Device, Tensor};

use super::VaeConfig;
use super::init::Init;
use super::network::Decoder;
use super::objective::Elbo;
use crate::error::Result;
use crate::kernels::mean_image;

/// A decoder without an encoder. Each training image has a free code, trained together with the
/// weights (Bojanowski et al. 2018, "Optimizing the Latent Space of Generative Networks").
#[derive(Module, Debug)]
pub struct Generator {
    pub(crate) decoder: Decoder,
    #[module(skip)]
    pub(crate) config: VaeConfig,
}

impl Generator {
    /// A model with fresh weights. The same configuration gives the same weights on every device.
    /// The configuration's encoder is ignored. A setting out of range is an
    /// [`Error::Range`](crate::Error::Range).
    pub fn new(config: &VaeConfig, device: &Device) -> Result<Self> {
        config.validate()?;
        let decoder = Decoder::new(config, &mut Init::new(config.seed, device));
        Ok(Self { decoder, config: VaeConfig { encoder: None, ..config.clone() } })
    }

    /// The configuration it was made from.
    pub fn config(&self) -> &VaeConfig {
        &self.config
    }

    /// The number of trainable weights. The codes are none of them.
    pub fn parameters(&self) -> usize {
        self.num_params()
    }

    /// The mean images `[batch, 784]`, in 0..=1, of codes `[batch, latent]`, without a gradient.
    pub fn decode(&self, codes: Tensor<2>) -> Tensor<2> {
        mean_image(self.decoder.forward(codes))
    }

    /// The loss of images `[batch, 784]` given their codes `[batch, latent]`, with `beta` as the
    /// weight of `|z|^2 / 2`, the prior's negative log density up to a constant.
    pub fn loss(&self, images: Tensor<2>, codes: Tensor<2>, beta: f64) -> Elbo {
        let [batch, _] = images.dims();
        let kl = codes.clone().square().sum() / (2.0 * batch as f64);
        let outputs = self.decoder.forward(codes);
        let reconstruction = self.config.likelihood.nats(outputs, images).sum() / batch as f64;
        Elbo { loss: reconstruction.clone() + kl.clone() * beta, reconstruction, kl }
    }
}
