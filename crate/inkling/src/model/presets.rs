use std::sync::LazyLock;

use super::{Likelihood, Network, VaeConfig};
use crate::{Error, Field, FileError, PIXELS, Result, SIDE};

/// A named network and objective, with the settings that suit it.
#[derive(Debug, Clone, PartialEq)]
pub struct Preset {
    /// Identifier: `classic`, `conv`, ...
    pub name: &'static str,
    /// Its name for a person.
    pub title: &'static str,
    /// What it is and what to look for, in one line.
    pub summary: &'static str,
    /// The decoder, and the encoder's trunk if there is one.
    pub network: Network,
    /// Without an encoder each training image has a free code instead.
    pub has_encoder: bool,
    /// What the decoder's output says about the pixels.
    pub likelihood: Likelihood,
    /// Default latent size.
    pub latent: usize,
    /// Default weight of the KL.
    pub beta: f64,
    /// Default of Adam's highest learning rate, for a run of a few epochs.
    pub learning_rate: f64,
    /// Default number of images in a batch.
    pub batch: usize,
}

/// All presets.
pub static PRESETS: LazyLock<[Preset; 8]> = LazyLock::new(|| {
    let mlp = |hidden: &[usize]| Network::Mlp { hidden: hidden.to_vec() };
    let squared_error = Likelihood::Gaussian { variance: 0.05 };
    let classic = Preset {
        name: "classic",
        title: "Classic MLP",
        summary: "The tutorials' VAE: one hidden layer each way. Quick, and good for a first look.",
        network: mlp(&[400]),
        has_encoder: true,
        likelihood: Likelihood::Bernoulli,
        latent: 20,
        beta: 1.0,
        learning_rate: 6e-3,
        batch: 128,
    };
    [
        classic.clone(),
        Preset {
            name: "linear",
            title: "Linear",
            summary: "One dense layer each way, like PCA. Watch how blurred straight lines stay.",
            network: Network::Linear,
            latent: 32,
            ..classic.clone()
        },
        Preset {
            name: "deep",
            title: "Deep MLP",
            summary: "Two hidden layers each way: more capacity, a lower loss, more work per step.",
            network: mlp(&[512, 256]),
            learning_rate: 3e-3,
            ..classic.clone()
        },
        Preset {
            name: "beta",
            title: "Beta-VAE",
            summary: "Squared error and a KL weighted by beta. Raise beta and latents collapse.",
            likelihood: squared_error,
            latent: 10,
            beta: 4.0,
            ..classic.clone()
        },
        Preset {
            name: "wide",
            title: "Wide latent",
            summary: "256 latents, far more than needed: most collapse onto the prior.",
            network: mlp(&[256]),
            latent: 256,
            ..classic.clone()
        },
        Preset {
            name: "conv",
            title: "Convolutional",
            summary: "Convolutions share weights over the image: fewer parameters, more work.",
            network: Network::Conv { channels: vec![32, 64], dense: 16 },
            latent: 16,
            ..classic.clone()
        },
        Preset {
            name: "residual",
            title: "Residual conv",
            summary: "Residual blocks: the sharpest digits and the lowest loss. Wants a GPU.",
            network: Network::Residual { channels: vec![32, 64], dense: 128 },
            latent: 32,
            learning_rate: 2e-3,
            ..classic.clone()
        },
        Preset {
            name: "generator",
            title: "Generator only",
            summary: "No encoder: a free code for each image, trained with the decoder.",
            network: mlp(&[512, 256]),
            has_encoder: false,
            likelihood: squared_error,
            latent: 16,
            beta: 0.5,
            learning_rate: 4e-3,
            ..classic
        },
    ]
});

/// What a first visit with a GPU starts with; without one it is the first of [`PRESETS`].
const FIRST_ON_GPU: &str = "residual";

