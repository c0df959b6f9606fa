use serde::{Deserialize, Serialize};

use crate::kernels::Activation;
use crate::settings::Range;
use crate::{Error, Field, PIXELS, Result, SIDE};

const HIDDEN_LAYERS: Range = Range::integer(Field::HiddenLayers, 1, 4);
const HIDDEN_SIZE: Range = Range::integer(Field::HiddenSize, 1, 4096);
const CONVOLUTIONS: Range = Range::integer(Field::Convolutions, 1, 2);
const CHANNELS: Range = Range::integer(Field::Channels, 1, 256);
const DENSE_SIZE: Range = Range::integer(Field::DenseSize, 1, 4096);

/// Everything that defines a model and its objective.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VaeConfig {
    /// The encoder's trunk. `None`: there is no encoder. Each training image has a free code,
    /// trained together with the decoder (Bojanowski et al. 2018, "Optimizing the Latent Space of
    /// Generative Networks"). `|z|^2 / 2`, the prior's negative log density up to a constant,
    /// replaces the KL.
    pub encoder: Option<Network>,
    /// The decoder.
    pub decoder: Network,
    /// Latent size, 1 to 256.
    pub latent: usize,
    /// Classes of a conditional model (Kingma et al. 2014, "Semi-supervised Learning with Deep
    /// Generative Models", M2; Sohn et al. 2015): its encoder and decoder see each image's label
    /// beside what they saw before, at their first dense layers. 0, without labels, to 64.
    #[serde(default)]
    pub labels: usize,
    /// The distribution of a pixel given the decoder's output.
    pub likelihood: Likelihood,
    /// Weight of the KL in the loss, 0 to 100 (Higgins et al. 2017, "beta-VAE").
    pub beta: f64,
    /// Steps over which the KL's weight rises linearly from 0 to `beta`, up to 10,000,000; 0 for no
    /// warm-up.
    pub warmup_steps: usize,
    /// Nats per latent below which the KL is not pushed down, 0 to 10; 0 turns this off (Kingma et
    /// al. 2016, "Improved Variational Inference with Inverse Autoregressive Flow", eq. 15).
    pub free_bits: f64,
    /// Seed of the initial weights, the batches' order and the sampling noise.
    pub seed: u32,
}

/// The layers of an encoder's trunk or of a decoder. Both list their sizes from the image to the
/// latent, so that one value describes both sides.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Network {
    /// One dense layer between image and latent, without a nonlinearity.
    Linear,
    /// Dense layers with ReLU between them.
    Mlp {
        /// Layer sizes, from the image inwards: 1 to 4 of them, each 1 to 4096.
        hidden: Vec<usize>,
    },
    /// 3x3 convolutions of stride 2 with ReLU; transposed ones in the decoder.
    Conv {
        /// Channels of each stage, from the image inwards, 1 to 256 each. One or two stages: 28x28
        /// -> 14x14 -> 7x7.
        channels: Vec<usize>,
        /// Size of the encoder's dense layer between the last convolution and the latent, 1 to
        /// 4096.
        dense: usize,
    },
    /// Convolutions of stride 2 with SiLU, with a residual block (He et al. 2016, "Deep Residual
    /// Learning for Image Recognition") after each in the encoder and before each in the decoder.
    Residual {
        /// Channels of each stage, from the image inwards, 1 to 256 each. One or two stages: 28x28
        /// -> 14x14 -> 7x7.
        channels: Vec<usize>,
        /// Size of the dense layer next to the latent, 1 to 4096.
        dense: usize,
    },
}

/// The distribution of a pixel given the decoder's output.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Likelihood {
    /// Bernoulli with the decoder's output as the logit. Grey levels are treated as probabilities.
    Bernoulli,
    /// Gaussian of fixed variance (1e-4 to 10) around the sigmoid of the decoder's output. The
    /// reconstruction term is the squared error / (2 variance), without the constant
    /// `log(2 pi variance) / 2`, so that a perfect image has 0.
    Gaussian {
        /// The variance of every pixel.
        variance: f64,
    },
    /// Gaussian whose mean and log-variance the decoder gives for every pixel. The reconstruction
    /// term is the full negative log density, which can be below 0.
    GaussianLearned,
}

impl Likelihood {
    /// How many numbers the decoder gives for each pixel.
    pub fn outputs_per_pixel(&self) -> usize {
        match self {
            Likelihood::Bernoulli | Likelihood::Gaussian { .. } => 1,
            Likelihood::GaussianLearned => 2,
        }
    }
}

impl VaeConfig {
    /// Checks every field. The [`Error::Range`] names the field. Labels without an encoder are
    /// [`Error::LabelsWithoutEncoder`].
    pub fn validate(&self) -> Result<()> {
        Range::LATENT.check_count(self.latent)?;
        Range::LABELS.check_count(self.labels)?;
        Range::BETA.check(self.beta)?;
        Range::FREE_BITS.check(self.free_bits)?;
        Range::WARMUP_STEPS.check_count(self.warmup_steps)?;
        if let Likelihood::Gaussian { variance } = self.likelihood {
            Range::VARIANCE.check(variance)?;
        }
        match &self.encoder {
            Some(encoder) => encoder.validate()?,
            None if self.labels > 0 => return Err(Error::LabelsWithoutEncoder),
            None => {}
        }
        self.decoder.validate()
    }

    /// Numbers in a code, which is what the decoder takes: the latents, and a weight for each
    /// label. The weights are a one-hot vector, or blend labels.
    pub fn code_size(&self) -> usize {
        self.latent + self.labels
    }

