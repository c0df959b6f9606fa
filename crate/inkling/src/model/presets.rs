use serde::Serialize;

use super::{Likelihood, Network, VaeConfig};
use crate::{Error, Result};

/// A named network and objective, with the settings that suit it.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Preset {
    /// Identifier: `classic`, `conv`, ...
    pub name: &'static str,
    /// Its name for a person.
    pub title: &'static str,
    /// What it is and what to look for, in one line.
    pub summary: &'static str,
    /// Layer sizes; `z` stands for the latent size.
    pub shape: &'static str,
    /// Default latent size.
    pub latent: usize,
    /// Default weight of the KL.
    pub beta: f64,
    /// Default of Adam's highest learning rate, for a run of a few epochs.
    pub learning_rate: f64,
    /// Default number of images in a batch.
    pub batch: usize,
}

/// What a first visit with a GPU starts with; without one it is the first of [`PRESETS`].
const FIRST_ON_GPU: &str = "residual";

/// All presets.
pub const PRESETS: [Preset; 8] = [
    Preset {
        name: "classic",
        title: "Classic MLP",
        summary: "The tutorials' VAE: one hidden layer each way. Quick, and good for a first look.",
        shape: "784 - 400 - z - 400 - 784",
        latent: 20,
        beta: 1.0,
        learning_rate: 6e-3,
        batch: 128,
    },
    Preset {
        name: "linear",
        title: "Linear",
        summary: "One dense layer each way: the VAE's cousin of PCA. Watch how blurred straight lines stay.",
        shape: "784 - z - 784",
        latent: 32,
        beta: 1.0,
        learning_rate: 6e-3,
        batch: 128,
    },
    Preset {
        name: "deep",
        title: "Deep MLP",
        summary: "Two hidden layers each way. More capacity: a lower loss for more work per step.",
        shape: "784 - 512 - 256 - z - 256 - 512 - 784",
        latent: 20,
        beta: 1.0,
        learning_rate: 3e-3,
        batch: 128,
    },
    Preset {
        name: "beta",
        title: "Beta-VAE",
        summary: "Squared error, and a KL that weighs beta times. Raise beta and see latents fall silent.",
        shape: "784 - 400 - z - 400 - 784",
        latent: 10,
        beta: 4.0,
        learning_rate: 6e-3,
        batch: 128,
    },
    Preset {
        name: "wide",
        title: "Wide latent",
        summary: "256 latents, far more than needed: most collapse onto the prior and carry nothing.",
        shape: "784 - 256 - z - 256 - 784",
        latent: 256,
        beta: 1.0,
        learning_rate: 6e-3,
        batch: 128,
    },
    Preset {
        name: "conv",
        title: "Convolutional",
        summary: "Convolutions share their weights over the image: fewer parameters, more work per step.",
        shape: "28x28 - 32 - 64 - 16 - z - 64 - 32 - 28x28",
        latent: 16,
        beta: 1.0,
        learning_rate: 6e-3,
        batch: 128,
    },
    Preset {
        name: "residual",
        title: "Residual conv",
        summary: "Convolutions with residual blocks: the sharpest digits and the lowest loss. It wants a GPU.",
        shape: "28x28 - 32 - 64 - 128 - z - 128 - 64 - 32 - 28x28, residual",
        latent: 32,
        beta: 1.0,
        learning_rate: 2e-3,
        batch: 128,
    },
    Preset {
        name: "generator",
        title: "Generator only",
        summary: "No encoder: a free code for each image, fitted together with the decoder by squared error.",
        shape: "z - 256 - 512 - 784",
        latent: 16,
        beta: 0.5,
        learning_rate: 4e-3,
        batch: 128,
    },
];

impl Preset {
    /// The preset of that name; an unknown one is an error that lists the known.
    pub fn named(name: &str) -> Result<&'static Preset> {
        PRESETS.iter().find(|p| p.name == name).ok_or_else(|| {
            let names = PRESETS.map(|p| p.name).join(", ");
            Error::config("preset", format!("one of {names}"), name)
        })
    }

    /// All of them as a page lists them. The first is what a visit starts with: on a GPU the one that is best after three epochs of MNIST, on a CPU the one
    /// that is best after as many seconds.
    pub fn listed(gpu: bool) -> Vec<&'static Preset> {
        let first = if gpu { FIRST_ON_GPU } else { PRESETS[0].name };
        let mut all: Vec<_> = PRESETS.iter().collect();
        all.sort_by_key(|preset| preset.name != first);
        all
    }

    /// The preset that `config` was made from; an error if it was none.
    pub fn of(config: &VaeConfig) -> Result<&'static Preset> {
        let made = |p: &&Preset| p.config(config.latent, config.beta, config.seed) == *config;
        PRESETS
            .iter()
            .find(made)
            .ok_or_else(|| Error::Checkpoint("its model is none of the presets".into()))
    }

    /// This preset's configuration; not yet [validated](VaeConfig::validate).
    pub fn config(&self, latent: usize, beta: f64, seed: u32) -> VaeConfig {
        let mlp = |hidden: &[usize]| Network::Mlp { hidden: hidden.to_vec() };
        let (encoder, likelihood) = match self.name {
            "linear" => (Network::Linear, Likelihood::Bernoulli),
            "deep" | "generator" => (mlp(&[512, 256]), Likelihood::Bernoulli),
            "wide" => (mlp(&[256]), Likelihood::Bernoulli),
            "conv" => (Network::Conv { channels: vec![32, 64], dense: 16 }, Likelihood::Bernoulli),
            "residual" => {
                (Network::Residual { channels: vec![32, 64], dense: 128 }, Likelihood::Bernoulli)
            }
            "beta" => (mlp(&[400]), Likelihood::Gaussian { variance: 0.05 }),
            _ => (mlp(&[400]), Likelihood::Bernoulli),
        };
        let without_encoder = self.name == "generator";
        VaeConfig {
            decoder: encoder.clone(),
            encoder: (!without_encoder).then_some(encoder),
            latent,
            likelihood: if without_encoder {
                Likelihood::Gaussian { variance: 0.05 }
            } else {
                likelihood
            },
            beta,
            warmup_steps: 0,
            free_bits: 0.0,
            seed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gpu_and_a_processor_start_with_what_suits_them() {
        let [on_gpu, on_cpu] = [true, false].map(Preset::listed);
        assert_eq!((on_gpu[0].name, on_cpu[0].name), (FIRST_ON_GPU, "classic"));
        assert_eq!((on_gpu.len(), on_cpu.len()), (PRESETS.len(), PRESETS.len()));
    }

    #[test]
    fn every_preset_is_valid_and_found_by_its_name() {
        for preset in &PRESETS {
            let config = preset.config(preset.latent, preset.beta, 1);
            config.validate().expect(preset.name);
            assert_eq!(Preset::of(&config).expect("made from one").name, preset.name);
            assert_eq!(Preset::named(preset.name).expect("known").title, preset.title);
        }
        let error = Preset::named("gan").expect_err("unknown").to_string();
        assert!(error.contains("classic") && error.contains("gan"), "{error}");
    }
}
