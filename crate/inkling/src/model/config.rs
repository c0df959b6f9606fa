use serde::{Deserialize, Serialize};

use crate::kernels::Activation;
use crate::{Error, PIXELS, Result, SIDE};

/// Everything that defines a VAE and its objective.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VaeConfig {
    /// The encoder's trunk. `None`: no encoder, but one free code for each training image, fitted
    /// together with the decoder's weights (Bojanowski et al. 2018, "Optimizing the Latent Space of
    /// Generative Networks"); the KL's place is then taken by `|z|^2 / 2`, the prior's negative log density
    /// up to a constant.
    pub encoder: Option<Network>,
    /// The decoder.
    pub decoder: Network,
    /// Latent size, 1 to 256.
    pub latent: usize,
    /// What the decoder's numbers say about the pixels.
    pub likelihood: Likelihood,
    /// Weight of the KL in the loss, 0 to 100 (Higgins et al. 2017, "beta-VAE").
    pub beta: f64,
    /// Steps over which the KL's weight rises linearly from 0 to `beta`; 0: none.
    pub warmup_steps: usize,
    /// Nats per latent below which the KL is not pushed down, 0 to 10; 0: off
    /// (Kingma et al. 2016, "Improved Variational Inference with Inverse Autoregressive Flow", eq. 15).
    pub free_bits: f64,
    /// Seed of the initial weights, the batches' order and the sampling noise.
    pub seed: u32,
}

/// The shape of an encoder's trunk or of a decoder. A decoder lists its sizes from the image inwards too,
/// so that the same value describes both sides.
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
    /// 3x3 convolutions of stride 2 with ReLU, and transposed ones on the way back.
    Conv {
        /// Channels of each stage, from the image inwards: one or two stages (28 -> 14 -> 7), each 1 to 256.
        channels: Vec<usize>,
        /// Size of the dense layer between the last convolution and the latent, 1 to 4096 (encoder only).
        dense: usize,
    },
    /// Convolutions of stride 2 with SiLU, a residual block (He et al. 2016, "Deep Residual Learning for Image Recognition") after each
    /// on the way in, and before each on the way back.
    Residual {
        /// Channels of each stage, from the image inwards: one or two stages (28 -> 14 -> 7), each 1 to 256.
        channels: Vec<usize>,
        /// Size of the dense layer next to the latent, 1 to 4096.
        dense: usize,
    },
}

/// The distribution of a pixel given the decoder's output.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Likelihood {
    /// Bernoulli with the decoder's output as logit; grey levels count as probabilities.
    Bernoulli,
    /// Gaussian with this fixed variance (1e-4 to 10) around the sigmoid of the decoder's output. Its reconstruction
    /// term is the squared error / (2 variance): the constant `log(2 pi variance) / 2` is left out, so that 0 is a
    /// perfect image.
    Gaussian {
        /// The variance of every pixel.
        variance: f64,
    },
    /// Gaussian whose decoder gives a mean and a log-variance for every pixel; its density is counted in full, so it can be negative.
    GaussianLearned,
}

impl Likelihood {
    /// Numbers that the decoder gives for a pixel.
    pub fn outputs_per_pixel(&self) -> usize {
        match self {
            Likelihood::Bernoulli | Likelihood::Gaussian { .. } => 1,
            Likelihood::GaussianLearned => 2,
        }
    }
}

impl VaeConfig {
    /// Latent sizes that are allowed.
    pub const LATENT: std::ops::RangeInclusive<usize> = 1..=256;
    /// The largest KL weight.
    pub const MAX_BETA: f64 = 100.0;

    /// Checks every field. An error names the field and its range.
    pub fn validate(&self) -> Result<()> {
        in_range("latent size", self.latent, Self::LATENT)?;
        check_beta(self.beta)?;
        real("free bits", self.free_bits, 0.0, 10.0)?;
        in_range("beta warm-up steps", self.warmup_steps, 0..=10_000_000)?;
        if let Likelihood::Gaussian { variance } = self.likelihood {
            real("variance", variance, 1e-4, 10.0)?;
        }
        if let Some(encoder) = &self.encoder {
            encoder.validate()?;
        }
        self.decoder.validate()
    }

    /// Weights that a model of this configuration has at least: what a file must hold before anything of this size is made.
    pub(crate) fn least_weights(&self) -> usize {
        let encoder = self.encoder.as_ref().map_or(0, |e| e.least_weights(self.latent, true));
        encoder.saturating_add(self.decoder.least_weights(self.latent, false))
    }
}

impl Network {
    /// The large ones: dense layers, and convolutions between stages.
    fn least_weights(&self, latent: usize, encodes: bool) -> usize {
        let layers = |sizes: &[usize]| -> usize {
            sizes.windows(2).map(|pair| pair[0].saturating_mul(pair[1])).sum()
        };
        match self {
            Network::Linear => layers(&[PIXELS, latent]),
            Network::Mlp { hidden } => layers(&[&[PIXELS], hidden.as_slice(), &[latent]].concat()),
            Network::Conv { channels, dense } | Network::Residual { channels, dense } => {
                let side = SIDE >> channels.len();
                let grid = channels.last().map_or(0, |last| last * side * side);
                let has_dense = encodes || matches!(self, Network::Residual { .. });
                let inner: &[usize] =
                    if has_dense { &[grid, *dense, latent] } else { &[grid, latent] };
                9 * layers(channels) + layers(inner)
            }
        }
    }

    /// What follows each of its layers but the last.
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
                in_range("number of hidden layers", hidden.len(), 1..=4)?;
                hidden.iter().try_for_each(|&n| in_range("hidden size", n, 1..=4096))
            }
            Network::Conv { channels, dense } | Network::Residual { channels, dense } => {
                in_range("number of convolutions", channels.len(), 1..=2)?;
                in_range("dense size", *dense, 1..=4096)?;
                channels.iter().try_for_each(|&n| in_range("channels", n, 1..=256))
            }
        }
    }
}

pub(crate) fn check_beta(beta: f64) -> Result<()> {
    real("beta", beta, 0.0, VaeConfig::MAX_BETA)
}

pub(crate) fn real(field: &'static str, value: f64, low: f64, high: f64) -> Result<()> {
    if (low..=high).contains(&value) {
        return Ok(());
    }
    Err(Error::config(field, format!("a number from {low} to {high}"), value))
}

pub(crate) fn in_range(
    field: &'static str,
    value: usize,
    range: std::ops::RangeInclusive<usize>,
) -> Result<()> {
    if range.contains(&value) {
        return Ok(());
    }
    let words = format!("a whole number from {} to {}", range.start(), range.end());
    Err(Error::config(field, words, value))
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
        let bad: [(&str, VaeConfig); 14] = [
            ("latent size", VaeConfig { latent: 0, ..config() }),
            ("latent size", VaeConfig { latent: 257, ..config() }),
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
    fn the_least_weights_are_most_of_them() {
        for preset in &PRESETS {
            let config = preset.config(preset.latent, 1.0, 1);
            let model = crate::model::Vae::new(&config, &crate::device::cpu()).expect(preset.name);
            let (least, all) = (config.least_weights(), model.parameters());
            assert!(least <= all && 3 * least > all, "{}: {least} of {all}", preset.name);
        }
    }
}
