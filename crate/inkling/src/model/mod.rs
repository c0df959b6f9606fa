//! The model: its configuration ([`VaeConfig`], [`Preset`]), its networks, and the objective
//! ([`Elbo`]).

mod config;
mod conv;
mod init;
mod likelihood;
mod network;
mod presets;
pub(crate) mod trained;
mod vae;
pub mod weights;

pub use config::{Likelihood, Network, VaeConfig};
pub(crate) use init::Init;
pub use presets::{PRESETS, Preset};
pub use trained::{Measured, Record};
pub use vae::{Elbo, Posterior, Vae, kl_per_latent};
