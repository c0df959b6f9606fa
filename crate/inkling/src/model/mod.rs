//! The model: its configuration ([`VaeConfig`], [`Preset`]), its networks, and the objective
//! ([`Elbo`]).

mod config;
mod conv;
mod either;
mod generator;
mod halves;
mod init;
mod input;
mod labels;
mod layers;
mod likelihood;
mod network;
mod objective;
mod presets;
mod trace;
pub(crate) mod trained;
mod vae;
pub mod weights;

pub use config::{Likelihood, Network, VaeConfig};
pub use either::Model;
pub use generator::Generator;
pub use halves::DecoderFirst;
pub(crate) use init::Init;
pub use input::Input;
pub(crate) use input::code;
pub use layers::{Layer, LayerKind};
pub(crate) use likelihood::{bound_logvars, sigmoid_of};
pub use objective::{Elbo, Posterior, kl_per_latent};
pub(crate) use objective::{deviation_of, kl_of};
pub use presets::{PRESETS, Preset};
pub(crate) use trace::Trace;
pub use trained::{ModelCard, TestMetrics};
pub use vae::Vae;

/// Images that are encoded or decoded at a time. It bounds the memory: the presets' largest feature
/// map, 28x28x32, then takes 50 MB, and a WebGPU device may bind no more than 128 MiB.
pub(crate) const AT_ONCE: usize = 500;