impl Preset {
    /// The preset of that name; any other name is an [`Error::UnknownChoice`].
    pub fn named(name: &str) -> Result<&'static Preset> {
        PRESETS.iter().find(|p| p.name == name).ok_or_else(|| {
            Error::unknown_choice(Field::Preset, PRESETS.iter().map(|p| p.name), name)
        })
    }

    /// All of them, the one that a first visit starts with in front: on a GPU the one that is best
    /// after three epochs of MNIST, on a CPU the one that is best after as many seconds.
    pub fn listed(gpu: bool) -> Vec<&'static Preset> {
        let first = if gpu { FIRST_ON_GPU } else { PRESETS[0].name };
        let mut all: Vec<_> = PRESETS.iter().collect();
        all.sort_by_key(|preset| preset.name != first);
        all
    }

    /// The preset that `config` was made from. None is a [`FileError::UnknownModel`], as only a
    /// file can hold such a configuration.
    pub fn of(config: &VaeConfig) -> Result<&'static Preset> {
        let made = |p: &&Preset| p.config(config.latent, config.beta, config.seed) == *config;
        PRESETS.iter().find(made).ok_or(Error::File(FileError::UnknownModel))
    }

    /// This preset's configuration; not yet [validated](VaeConfig::validate).
    pub fn config(&self, latent: usize, beta: f64, seed: u32) -> VaeConfig {
        VaeConfig {
            encoder: self.has_encoder.then(|| self.network.clone()),
            decoder: self.network.clone(),
            latent,
            likelihood: self.likelihood,
            beta,
            warmup_steps: 0,
            free_bits: 0.0,
            seed,
        }
    }

    /// Layer sizes for a person, with `z` for the latent size: `784 - 400 - z - 400 - 784`.
    pub fn shape(&self) -> String {
        let (image, mut sizes) = match &self.network {
            Network::Linear => (PIXELS.to_string(), vec![]),
            Network::Mlp { hidden } => (PIXELS.to_string(), hidden.clone()),
            Network::Conv { channels, .. } | Network::Residual { channels, .. } => {
                (format!("{SIDE}x{SIDE}"), channels.clone())
            }
        };
        let mut inwards = sizes.clone();
        match self.network {
            Network::Linear | Network::Mlp { .. } => {}
            Network::Conv { dense, .. } => inwards.push(dense),
            Network::Residual { dense, .. } => {
                inwards.push(dense);
                sizes.push(dense);
            }
        }
        let names = |sizes: Vec<usize>| sizes.into_iter().map(|size| size.to_string());
        let encoder: Vec<String> = match self.has_encoder {
            true => [image.clone()].into_iter().chain(names(inwards)).collect(),
            false => vec![],
        };
        sizes.reverse();
        let all: Vec<String> =
            encoder.into_iter().chain(["z".into()]).chain(names(sizes)).chain([image]).collect();
        let kind = if matches!(self.network, Network::Residual { .. }) { ", residual" } else { "" };
        all.join(" - ") + kind
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
    fn shapes_are_those_of_the_networks() {
        let shape = |name| Preset::named(name).expect("known").shape();
        assert_eq!(shape("classic"), "784 - 400 - z - 400 - 784");
        assert_eq!(shape("linear"), "784 - z - 784");
        assert_eq!(shape("deep"), "784 - 512 - 256 - z - 256 - 512 - 784");
        assert_eq!(shape("conv"), "28x28 - 32 - 64 - 16 - z - 64 - 32 - 28x28");
        let residual = "28x28 - 32 - 64 - 128 - z - 128 - 64 - 32 - 28x28, residual";
        assert_eq!(shape("residual"), residual);
        assert_eq!(shape("generator"), "z - 256 - 512 - 784");
    }

    #[test]
    fn every_preset_is_valid_and_found_by_its_name() {
        for preset in PRESETS.iter() {
            let config = preset.config(preset.latent, preset.beta, 1);
            config.validate().expect(preset.name);
            assert_eq!(Preset::of(&config).expect("made from one").name, preset.name);
            assert_eq!(Preset::named(preset.name).expect("known").title, preset.title);
        }
        let error = Preset::named("gan").expect_err("unknown");
        assert!(matches!(error, Error::UnknownChoice { field: Field::Preset, .. }));
        let error = error.to_string();
        assert!(error.contains("classic") && error.contains("gan"), "{error}");
    }
}