    /// A lower bound on the number of weights, without allocating any.
    pub(crate) fn min_parameters(&self) -> usize {
        let encoder = self.encoder.as_ref();
        let encoder = encoder.map_or(0, |e| e.min_parameters(self.labels, self.latent, true));
        encoder.saturating_add(self.decoder.min_parameters(0, self.code_size(), false))
    }
}

impl Network {
    /// The weights of the large layers: dense ones, and convolutions between stages. `labels` come
    /// in beside the image, and `code` are the numbers at the other end.
    fn min_parameters(&self, labels: usize, code: usize, encodes: bool) -> usize {
        let layers = |sizes: &[usize]| -> usize {
            sizes.windows(2).map(|pair| pair[0].saturating_mul(pair[1])).sum()
        };
        match self {
            Network::Linear => layers(&[PIXELS + labels, code]),
            Network::Mlp { hidden } => {
                layers(&[&[PIXELS + labels], hidden.as_slice(), &[code]].concat())
            }
            Network::Conv { channels, dense } | Network::Residual { channels, dense } => {
                let side = SIDE >> channels.len();
                let grid = channels.last().map_or(0, |last| last * side * side) + labels;
                let has_dense = encodes || matches!(self, Network::Residual { .. });
                let inner: &[usize] = if has_dense { &[grid, *dense, code] } else { &[grid, code] };
                9 * layers(channels) + layers(inner)
            }
        }
    }

    /// The nonlinearity after every layer but the last.
    pub(super) fn activation(&self) -> Activation {
        match self {
            Network::Residual { .. } => Activation::Silu,
            Network::Linear | Network::Mlp { .. } | Network::Conv { .. } => Activation::Relu,
        }
    }

    fn validate(&self) -> Result<()> {
        match self {
            Network::Linear => Ok(()),
            Network::Mlp { hidden } => {
                HIDDEN_LAYERS.check_count(hidden.len())?;
                hidden.iter().try_for_each(|&n| HIDDEN_SIZE.check_count(n))
            }
            Network::Conv { channels, dense } | Network::Residual { channels, dense } => {
                CONVOLUTIONS.check_count(channels.len())?;
                DENSE_SIZE.check_count(*dense)?;
                channels.iter().try_for_each(|&n| CHANNELS.check_count(n))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::PRESETS;

    fn config() -> VaeConfig {
        PRESETS[0].config(20, 1.0, 1)
    }

    #[test]
    fn every_field_is_checked_and_named() {
        let mlp = |hidden: Vec<usize>| Network::Mlp { hidden };
        let conv = |channels: Vec<usize>, dense| Network::Conv { channels, dense };
        let bad: [(&str, VaeConfig); 15] = [
            ("latent size", VaeConfig { latent: 0, ..config() }),
            ("latent size", VaeConfig { latent: 257, ..config() }),
            ("number of labels", VaeConfig { labels: 65, ..config() }),
            ("beta", VaeConfig { beta: -0.1, ..config() }),
            ("beta", VaeConfig { beta: f64::NAN, ..config() }),
            ("beta", VaeConfig { beta: f64::INFINITY, ..config() }),
            ("free bits", VaeConfig { free_bits: 11.0, ..config() }),
            ("beta warm-up steps", VaeConfig { warmup_steps: usize::MAX, ..config() }),
            (
                "variance",
                VaeConfig { likelihood: Likelihood::Gaussian { variance: 0.0 }, ..config() },
            ),
            ("number of hidden layers", VaeConfig { encoder: Some(mlp(vec![])), ..config() }),
            ("hidden size", VaeConfig { decoder: mlp(vec![400, 0]), ..config() }),
            ("hidden size", VaeConfig { encoder: Some(mlp(vec![5000])), ..config() }),
            ("number of convolutions", VaeConfig { decoder: conv(vec![8; 3], 16), ..config() }),
            ("channels", VaeConfig { decoder: conv(vec![8, 257], 16), ..config() }),
            ("dense size", VaeConfig { encoder: Some(conv(vec![8], 0)), ..config() }),
        ];
        for (field, config) in bad {
            let Err(error) = config.validate() else { panic!("{field} was accepted") };
            assert!(error.to_string().starts_with(field), "{field}: {error}");
            assert_eq!(error.code(), "config");
        }
        config().validate().expect("the default is valid");
    }

    #[test]
    fn labels_take_an_encoder() {
        let conditional = VaeConfig { labels: 64, ..config() };
        conditional.validate().expect("the most labels there can be");
        assert_eq!(conditional.code_size(), 84);
        let generator = VaeConfig { encoder: None, labels: 1, ..config() };
        let error = generator.validate().expect_err("no encoder");
        assert_eq!((error.clone(), error.code()), (Error::LabelsWithoutEncoder, "config"));
        // A file from before there were labels.
        let mut old = serde_json::to_value(config()).expect("writes");
        old.as_object_mut().and_then(|fields| fields.remove("labels")).expect("is written");
        assert_eq!(serde_json::from_value::<VaeConfig>(old).expect("reads"), config());
    }

    #[test]
    fn min_parameters_counts_most_of_them() {
        for preset in PRESETS.iter() {
            let config = preset.config(preset.latent, 1.0, 1);
            let model =
                crate::model::Model::new(&config, &crate::device::cpu()).expect(preset.name);
            let (least, all) = (config.min_parameters(), model.parameters());
            assert!(least <= all && 3 * least > all, "{}: {least} of {all}", preset.name);
        }
    }
}
