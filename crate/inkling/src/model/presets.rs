use std::mem::discriminant;
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
    /// Classes of a conditional model, by default those of the ten digits; 0 for any other.
    pub labels: usize,
    /// Default weight of the KL.
    pub beta: f64,
    /// Default of Adam's highest learning rate, for a run of a few epochs.
    pub learning_rate: f64,
    /// Default number of images in a batch.
    pub batch: usize,
    /// Default number of steps over which beta rises.
    pub warmup_steps: usize,
    /// Default of the nats per latent below which the KL is not pushed down.
    pub free_bits: f64,
}

/// What a Gaussian likelihood of fixed variance starts with, whatever the preset.
const VARIANCE: f64 = 0.05;

/// The labels that a conditional preset starts with.
const DIGITS: usize = 10;

/// All presets.
pub static PRESETS: LazyLock<[Preset; 10]> = LazyLock::new(|| {
    let mlp = |hidden: &[usize]| Network::Mlp { hidden: hidden.to_vec() };
    let squared_error = Likelihood::Gaussian { variance: VARIANCE };
    let classic = Preset {
        name: "classic",
        title: "Classic MLP",
        summary: "The tutorials' VAE: one hidden layer each way. Quick, and good for a first look.",
        network: mlp(&[400]),
        has_encoder: true,
        likelihood: Likelihood::Bernoulli,
        latent: 20,
        labels: 0,
        beta: 1.0,
        learning_rate: 6e-3,
        batch: 128,
        warmup_steps: 0,
        free_bits: 0.0,
    };
    let residual = Preset {
        name: "residual",
        title: "Residual conv",
        summary: "Residual blocks: the sharpest digits and the lowest loss. Wants a GPU.",
        network: Network::Residual { channels: vec![32, 64], dense: 128 },
        latent: 32,
        learning_rate: 2e-3,
        ..classic.clone()
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
        residual.clone(),
        Preset {
            name: "conditional",
            title: "Conditional MLP",
            summary: "Both networks see the label too: the latents are left with the handwriting.",
            latent: 16,
            labels: DIGITS,
            ..classic.clone()
        },
        Preset {
            name: "conditionalResidual",
            title: "Conditional residual",
            summary: "The residual network with labels: any digit in any hand. Wants a GPU.",
            labels: DIGITS,
            ..residual
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

    /// The preset with the networks of `config`, conditional or not as that is, whatever its other
    /// settings. Where two presets
    /// have the same networks, the likelihood decides. None is a [`FileError::UnknownModel`], as
    /// only a file can hold such a configuration.
    pub fn of(config: &VaeConfig) -> Result<&'static Preset> {
        let unlike = |p: &&Preset| {
            let kinds = [p.likelihood, config.likelihood].map(|one| discriminant(&one));
            (kinds[0] != kinds[1], p.likelihood != config.likelihood)
        };
        let alike = PRESETS.iter().filter(|p| p.fits(config));
        alike.min_by_key(unlike).ok_or(Error::File(FileError::UnknownModel))
    }

    /// Whether `config` has this preset's networks, and labels if this preset has any.
    pub fn fits(&self, config: &VaeConfig) -> bool {
        let encoder = self.has_encoder.then_some(&self.network);
        let networks = config.encoder.as_ref() == encoder && config.decoder == self.network;
        networks && (config.labels > 0) == (self.labels > 0)
    }

    /// The variance that a Gaussian likelihood of fixed variance starts with.
    pub fn variance(&self) -> f64 {
        match self.likelihood {
            Likelihood::Gaussian { variance } => variance,
            Likelihood::Bernoulli | Likelihood::GaussianLearned => VARIANCE,
        }
    }

    /// This preset's configuration; not yet [validated](VaeConfig::validate).
    pub fn config(&self, latent: usize, beta: f64, seed: u32) -> VaeConfig {
        VaeConfig {
            encoder: self.has_encoder.then(|| self.network.clone()),
            decoder: self.network.clone(),
            latent,
            labels: self.labels,
            likelihood: self.likelihood,
            beta,
            warmup_steps: self.warmup_steps,
            free_bits: self.free_bits,
            seed,
        }
    }

    /// Layer sizes for a person, with `z` for the latent size: `784 - 400 - z - 400 - 784`. Labels
    /// stand beside what they join: `784 + 10 - 400 - z + 10 - 400 - 784`.
    pub fn shape(&self) -> String {
        let (image, mut sizes) = match &self.network {
            Network::Linear => (PIXELS.to_string(), vec![]),
            Network::Mlp { hidden } => (PIXELS.to_string(), hidden.clone()),
            Network::Conv { channels, .. } | Network::Residual { channels, .. } => {
                (format!("{SIDE}x{SIDE}"), channels.clone())
            }
        };
        let mut inwards = sizes.clone();
        // What the encoder's first dense layer takes, counted from the image on.
        let mut labelled = 0;
        match self.network {
            Network::Linear | Network::Mlp { .. } => {}
            Network::Conv { dense, .. } => {
                labelled = inwards.len();
                inwards.push(dense);
            }
            Network::Residual { dense, .. } => {
                labelled = inwards.len();
                inwards.push(dense);
                sizes.push(dense);
            }
        }
        let with_labels = |name: &mut String| {
            if self.labels > 0 {
                *name += &format!(" + {}", self.labels);
            }
        };
        let names = |sizes: Vec<usize>| sizes.into_iter().map(|size| size.to_string());
        let mut encoder: Vec<String> = match self.has_encoder {
            true => [image.clone()].into_iter().chain(names(inwards)).collect(),
            false => vec![],
        };
        if let Some(first_dense) = encoder.get_mut(labelled) {
            with_labels(first_dense);
        }
        let mut code = "z".to_owned();
        with_labels(&mut code);
        sizes.reverse();
        let all: Vec<String> =
            encoder.into_iter().chain([code]).chain(names(sizes)).chain([image]).collect();
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
        assert_eq!(shape("conditional"), "784 + 10 - 400 - z + 10 - 400 - 784");
        let residual = "28x28 - 32 - 64 + 10 - 128 - z + 10 - 128 - 64 - 32 - 28x28, residual";
        assert_eq!(shape("conditionalResidual"), residual);
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

    #[test]
    fn a_preset_is_found_whatever_its_settings() {
        let learned = Likelihood::GaussianLearned;
        for preset in PRESETS.iter() {
            let usual = preset.config(7, 3.5, 9);
            let config = VaeConfig { warmup_steps: 300, free_bits: 0.5, ..usual.clone() };
            assert_eq!(Preset::of(&config).expect("its networks").name, preset.name);
            let config = VaeConfig { likelihood: learned, ..usual };
            let found = Preset::of(&config).expect("its networks");
            assert!(found.fits(&config) && found.network == preset.network, "{}", preset.name);
        }
        // Classic and Beta-VAE have the same networks.
        let with = |likelihood| VaeConfig { likelihood, ..PRESETS[0].config(20, 1.0, 1) };
        let name = |likelihood| Preset::of(&with(likelihood)).expect("its networks").name;
        assert_eq!(name(Likelihood::Bernoulli), "classic");
        assert_eq!(name(Likelihood::Gaussian { variance: 0.05 }), "beta");
        assert_eq!(name(Likelihood::Gaussian { variance: 1.0 }), "beta");
        assert_eq!(name(learned), "classic");
        // Of however many classes.
        let conditional = VaeConfig { labels: 26, ..PRESETS[0].config(20, 1.0, 1) };
        assert_eq!(Preset::of(&conditional).expect("its networks").name, "conditional");
        let other = Network::Mlp { hidden: vec![7] };
        let error = Preset::of(&VaeConfig { decoder: other, ..PRESETS[0].config(2, 1.0, 1) });
        assert_eq!(error.expect_err("no preset"), Error::File(FileError::UnknownModel));
    }
}
