//! The model: its configuration ([`VaeConfig`], [`Preset`]), its networks, and the objective
//! ([`Elbo`]).

mod config;
mod conv;
mod either;
mod generator;
mod init;
mod likelihood;
mod network;
mod objective;
mod presets;
pub(crate) mod trained;
mod vae;
pub mod weights;

pub use config::{Likelihood, Network, VaeConfig};
pub use either::Model;
pub use generator::Generator;
pub(crate) use init::Init;
pub use objective::{Elbo, Posterior, kl_per_latent};
pub use presets::{PRESETS, Preset};
pub use trained::{ModelCard, TestMetrics};
pub use vae::Vae;
