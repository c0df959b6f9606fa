use std::collections::BTreeMap;

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use super::layers::Layer;
use super::network::{Decoder, Encoder};
use super::weights::{self, Weights};
use super::{Generator, Vae, VaeConfig};
use crate::error::Result;

/// A model of either kind, for code that only decodes, measures or stores it.
#[derive(Debug, Clone)]
#[allow(clippy::large_enum_variant, reason = "a program has only a few of them")]
pub enum Model {
    /// With an encoder.
    Vae(Vae),
    /// Without.
    Generator(Generator),
}

impl Model {
    /// A model with fresh weights, a [`Vae`] if `config` has an encoder. A setting out of range is
    /// an [`Error::Range`](crate::Error::Range).
    pub fn new(config: &VaeConfig, device: &Device) -> Result<Self> {
        Ok(match config.encoder {
            Some(_) => Model::Vae(Vae::new(config, device)?),
            None => Model::Generator(Generator::new(config, device)?),
        })
    }

    /// The configuration it was made from.
    pub fn config(&self) -> &VaeConfig {
        match self {
            Model::Vae(vae) => &vae.config,
            Model::Generator(generator) => &generator.config,
        }
    }

    /// The number of trainable weights.
    pub fn parameters(&self) -> usize {
        match self {
            Model::Vae(vae) => vae.parameters(),
            Model::Generator(generator) => generator.parameters(),
        }
    }

    /// Its layers in the order in which they compute: the encoder's, if it has one, then the
    /// decoder's.
    pub fn layers(&self) -> Vec<Layer> {
        let (encoder, decoder) = self.parts();
        let mut layers = encoder.map_or_else(Vec::new, Encoder::layers);
        layers.extend(decoder.layers());
        layers
    }

    /// The encoder, if it has one, and the decoder.
    pub(crate) fn parts(&self) -> (Option<&Encoder>, &Decoder) {
        match self {
            Model::Vae(vae) => (Some(&vae.encoder), &vae.decoder),
            Model::Generator(generator) => (None, &generator.decoder),
        }
    }

    /// Every parameter: name, shape and numbers, still on the device.
    pub(crate) fn tensors(&self) -> Vec<(String, Vec<usize>, Tensor<1>)> {
        match self {
            Model::Vae(vae) => weights::collect(vae),
            Model::Generator(generator) => weights::collect(generator),
        }
    }

    /// The parameters of the pixels' distribution given codes `[batch, code_size]`:
    /// `[batch, 784 * outputs]`, see [`Likelihood`](super::Likelihood). Codes that want a gradient
    /// get one.
    pub fn decode_params(&self, codes: Tensor<2>) -> Tensor<2> {
        self.parts().1.forward(codes)
    }

    /// The mean images `[batch, 784]`, in 0..=1, of codes `[batch, code_size]`, without a gradient.
    pub fn decode(&self, codes: Tensor<2>) -> Tensor<2> {
        match self {
            Model::Vae(vae) => vae.decode(codes),
            Model::Generator(generator) => generator.decode(codes),
        }
    }

    /// Its weights by name, in one read-back.
    pub async fn weights(&self) -> Result<BTreeMap<String, Weights>> {
        match self {
            Model::Vae(vae) => weights::read(vae).await,
            Model::Generator(generator) => weights::read(generator).await,
        }
    }

    /// The same model with other weights. Refuses what [`weights::write`] refuses.
    pub fn with_weights(self, weights: BTreeMap<String, Weights>) -> Result<Self> {
        Ok(match self {
            Model::Vae(vae) => Model::Vae(weights::write(vae, weights)?),
            Model::Generator(generator) => Model::Generator(weights::write(generator, weights)?),
        })
    }

    /// The same model without a graph, for inference. Cheap: the weights are shared.
    pub fn no_grad(self) -> Self {
        match self {
            Model::Vae(vae) => Model::Vae(vae.no_grad()),
            Model::Generator(generator) => Model::Generator(generator.no_grad()),
        }
    }
}

impl From<Vae> for Model {
    fn from(vae: Vae) -> Self {
        Model::Vae(vae)
    }
}

impl From<Generator> for Model {
    fn from(generator: Generator) -> Self {
        Model::Generator(generator)
    }
}
